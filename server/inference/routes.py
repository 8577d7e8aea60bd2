"""`/v1/embeddings`, `/v1/rerank` and `/v1/models`."""

import asyncio
from typing import Any

from fastapi import APIRouter, Depends

from server.inference.embeddings import EmbeddingRequest, Embeddings
from server.inference.models import Models
from server.inference.ranking import Ranking, RerankRequest
from server.model import Caller, Role
from server.ports import Gate


def inference_router(embeddings: Embeddings, ranking: Ranking, models: Models, gate: Gate) -> APIRouter:
    """The routes of models by themselves."""
    router = APIRouter(prefix="/v1", tags=["models"])
    reader = Depends(gate.needs(Role.READER))

    @router.post("/embeddings")
    async def embed(body: EmbeddingRequest, caller: Caller = reader) -> dict[str, Any]:
        """The vectors of texts."""
        return await asyncio.to_thread(embeddings.embed, body, caller)

    @router.post("/rerank")
    async def rerank(body: RerankRequest, caller: Caller = reader) -> dict[str, Any]:
        """Texts in the order of their relevance to a query."""
        return await asyncio.to_thread(ranking.rank, body, caller)

    @router.get("/models")
    async def all_models(caller: Caller = reader) -> dict[str, Any]:
        """The models, those that answer also with each vector store as MODEL@STORE."""
        return {"object": "list", "data": await models.all(caller)}

    @router.get("/models/{name:path}")
    async def one_model(name: str, caller: Caller = reader) -> dict[str, Any]:
        """One model."""
        return await models.one(name, caller)

    return router
