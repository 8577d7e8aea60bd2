"""`/v1/conversations`."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Any, Final, Literal

import orjson
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from server.chat.conversations.conversations import Conversation, Conversations
from server.chat.conversations.export import markdown
from server.chat.conversations.items import Items
from server.chat.conversations.wire import (
    CreateConversation,
    CreateItems,
    UpdateConversation,
    conversation_object,
    siblings_of,
)
from server.chat.responses.background import Background
from server.chat.responses.feedback import Feedback
from server.chat.responses.keep import Kept
from server.chat.responses.request import RESULTS, Includable
from server.chat.responses.shape import shown
from server.errors import UnknownResponse
from server.http import page_of, paging, tell_documents
from server.model import Caller, Page, Role
from server.ports import Gate
from server.ports.conversations import Turn

_MOST_CHARS: Final = 16 * 2**20
"""Of the responses of a page, as they are stored."""
Include = Annotated[list[Includable], Query(default_factory=list)]
# What other clients of the API write for a list in a query.
IncludeInBrackets = Annotated[list[Includable], Query(default_factory=list, alias="include[]")]


def conversations_router(conversations: Conversations, background: Background, gate: Gate) -> APIRouter:
    """The routes of conversations themselves."""
    router = APIRouter(prefix="/v1/conversations", tags=["conversations"])
    reader = Depends(gate.needs(Role.READER))

    @router.get("/{conversation_id}")
    def get_conversation(conversation_id: str, caller: Caller = reader) -> dict[str, Any]:
        """One conversation."""
        return conversation_object(conversations.get(conversation_id, caller))

    @router.get("")
    def list_conversations(page: Page = paging(), caller: Caller = reader) -> dict[str, Any]:
        """The caller's own, the last used first."""
        return page_of([conversation_object(one) for one in conversations.page(caller, page.one_more)], page)

    @router.post("/{conversation_id}")
    def update_conversation(conversation_id: str, body: UpdateConversation, caller: Caller = reader) -> dict[str, Any]:
        """Changes the metadata, the title, or which branch goes on."""
        found = conversations.own(conversation_id, caller)
        if body.latest is not None:
            conversations.go_on_behind(found, body.latest)
        metadata = (body.metadata or {}) if "metadata" in body.model_fields_set else None
        conversations.change(found, title=body.title, metadata=metadata)
        return conversation_object(conversations.get(conversation_id, caller))

    @router.delete("/{conversation_id}")
    def delete_conversation(conversation_id: str, caller: Caller = reader) -> dict[str, Any]:
        """Forgets a conversation with all that was said in it."""
        background.drop(conversations.delete(conversations.get(conversation_id, caller)))
        return {"id": conversation_id, "object": "conversation.deleted", "deleted": True}

    return router


def items_router(conversations: Conversations, items: Items, gate: Gate) -> APIRouter:
    """The routes of what was said in conversations, and of making one, which may begin with items."""
    router = APIRouter(prefix="/v1/conversations", tags=["conversations"])
    reader = Depends(gate.needs(Role.READER))

    @router.post("")
    def create_conversation(body: CreateConversation, caller: Caller = reader) -> dict[str, Any]:
        """A new conversation, which may begin with items."""
        made = conversations.create(body.metadata or {}, body.title, caller)
        if body.items:
            try:
                items.add(made, body.items, caller)
            except BaseException:
                conversations.delete(made)
                raise
        return conversation_object(conversations.get(made.id, caller))

    @router.post("/{conversation_id}/items")
    def create_items(
        conversation_id: str,
        body: CreateItems,
        include: Include,
        in_brackets: IncludeInBrackets,
        caller: Caller = reader,
    ) -> dict[str, Any]:
        """Adds items as a turn without an answer."""
        added = items.add(conversations.get(conversation_id, caller), body.items, caller)
        listed = shown({"output": added.items}, [*include, *in_brackets])["output"]
        return page_of(listed, Page(len(listed)))

    @router.get("/{conversation_id}/items")
    def list_items(
        conversation_id: str,
        request: Request,
        include: Include,
        in_brackets: IncludeInBrackets,
        page: Page = paging(),
        caller: Caller = reader,
    ) -> dict[str, Any]:
        """What was said in the current branch."""
        found, documents = items.page(conversations.get(conversation_id, caller), page.one_more, caller)
        tell_documents(request, documents=documents)
        return page_of(shown({"output": found}, [*include, *in_brackets])["output"], page)

    @router.get("/{conversation_id}/items/{item_id}")
    def get_item(
        conversation_id: str,
        item_id: str,
        request: Request,
        include: Include,
        in_brackets: IncludeInBrackets,
        caller: Caller = reader,
    ) -> dict[str, Any]:
        """One item, of any branch."""
        found, documents = items.get(conversations.get(conversation_id, caller), item_id, caller)
        tell_documents(request, documents=documents)
        told: dict[str, Any] = shown({"output": [found]}, [*include, *in_brackets])["output"][0]
        return told

    @router.delete("/{conversation_id}/items/{item_id}")
    def delete_item(conversation_id: str, item_id: str, caller: Caller = reader) -> dict[str, Any]:
        """Takes an item out of the conversation and of its response, for good."""
        items.delete(conversations.get(conversation_id, caller), item_id, caller)
        return conversation_object(conversations.get(conversation_id, caller))

    return router


