"""From a question to a grounded answer: choose stores, find passages, pack, ask the engine, cite."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog

from server.chat.chunks import Chunk
from server.chat.find import Finder, Found, Limits
from server.chat.grounding import Grounding, Note
from server.chat.knowledge import chosen, parted
from server.chat.language import language_of
from server.chat.messages import text_of
from server.chat.pack import MESSAGE_TOKENS, Room, pack
from server.chat.prompt import behind, ground, template
from server.chat.tokens import Tokens, total
from server.chat.values import is_for_program
from server.chat.wire import DONE, ChatRequest, chunk, completion, event
from server.errors import (
    EngineRefused,
    EngineUnavailable,
    InvalidRequest,
    LecternError,
    QuestionTooLong,
    UnknownModel,
    UnknownStore,
)
from server.model import Caller, Passage, Prompt, all_in_turn
from server.ports import Catalog, Engine

log = structlog.get_logger()

ANSWER_TOKENS = 512
# What Lectern tells an engine beside the passages, and what a chat template adds.
INSTRUCTION_TOKENS = 512
MOST_QUESTION_CHARS = 16_384
# More than tokens have of any language: what has more characters is too long without being counted.
_MOST_TOKEN_CHARS = 16
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Watch:
    """Who is told how answers go: the seconds of a stage, how many markers got a verdict, the tokens of an answer."""

    stage: Callable[[str, float], None]
    markers: Note
    spent: Callable[[Caller, int], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request made ready: its prompt, and the name of the model to answer under. `grounded`: stores were searched,
    and `found` is what came of it. `may_call`: the engine may answer by calling a tool of the client's."""

    prompt: Prompt
    model: str
    grounded: bool
    include_usage: bool
    found: Found
    caller: Caller
    may_call: bool = False

    @property
    def questions(self) -> tuple[str, ...]:
        """What was searched for."""
        return self.found.questions

    @property
    def choices(self) -> int:
        """How many answers are wished."""
        return self.prompt.body.get("n") or 1

    @property
    def not_found(self) -> bool:
        """Stores were searched and hold nothing relevant, and nothing else can tell."""
        return self.grounded and not self.prompt.passages and not self.may_call


