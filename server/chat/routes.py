"""`/v1/chat/completions` and `/v1/completions`."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from server.chat.answer import Answers
from server.chat.completions import CompletionRequest, Completions
from server.chat.wire import ChatRequest
from server.http import event_stream, tell_documents
from server.model import Caller, Role
from server.ports import Gate


def chat_router(answers: Answers, gate: Gate) -> APIRouter:
    """The routes of chat."""
    router = APIRouter(prefix="/v1", tags=["chat"])
    completions = Completions(answers)
    reader = Depends(gate.needs(Role.READER))

    @router.post("/chat/completions", response_model=None)
    async def chat(body: ChatRequest, request: Request, caller: Caller = reader) -> dict[str, Any] | StreamingResponse:
        """Answers; from documents, with citations, where the request names knowledge."""
        asked = await answers.prepare(body, caller)
        tell_documents(request, asked.prompt.passages)
        return event_stream(await answers.stream(asked)) if body.stream else await answers.complete(asked)

    @router.post("/completions", response_model=None)
    async def complete(
        body: CompletionRequest, request: Request, caller: Caller = reader
    ) -> dict[str, Any] | StreamingResponse:
        """Goes on from a prompt; answers it from documents, where the request names knowledge."""
        asked = await completions.prepare(body, caller)
        tell_documents(request, [passage for one in asked for passage in one.prompt.passages])
        if body.stream:
            return event_stream(await completions.stream(body, asked))
        return await completions.complete(body, asked)

    return router