def branches_router(conversations: Conversations, items: Items, feedback: Feedback, gate: Gate) -> APIRouter:
    """The routes of a conversation as responses: a branch of it, and the document that is made of it."""
    router = APIRouter(prefix="/v1/conversations", tags=["conversations"])
    reader = Depends(gate.needs(Role.READER))

    def told(
        conversation: Conversation, turns: Sequence[Turn], include: Sequence[str], caller: Caller
    ) -> Iterator[tuple[Kept, dict[str, Any]]]:
        siblings = siblings_of(conversations.turns(conversation))
        for kept, given in items.responses(turns, caller):
            [beside] = feedback.beside([kept], caller)
            fields = {"own": kept.owner == caller.owner, "input": given, "siblings": siblings.get(kept.id, [kept.id])}
            yield kept, shown(beside.response, include) | fields

    @router.get("/{conversation_id}/responses")
    def list_responses(
        conversation_id: str,
        request: Request,
        include: Include,
        in_brackets: IncludeInBrackets,
        through: Annotated[str | None, Query(max_length=64)] = None,
        page: Page = paging(order="asc"),
        caller: Caller = reader,
    ) -> dict[str, Any]:
        """The responses of the current branch, or of the one through a response, each with its `input`, and the
        `siblings` that follow the same one; fewer than `limit` where these are large."""
        conversation = conversations.get(conversation_id, caller)
        part = _part(conversations.branch(conversation, through), page.one_more)
        listed: list[dict[str, Any]] = []
        documents: list[tuple[str, str]] = []
        chars = 0
        for kept, one in told(conversation, part, [*include, *in_brackets], caller):
            listed.append(one)
            chars += kept.chars
            if chars > _MOST_CHARS and len(listed) > 1:
                page = replace(page, limit=len(listed) - 1)  # this one tells that there is more
                break
            documents += kept.told
        tell_documents(request, documents=documents)
        return page_of(listed[::-1] if page.backwards else listed, page)

    @router.get("/{conversation_id}/export", response_class=StreamingResponse)
    def export_conversation(
        conversation_id: str,
        request: Request,
        kind: Annotated[Literal["md", "json"], Query(alias="format")] = "md",
        caller: Caller = reader,
    ) -> StreamingResponse:
        """The current branch as a document: Markdown with numbered sources, or all of it as JSON."""
        conversation = conversations.get(conversation_id, caller)
        turns = conversations.branch(conversation)
        # On record before anything is sent; then they are read again, one at a time, for they may be large.
        tell_documents(request, documents=items.documents(turns, caller))
        seen = (one for _, one in told(conversation, turns, [RESULTS], caller))
        content: Iterator[str] | Iterator[bytes]
        if kind == "json":
            content, media_type = _whole(conversation, seen), "application/json"
        else:
            content = markdown(conversation, ((one, one["input"]) for one in seen))
            media_type = "text/markdown; charset=utf-8"
        name = f"conversation-{conversation.id.removeprefix('conv_')[:8]}.{kind}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
        return StreamingResponse(content, media_type=media_type, headers=headers)

    return router


def _part(turns: Sequence[Turn], page: Page) -> list[Turn]:
    """The part of a branch that a page names, what is next to its place first. Raises UnknownResponse for an unknown
    place."""
    rising = (page.order == "asc") != page.backwards
    found = list(turns if rising else turns[::-1])
    place = page.before if page.backwards else page.after
    if place is not None:
        ids = [turn.id for turn in found]
        if place not in ids:
            raise UnknownResponse(response=place, param="before" if page.backwards else "after")
        found = found[ids.index(place) + 1 :]
    return found[: page.limit]


def _whole(conversation: Conversation, responses: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    """The conversation with its responses as one JSON object, piece by piece."""
    begin = orjson.dumps({"object": "conversation.export", "conversation": conversation_object(conversation)})
    yield begin.removesuffix(b"}") + b',"responses":['
    for number, response in enumerate(responses):
        yield (b"," if number else b"") + orjson.dumps(response)
    yield b"]}"
