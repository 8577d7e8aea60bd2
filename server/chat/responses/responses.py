"""Answers as responses: made, told step by step, kept, and shown again."""

import asyncio
import time
import uuid
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace

import anyio
import structlog

from server.chat.answer import Answers, Asked
from server.chat.chunks import Chunk
from server.chat.messages import text_of
from server.chat.responses.conversation import messages_of, shortened
from server.chat.responses.history import Bounds, Context, History
from server.chat.responses.items import Stored, asked_in, stored
from server.chat.responses.keep import Keep, Kept
from server.chat.responses.place import Place, Placing
from server.chat.responses.request import CreateResponse
from server.chat.responses.shape import Response, new_response, public, result, shown
from server.chat.responses.telling import Event, Telling
from server.chat.responses.trace import Trace, documents_in, shown_trace, traced, withheld_trace
from server.chat.responses.translate import chat_request
from server.chat.responses.views import Views
from server.errors import ConversationFull, LecternError, UnknownConversation, UnknownTrace
from server.model import Caller

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Begun:
    """A response whose answer was opened: nothing can fail politely any more. `kept`: as it is stored."""

    asked: Asked
    telling: Telling
    chunks: AsyncGenerator[Chunk, None]
    kept: Kept


class Responses:
    """The responses of this Lectern."""

    def __init__(self, answers: Answers, keep: Keep, history: History, views: Views, placing: Placing) -> None:
        self._answers = answers
        self._keep = keep
        self._history = history
        self._views = views
        self._placing = placing

    async def create(self, request: CreateResponse, caller: Caller) -> tuple[Response, Sequence[tuple[str, str]]]:
        """The whole response, and the (store, file) of the documents behind it. Raises as `begin`, and EngineLost."""
        begun = await self.begin(request, caller)
        async for _ in self.tell(begun, keep=False):
            pass
        if begun.telling.error is not None:
            raise begun.telling.error
        if request.kept:
            await asyncio.to_thread(self._keep.add, begun.kept)
        return shown(begun.telling.response, request.include or ()), begun.kept.documents

    async def begin(self, request: CreateResponse, caller: Caller, of: Kept | None = None) -> Begun:
        """Opens the answer; `of` is the response that is waiting for it, if there is one.

        Raises:
            UnknownModel, UnknownStore, UnknownFile, UnknownResponse, UnknownConversation, ConversationBusy,
                ConversationFull, InvalidRequest, QuestionTooLong: the request cannot be answered.
            EngineUnavailable, EngineRefused: the engine gives no answer.
        """
        response = dict(of.response) if of else self.queued(request, "in_progress")
        place = of.place if of else await self.place(request, caller)
        asked, items, context = await self._prepared(request, str(response["id"]), place, caller)
        own = [(passage.store_id, passage.file_id) for passage in asked.prompt.passages]
        documents = list(dict.fromkeys([*own, *context.documents]))
        telling = Telling(response, request.include or ())
        kept = Kept(caller.owner, response, items, documents, place=place)
        return Begun(asked, telling, await self._answers.open(asked), kept)

    async def tell(self, begun: Begun, *, keep: bool) -> AsyncGenerator[Event, None]:
        """The events of the response, in their order; with `keep` it is stored when it has ended, whichever way.

        A failure in it is among them, as its last.
        """
        telling, asked, ended = begun.telling, begun.asked, False
        try:
            for event in telling.begin():
                yield event
            if asked.grounded:
                for event in telling.searched(asked.questions, [result(one) for one in asked.prompt.passages]):
                    yield event
            try:
                async for chunk in begun.chunks:
                    for event in telling.told(chunk.payload):
                        yield event
                last = list(telling.end())
            except LecternError as error:
                log.warning("A response broke off", response=begun.kept.id, reason=error.message)
                last = list(telling.failed(error))
            ended = True
            self._trace(begun)
            if keep:  # before its end is told: what follows it may come at once
                await asyncio.to_thread(self._add, begun.kept)
            for event in last:
                yield event
        finally:
            await begun.chunks.aclose()
            if not ended and keep:
                telling.cancelled()
                self._trace(begun)
                with anyio.CancelScope(shield=True):
                    await asyncio.to_thread(self._add, begun.kept)

    async def tokens(self, request: CreateResponse, caller: Caller) -> int:
        """About how many tokens the engine would read. Raises as `begin`."""
        asked, _, _ = await self._prepared(request, "resp_none", await self.place(request, caller), caller)
        messages = asked.prompt.body["messages"]
        return sum(self._answers.count(text_of(message.get("content"))) for message in messages)

    def queued(self, request: CreateResponse, status: str = "queued") -> Response:
        """A response of which nothing is said yet."""
        return new_response(request, f"resp_{uuid.uuid4().hex}", int(time.time()), status)

    async def place(self, request: CreateResponse, caller: Caller) -> Place | None:
        """Where the response belongs that is asked for. Raises as `begin`."""
        return await asyncio.to_thread(self._placing.of, request, caller)

    async def check(self, request: CreateResponse, place: Place | None, caller: Caller) -> None:
        """Raises what `begin` would raise of the request itself."""
        await self._prepared(request, "resp_none", place, caller)

    def get(self, response_id: str, caller: Caller) -> Kept:
        """A stored response of the caller's, or one that was shared, as the caller may see it now. Raises
        UnknownResponse."""
        kept = self._views.of(self._keep.get(response_id, caller, shared=True), caller)
        if not caller.owns(kept.owner):
            return replace(kept, response=public(kept.response))
        return replace(kept, response={**kept.response, "own": kept.owner == caller.owner})

    def share(self, response_id: str, caller: Caller, *, shared: bool) -> Kept:
        """Shows a response of the caller's to everybody who may read what is behind it, or no more. Raises
        UnknownResponse."""
        self._keep.share(response_id, caller, shared=shared)
        return self.get(response_id, caller)

    def trace(self, response_id: str, caller: Caller) -> tuple[Trace, Sequence[tuple[str, str]]]:
        """Why the answer of a stored response is as it is, and the (store, file) of what that tells of.

        Raises:
            UnknownResponse: there is none, or it is another's.
            UnknownTrace: nothing was kept of how it came about.
            Forbidden: the caller may not edit all the stores that were searched.
        """
        kept = self._keep.get(response_id, caller)
        if not kept.trace:
            raise UnknownTrace(response=response_id)
        documents = list(dict.fromkeys([*documents_in(kept.trace), *kept.documents]))
        edits = self._views.may_edit(kept.trace["stores"], caller)
        if edits and self._views.may_read({file_id for _, file_id in documents}, caller):
            return shown_trace(kept.trace), documents
        return withheld_trace(kept.trace), ()

    def _trace(self, begun: Begun) -> None:
        """Notes how the answer came about, if it is kept."""
        response = begun.kept.response
        if response["store"]:
            begun.kept.trace.update(traced(begun.asked, response, self._answers.count))

    def items(self, response_id: str, caller: Caller) -> tuple[list[Stored], Sequence[tuple[str, str]]]:
        """The input items of a stored response, oldest first, and the (store, file) of what they tell of; of one that
        another shared, what was asked. Raises UnknownResponse."""
        kept = self._keep.get(response_id, caller, shared=True)
        if not caller.owns(kept.owner):
            return asked_in(kept.items), ()
        ids = [item["id"] for item in kept.items if item["type"] == "item_reference"]
        referred, documents = self._history.referred(ids, caller)
        told = [(store_id, file_id) for store_id, file_id in documents if self._views.may_read([file_id], caller)]
        # What it refers to may have gone meanwhile: then the reference is what is left.
        return [referred.get(item["id"], item) for item in kept.items], told

    def _add(self, kept: Kept) -> None:
        """Keeps a response that was told; one whose conversation was deleted or filled meanwhile is gone."""
        try:
            self._keep.add(kept)
        except (UnknownConversation, ConversationFull) as error:
            log.info("The conversation does not take the response", response=kept.id, reason=error.code)

    async def _prepared(
        self, request: CreateResponse, response_id: str, place: Place | None, caller: Caller
    ) -> tuple[Asked, list[Stored], Context]:
        items = stored(request.input, response_id)
        shortens = request.truncation == "auto"
        bounds = Bounds(await self._answers.most_chars(request.model, caller), shortens)
        previous = place.follows if place else request.previous_response_id
        context = await asyncio.to_thread(self._history.context, items, previous, caller, bounds)
        pictures, instructions = self._answers.writes, request.instructions
        messages = await asyncio.to_thread(messages_of, context.items, instructions, context.files, pictures=pictures)
        if shortens:
            room = await self._answers.room(request.model, request.max_output_tokens, caller)
            messages = await asyncio.to_thread(shortened, messages, room, self._answers.count)
        return await self._answers.prepare(chat_request(request, messages), caller), items, context
