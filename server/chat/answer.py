"""From a question to a grounded answer: choose stores, find passages, pack, ask the engine, cite."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import structlog

from server.chat.chunks import Chunk
from server.chat.find import Finder, Found, Limits
from server.chat.grounding import Grounding, Note
from server.chat.knowledge import chosen
from server.chat.language import language_of
from server.chat.messages import text_of
from server.chat.pack import Room, pack
from server.chat.prompt import behind, ground, template
from server.chat.wire import DONE, ChatRequest, chunk, completion, event
from server.errors import (
    EngineUnavailable,
    InvalidRequest,
    LecternError,
    QuestionTooLong,
    Saturated,
    UnknownModel,
    UnknownStore,
)
from server.model import Caller, Passage, Prompt, all_in_turn
from server.ports import Catalog, Engine

log = structlog.get_logger()

ANSWER_TOKENS = 512
MOST_QUESTION_CHARS = 16_384
Observe = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request made ready: its prompt, and the name of the model to answer under. `grounded`: stores were searched,
    for the `questions`. `may_call`: the engine may answer by calling a tool of the client's."""

    prompt: Prompt
    model: str
    grounded: bool
    include_usage: bool
    questions: tuple[str, ...]
    may_call: bool = False

    @property
    def not_found(self) -> bool:
        """Stores were searched and hold nothing relevant, and nothing else can tell."""
        return self.grounded and not self.prompt.passages and not self.may_call


