"""`/v1/chat/completions` and `/v1/models`."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from server.chat.answer import Answers
from server.chat.wire import ChatRequest
from server.errors import UnknownModel
from server.model import Role


def chat_router(answers: Answers, needs: Callable[[Role], Any], started: int) -> APIRouter:
    """The routes of chat. `started` is given as the time of creation of every model."""
    router = APIRouter(prefix="/v1", tags=["chat"], dependencies=[Depends(needs(Role.READER))])

    @router.post("/chat/completions", response_model=None)
    async def chat(request: ChatRequest) -> dict[str, Any] | StreamingResponse:
        """Answers; from documents, with citations, where the request names knowledge."""
        asked = await answers.prepare(request)
        if not request.stream:
            return await answers.complete(asked)
        return StreamingResponse(
            await answers.stream(asked),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    def model(name: str) -> dict[str, Any]:
        return {"id": name, "object": "model", "created": started, "owned_by": "lectern"}

    @router.get("/models")
    async def models() -> dict[str, Any]:
        """The models, and each with each knowledge base as MODEL@STORE."""
        return {"object": "list", "data": [model(name) for name in await answers.models()]}

    @router.get("/models/{name:path}")
    async def one_model(name: str) -> dict[str, Any]:
        """One model."""
        if name not in await answers.models():
            raise UnknownModel(model=name)
        return model(name)

    return router
