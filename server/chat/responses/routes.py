"""`/v1/responses`."""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from server.chat.responses.background import Background
from server.chat.responses.feedback import Feedback
from server.chat.responses.request import CreateResponse, Includable
from server.chat.responses.responses import Responses
from server.chat.responses.shape import shown
from server.chat.responses.telling import Event
from server.errors import InvalidRequest
from server.http import event_stream, page_among, paging, tell_documents
from server.model import Caller, Page, Role
from server.ports import Gate

Include = Annotated[list[Includable], Query(default_factory=list)]
# What other clients of the API write for a list in a query.
IncludeInBrackets = Annotated[list[Includable], Query(default_factory=list, alias="include[]")]


def responses_router(responses: Responses, background: Background, feedback: Feedback, gate: Gate) -> APIRouter:
    """The routes of responses."""
    router = APIRouter(prefix="/v1/responses", tags=["responses"])
    reader = Depends(gate.needs(Role.READER))

    @router.post("", response_model=None)
    async def create_response(
        body: CreateResponse, request: Request, caller: Caller = reader
    ) -> dict[str, Any] | StreamingResponse:
        """Answers; from documents, with citations, where the request names vector stores."""
        if body.background:
            queued = await background.add(body, caller)
            return event_stream(_sent(background.events(queued["id"], -1))) if body.stream else queued
        if not body.stream:
            whole, documents = await responses.create(body, caller)
            tell_documents(request, documents=documents)
            return whole
        begun = await responses.begin(body, caller)
        tell_documents(request, documents=begun.kept.documents)
        return event_stream(_sent(responses.tell(begun, keep=body.kept)))

    @router.post("/input_tokens")
    async def count_input_tokens(body: CreateResponse, caller: Caller = reader) -> dict[str, Any]:
        """About how many tokens a model would read for this request, passages included; nothing is answered."""
        return {"object": "response.input_tokens", "input_tokens": await responses.tokens(body, caller)}

    @router.get("/{response_id}", response_model=None)
    async def get_response(
        response_id: str,
        request: Request,
        include: Include,
        in_brackets: IncludeInBrackets,
        stream: bool = False,
        starting_after: Annotated[int, Query(ge=-1, lt=2**31)] = -1,
        caller: Caller = reader,
    ) -> dict[str, Any] | StreamingResponse:
        """A stored response; with `stream`, the events of one that is answered in the background."""
        kept = await run_in_threadpool(responses.get, response_id, caller)
        tell_documents(request, documents=kept.told)
        if not stream:
            [kept] = await run_in_threadpool(feedback.beside, [kept], caller)
            return shown(kept.response, [*include, *in_brackets])
        if not background.streams(kept, caller):
            detail = (
                "only a response in the background that was made as a stream, and of which you may read all, has one"
            )
            raise InvalidRequest(detail=detail, param="stream")
        return event_stream(_sent(background.events(response_id, starting_after)))

    @router.delete("/{response_id}")
    async def delete_response(response_id: str, caller: Caller = reader) -> dict[str, Any]:
        """Forgets a stored response."""
        await run_in_threadpool(background.delete, response_id, caller)
        return {"id": response_id, "object": "response", "deleted": True}

    @router.post("/{response_id}/cancel")
    async def cancel_response(response_id: str, caller: Caller = reader) -> dict[str, Any]:
        """Ends a response in the background; one that has ended stays as it is."""
        return shown(await run_in_threadpool(background.cancel, response_id, caller), ())

    @router.get("/{response_id}/trace")
    async def get_trace(response_id: str, request: Request, caller: Caller = reader) -> dict[str, Any]:
        """Why the answer is as it is: what was searched, found, left out and asked, for who edits what was searched."""
        trace, documents = await run_in_threadpool(responses.trace, response_id, caller)
        tell_documents(request, documents=documents)
        return trace

    @router.get("/{response_id}/input_items")
    async def list_input_items(
        response_id: str,
        request: Request,
        include: Include,
        in_brackets: IncludeInBrackets,
        page: Page = paging(),
        caller: Caller = reader,
    ) -> dict[str, Any]:
        """What a stored response was given."""
        items, documents = await run_in_threadpool(responses.items, response_id, caller)
        tell_documents(request, documents=documents)
        listed = shown({"output": items}, [*include, *in_brackets])["output"]
        return page_among(listed, page)

    return router


async def _sent(told: AsyncGenerator[Event, None]) -> AsyncIterator[bytes]:
    try:
        async for event in told:
            yield b"event: " + event["type"].encode() + b"\ndata: " + orjson.dumps(event) + b"\n\n"
    finally:
        await told.aclose()