class Answers:
    """Answers chat requests. `spare` is the engine that quotes while the model is down, if that is wished; `note` is
    told how many markers of an answer had support."""

    def __init__(
        self,
        *,
        engine: Engine,
        spare: Engine | None,
        catalog: Catalog,
        find: Finder,
        limits: Limits,
        observe: Observe,
        note: Note,
    ) -> None:
        self._engine = engine
        self._spare = spare
        self._catalog = catalog
        self._find = find
        self._limits = limits
        self._observe = observe
        self._note = note
        self._under_way = 0

    @property
    def under_way(self) -> int:
        """Answers being given now."""
        return self._under_way

    async def models(self, caller: Caller) -> list[str]:
        """The engine's models, and each of them with each store that the caller may read as MODEL@STORE."""
        models = await self._engine.models()
        stores = await asyncio.to_thread(self._catalog.stores, all_in_turn(limit=1000))
        return [*models, *(f"{model}@{store.name}" for model in models for store in stores)]

    async def prepare(self, request: ChatRequest, caller: Caller) -> Asked:
        """Everything up to the engine.

        Raises:
            UnknownModel, UnknownStore, InvalidRequest, QuestionTooLong: the request cannot be answered.
        """
        if self._under_way >= self._limits.streams:
            raise Saturated(retry_after=2)
        model, store = await self._model_and_store(request.model)
        knowledge, tools = chosen(request, store)
        messages = [message.model_dump(exclude_unset=True) for message in request.messages]
        question = next((text_of(m.get("content")) for m in reversed(messages) if m["role"] == "user"), "")
        language = language_of(question)
        passages: list[Passage] = []
        found = Found((), ())
        may_call = bool(tools) and request.tool_choice != "none" and self._engine.name != "extractive"
        if knowledge is not None:
            if not question.strip():
                raise InvalidRequest(detail="there is no question in the messages", param="messages")
            if len(question) > MOST_QUESTION_CHARS:
                raise QuestionTooLong(tokens=len(question) // 3, limit=MOST_QUESTION_CHARS // 3, param="messages")
            found = await self._find(messages, knowledge, model, caller)
            started = time.perf_counter()
            passages = pack(found.passages, messages, self._room(model, request), self._engine.count_tokens)
            if passages:
                messages = ground(messages, passages, language)
            elif may_call:
                messages = behind(messages, template("nothing_found", language).format())
            self._observe("prompt", time.perf_counter() - started)
        body = request.upstream(model, messages, tools)
        prompt = Prompt(body, question, tuple(passages), language, found.answered, found.unanswered)
        return Asked(prompt, request.model, knowledge is not None, request.include_usage, found.questions, may_call)

    async def complete(self, asked: Asked) -> dict[str, Any]:
        """The whole answer as a chat.completion."""
        if asked.not_found:
            answer = completion(asked.model, template("not_found", asked.prompt.language).format())
            return answer | {"knowledge": self._grounding(asked, "none").told()}
        self._under_way += 1
        try:
            engine = self._engine
            try:
                answer = await engine.complete(asked.prompt)
            except EngineUnavailable:
                engine = self._spare_for(asked)
                answer = await engine.complete(asked.prompt)
                _prefix(answer, template("engine_down", asked.prompt.language).format())
        finally:
            self._under_way -= 1
        answer["model"] = asked.model
        if asked.grounded:
            return self._grounding(asked, engine.name).whole(answer)
        return answer

    async def stream(self, asked: Asked) -> AsyncIterator[bytes]:
        """The answer as server-sent events of chat.completion.chunk. Raises as `open`."""
        return _events(await self.open(asked))

    async def open(self, asked: Asked) -> AsyncGenerator[Chunk, None]:
        """Opens the answer; what can fail politely has failed when this returns. Closing it ends the work.

        Raises:
            EngineUnavailable, EngineRefused, Saturated: the engine gives no answer.
            EngineLost: (from the generator) the answer broke off.
        """
        if asked.not_found:
            return self._tell_not_found(asked)
        engine, opening = self._engine, None
        started = time.perf_counter()
        try:
            source = await engine.stream(asked.prompt)
        except EngineUnavailable:
            engine = self._spare_for(asked)
            source = await engine.stream(asked.prompt)
            said = template("engine_down", asked.prompt.language).format()
            opening = Chunk(payload=chunk(asked.model, {"role": "assistant", "content": said + "\n\n"}))
        return self._pass_on(asked, engine, source, opening, started)

    async def _pass_on(
        self, asked: Asked, engine: Engine, source: AsyncGenerator[bytes, None], opening: Chunk | None, started: float
    ) -> AsyncGenerator[Chunk, None]:
        grounding = self._grounding(asked, engine.name) if asked.grounded else None
        first = True
        self._under_way += 1
        try:
            if opening:
                for part in grounding.passed(opening) if grounding else (opening,):
                    yield part
            async for data in source:
                if first:
                    self._observe("first_token", time.perf_counter() - started)
                    first = False
                came = Chunk(data)
                for part in grounding.passed(came) if grounding else (came,):
                    yield part
            for part in grounding.rest() if grounding else ():
                yield part
        finally:
            self._under_way -= 1
            await source.aclose()

    async def _tell_not_found(self, asked: Asked) -> AsyncGenerator[Chunk, None]:
        said = template("not_found", asked.prompt.language).format()
        start = chunk(asked.model, {"role": "assistant", "content": said})
        yield Chunk(payload=start | {"knowledge": self._grounding(asked, "none").told()})
        yield Chunk(payload=start | {"choices": [{"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}]})
        if asked.include_usage:
            usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
            yield Chunk(payload=start | {"choices": [], "usage": usage})

    def _grounding(self, asked: Asked, engine: str) -> Grounding:
        return Grounding(asked.prompt, asked.model, asked.questions, engine, self._note)

    def _spare_for(self, asked: Asked) -> Engine:
        """The engine that steps in; without one, the engine's own error goes on to the client."""
        if self._spare is None or not asked.prompt.passages:
            raise  # noqa: PLE0704 - called while EngineUnavailable is handled
        return self._spare

    async def _model_and_store(self, name: str) -> tuple[str, str | None]:
        models = await self._engine.models()
        if name in models:
            return name, None
        model, at, store = name.partition("@")
        # A model's own name may hold an @: the longest model name that fits wins.
        for known in sorted(models, key=len, reverse=True):
            if name.startswith(f"{known}@"):
                model, store = known, name[len(known) + 1 :]
        if not at or model not in models:
            raise UnknownModel(model=model or name, param="model")
        found = await asyncio.to_thread(self._catalog.store_by_name, store)
        if found is None:
            raise UnknownStore(store=store, param="model")
        return model, found.id

    def _room(self, model: str, request: ChatRequest) -> Room:
        answer = request.max_completion_tokens or request.max_tokens or ANSWER_TOKENS
        return Room(self._engine.context_tokens(model), answer, self._limits.passage_tokens)


async def _events(chunks: AsyncGenerator[Chunk, None]) -> AsyncGenerator[bytes, None]:
    """The answer as a chat client reads it; an error in it is its last event."""
    try:
        async for one in chunks:
            yield one.data
        yield DONE
    except LecternError as error:
        log.warning("An answer broke off", reason=error.message)
        yield event({"error": {"message": error.message, "type": error.type, "code": error.code, "param": None}})
    finally:
        await chunks.aclose()


def _prefix(answer: dict[str, Any], text: str) -> None:
    for choice in answer["choices"]:
        choice["message"]["content"] = f"{text}\n\n{choice['message'].get('content') or ''}"