class Answers:
    """Answers chat requests. `spare` is the engine that quotes while the model is down, if that is wished."""

    def __init__(
        self,
        *,
        engine: Engine,
        spare: Engine | None,
        catalog: Catalog,
        find: Finder,
        limits: Limits,
        watch: Watch,
    ) -> None:
        self._engine = engine
        self._spare = spare
        self._catalog = catalog
        self._find = find
        self._limits = limits
        self._watch = watch

    async def models(self, caller: Caller) -> dict[str, int | None]:
        """The engine's models that the caller may use, and each of them with each store that it may read as
        MODEL@STORE, with the time the store was made."""
        models = await self._engine.models()
        stores = await asyncio.to_thread(self._catalog.stores, all_in_turn(limit=1000), caller)
        now = time.time()
        named: dict[str, int | None] = {model: None for model in models if caller.may_use(model)}
        for model in models:
            paired = {f"{model}@{store.name}": store.created_at for store in stores if not store.expired(now)}
            named |= {name: made for name, made in paired.items() if caller.may_use(model) or caller.may_use(name)}
        return named

    @property
    def writes(self) -> bool:
        """Whether a model answers, which may look at pictures and call tools, and not the engine that quotes."""
        return self._engine.name != "extractive"

    def count(self, text: str) -> int:
        """Tokens of a text."""
        return self._engine.count_tokens(text)

    async def room(self, model: str, answer_tokens: int | None, caller: Caller) -> int:
        """Tokens that the messages of a conversation may take beside passages and the answer. Raises UnknownModel,
        UnknownStore."""
        known, _ = await self.model_and_store(model, caller)
        taken = (answer_tokens or ANSWER_TOKENS) + self._limits.passage_tokens + INSTRUCTION_TOKENS
        return self._engine.context_tokens(known) - taken

    async def most_chars(self, model: str, caller: Caller) -> int:
        """Characters beyond which no conversation fits into the context. Raises UnknownModel, UnknownStore."""
        known, _ = await self.model_and_store(model, caller)
        return self._engine.context_tokens(known) * _MOST_TOKEN_CHARS

    async def prepare(self, request: ChatRequest, caller: Caller) -> Asked:
        """Everything up to the engine.

        Raises:
            UnknownModel, UnknownStore, InvalidRequest, QuestionTooLong: the request cannot be answered.
        """
        model, store = await self.model_and_store(request.model, caller)
        knowledge, tools = chosen(request, store)
        messages = [message.model_dump(exclude_unset=True) for message in request.messages]
        question = next((text_of(m.get("content")) for m in reversed(messages) if m["role"] == "user"), "")
        language = language_of(question)
        passages: list[Passage] = []
        found = Found((), ())
        may_call = bool(tools) and request.tool_choice != "none" and self.writes
        if knowledge is not None:
            if not question.strip():
                raise InvalidRequest(detail="there is no question in the messages", param="messages")
            if len(question) > MOST_QUESTION_CHARS:
                raise QuestionTooLong(tokens=len(question) // 3, limit=MOST_QUESTION_CHARS // 3, param="messages")
            found = await self._find(messages, knowledge, model, caller)
            started = time.perf_counter()
            passages = pack(found.passages, messages, self._room(model, request), self._engine.count_tokens)
            if passages:
                purpose = "data" if is_for_program(request.upstream(model, [], [])) else "answer"
                messages = ground(messages, passages, language, purpose)
            elif may_call:
                messages = behind(messages, template("nothing_found", language).format())
            self._watch.stage("prompt", packed := time.perf_counter() - started)
            found.stages.add("prompt", packed)
        body = request.upstream(model, messages, tools)
        prompt = Prompt(body, question, tuple(passages), language, found.answered, found.unanswered)
        return Asked(
            prompt=prompt,
            model=request.model,
            grounded=knowledge is not None,
            include_usage=request.include_usage,
            found=found,
            caller=caller,
            may_call=may_call,
        )

    async def complete(self, asked: Asked) -> dict[str, Any]:
        """The whole answer as a chat.completion."""
        if asked.not_found:
            answer = completion(asked.model, _not_found(asked), asked.choices, self._usage_of_nothing(asked))
            return answer | {"knowledge": self._grounding(asked, "none").told()}
        engine, answer = await self._ask(asked, lambda one: one.complete(asked.prompt))
        if engine is not self._engine:
            _prefix(answer, template("engine_down", asked.prompt.language).format())
        self._watch.spent(asked.caller, total(answer.get("usage")))
        answer["model"] = asked.model
        if asked.grounded:
            return self._grounding(asked, engine.name).whole(answer)
        return answer

    async def stream(self, asked: Asked) -> AsyncIterator[bytes]:
        """The answer as server-sent events of chat.completion.chunk. Raises as `open`."""
        return events(await self.open(asked))

    async def open(self, asked: Asked) -> AsyncGenerator[Chunk, None]:
        """Opens the answer; what can fail politely has failed when this returns. Closing it ends the work.

        Raises:
            EngineUnavailable, EngineRefused: the engine gives no answer.
            EngineLost: (from the generator) the answer broke off.
        """
        if asked.not_found:
            return self._tell_not_found(asked)
        started = time.perf_counter()
        engine, source = await self._ask(asked, lambda one: one.stream(asked.prompt))
        return self._pass_on(asked, engine, source, started)

    async def _pass_on(
        self, asked: Asked, engine: Engine, source: AsyncGenerator[bytes, None], started: float
    ) -> AsyncGenerator[Chunk, None]:
        grounding = self._grounding(asked, engine.name) if asked.grounded else None
        tokens = Tokens(engine, asked.prompt)
        first = True
        try:
            if grounding and engine is not self._engine:
                said = template("engine_down", asked.prompt.language).format() + "\n\n"
                for index in range(asked.choices):
                    opening = chunk(asked.model, {"role": "assistant", "content": said}, index=index)
                    for part in grounding.passed(Chunk(payload=opening)):
                        yield part
            async for data in source:
                if first:
                    self._watch.stage("first_token", waited := time.perf_counter() - started)
                    asked.found.stages.add("first_token", waited)
                    first, started = False, started + waited
                tokens.note(data)
                came = Chunk(data)
                for part in grounding.passed(came) if grounding else (came,):
                    yield part
            for part in grounding.rest() if grounding else ():
                yield part
        finally:
            self._watch.spent(asked.caller, tokens.spent)
            asked.found.stages.add("answer", time.perf_counter() - started)
            await source.aclose()

    async def _tell_not_found(self, asked: Asked) -> AsyncGenerator[Chunk, None]:
        head = chunk(asked.model, {})
        told = {"knowledge": self._grounding(asked, "none").told()}
        for index in range(asked.choices):
            for delta, finish in (({"role": "assistant", **_not_found(asked)}, None), ({}, "stop")):
                choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}
                yield Chunk(payload=head | {"choices": [choice]} | (told if delta else {}))
        if asked.include_usage:
            yield Chunk(payload=head | {"choices": [], "usage": self._usage_of_nothing(asked)})

    def _grounding(self, asked: Asked, engine: str) -> Grounding:
        return Grounding(asked.prompt, asked.model, asked.found, engine, self._watch.markers)

    async def _ask(self, asked: Asked, ask: Callable[[Engine], Awaitable[_T]]) -> tuple[Engine, _T]:
        """What the engine gives, or the spare one in its place if it can; else the engine's own error goes on."""
        try:
            return self._engine, await ask(self._engine)
        except EngineUnavailable:
            if self._spare is not None and asked.prompt.passages:
                with contextlib.suppress(EngineRefused):
                    return self._spare, await ask(self._spare)
            raise

    def _usage_of_nothing(self, asked: Asked) -> dict[str, int]:
        """The tokens of an answer that no engine was asked for."""
        count, messages = self._engine.count_tokens, asked.prompt.body["messages"]
        read = sum(count(text_of(message.get("content"))) + MESSAGE_TOKENS for message in messages)
        said = asked.choices * count(template("not_found", asked.prompt.language).format())
        return {"prompt_tokens": read, "completion_tokens": said, "total_tokens": read + said}

    async def model_and_store(self, name: str, caller: Caller) -> tuple[str, str | None]:
        """The engine's model and the id of the store that a name means. Raises UnknownModel, UnknownStore."""
        models = await self._engine.models()
        model, store = parted(name, models)
        if model not in models or not (caller.may_use(model) or caller.may_use(name)):
            raise UnknownModel(model=model or name, param="model")
        if store is None:
            return model, None
        found = await asyncio.to_thread(self._catalog.store_by_name, store, caller)
        if found is None:
            raise UnknownStore(store=store, param="model")
        return model, found.id

    def _room(self, model: str, request: ChatRequest) -> Room:
        answer = request.max_completion_tokens or request.max_tokens or ANSWER_TOKENS
        return Room(self._engine.context_tokens(model), answer, self._limits.passage_tokens)


async def events(chunks: AsyncGenerator[Chunk, None]) -> AsyncGenerator[bytes, None]:
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


def _not_found(asked: Asked) -> dict[str, str | None]:
    """What is said where nothing was found; to a program as a refusal, for it would not be what the program reads."""
    said = template("not_found", asked.prompt.language).format()
    return {"content": None, "refusal": said} if is_for_program(asked.prompt.body) else {"content": said}


def _prefix(answer: dict[str, Any], text: str) -> None:
    for choice in answer["choices"]:
        choice["message"]["content"] = f"{text}\n\n{choice['message'].get('content') or ''}"
