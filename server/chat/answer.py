"""From a question to a grounded answer: choose stores, find passages, pack, ask the engine, cite."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import orjson
import structlog

from server.chat.citations import cite
from server.chat.find import Finder, Found, Limits
from server.chat.knowledge import chosen
from server.chat.language import language_of
from server.chat.pack import Room, pack
from server.chat.prompt import ground, template
from server.chat.wire import DONE, ChatRequest, chunk, completion, event, text_of
from server.errors import (
    EngineUnavailable,
    InvalidRequest,
    LecternError,
    QuestionTooLong,
    Saturated,
    UnknownModel,
    UnknownStore,
)
from server.model import Passage, Prompt
from server.ports import Catalog, Engine

log = structlog.get_logger()

ANSWER_TOKENS = 512
MOST_QUESTION_CHARS = 16_384
Observe = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request made ready: its prompt, and the name of the model to answer under. `grounded`: stores were searched,
    for the `questions`."""

    prompt: Prompt
    model: str
    grounded: bool
    include_usage: bool
    questions: tuple[str, ...]

    @property
    def not_found(self) -> bool:
        """Stores were searched and hold nothing relevant."""
        return self.grounded and not self.prompt.passages


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
        observe: Observe,
    ) -> None:
        self._engine = engine
        self._spare = spare
        self._catalog = catalog
        self._find = find
        self._limits = limits
        self._observe = observe
        self._under_way = 0

    @property
    def under_way(self) -> int:
        """Answers being given now."""
        return self._under_way

    async def models(self) -> list[str]:
        """The engine's models, and each of them with each store as MODEL@STORE."""
        models = await self._engine.models()
        stores = await asyncio.to_thread(self._catalog.stores, None, 1000, "asc")
        return [*models, *(f"{model}@{store.name}" for model in models for store in stores)]

    async def prepare(self, request: ChatRequest) -> Asked:
        """Everything up to the engine.

        Raises:
            UnknownModel, UnknownStore, InvalidRequest, QuestionTooLong: the request cannot be answered.
        """
        if self._under_way >= self._limits.streams:
            raise Saturated(retry_after=2)
        model, store = await self._model_and_store(request.model)
        knowledge, tools = chosen(request, store)
        messages = [message.model_dump(exclude_unset=True) for message in request.messages]
        question = next((text_of(m.content) for m in reversed(request.messages) if m.role == "user"), "")
        language = language_of(question)
        passages: list[Passage] = []
        found = Found((), ())
        if knowledge is not None:
            if not question.strip():
                raise InvalidRequest(detail="there is no question in the messages", param="messages")
            if len(question) > MOST_QUESTION_CHARS:
                raise QuestionTooLong(tokens=len(question) // 3, limit=MOST_QUESTION_CHARS // 3, param="messages")
            found = await self._find(messages, knowledge, model)
            started = time.perf_counter()
            passages = pack(found.passages, messages, self._room(model, request), self._engine.count_tokens)
            messages = ground(messages, passages, language) if passages else messages
            self._observe("prompt", time.perf_counter() - started)
        body = request.upstream(model, messages, tools)
        prompt = Prompt(body, question, tuple(passages), language, found.answered, found.unanswered)
        include_usage = bool((request.stream_options or {}).get("include_usage"))
        return Asked(prompt, request.model, knowledge is not None, include_usage, found.questions)

    async def complete(self, asked: Asked) -> dict[str, Any]:
        """The whole answer as a chat.completion."""
        if asked.not_found:
            answer = completion(asked.model, template("not_found", asked.prompt.language).format())
            return answer | {"knowledge": _told(asked, "none")}
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
            for choice in answer["choices"]:
                found = cite(choice["message"].get("content") or "", asked.prompt.passages)
                choice["message"]["annotations"] = [citation.annotation() for citation in found]
            answer["knowledge"] = _told(asked, engine.name)
        return answer

    async def stream(self, asked: Asked) -> AsyncIterator[bytes]:
        """Opens the answer; what can fail politely has failed when this returns."""
        if asked.not_found:
            return self._tell_not_found(asked)
        engine, opening = self._engine, b""
        started = time.perf_counter()
        try:
            source = await engine.stream(asked.prompt)
        except EngineUnavailable:
            engine = self._spare_for(asked)
            source = await engine.stream(asked.prompt)
            said = template("engine_down", asked.prompt.language).format()
            opening = event(chunk(asked.model, {"role": "assistant", "content": said + "\n\n"}))
        return self._pass_on(asked, engine, source, opening, started)

    async def _pass_on(
        self, asked: Asked, engine: Engine, source: AsyncGenerator[bytes, None], opening: bytes, started: float
    ) -> AsyncGenerator[bytes, None]:
        said: dict[int, list[str]] = {}
        first = True
        self._under_way += 1
        try:
            if opening:
                yield opening
                said[0] = [_content(opening)]
            async for data in source:
                if first:
                    self._observe("first_token", time.perf_counter() - started)
                    first = False
                if asked.grounded:
                    for finished in _follow(data, said):
                        yield self._annotations(asked, engine, finished, "".join(said.get(finished, [])))
                yield data
            yield DONE
        except LecternError as error:
            log.warning("An answer broke off", reason=error.message)
            yield event({"error": {"message": error.message, "type": error.type, "code": error.code, "param": None}})
        finally:
            self._under_way -= 1
            await source.aclose()

    def _annotations(self, asked: Asked, engine: Engine, index: int, answer: str) -> bytes:
        # All at once: clients that merge deltas take the lists of several for one.
        annotations = [citation.annotation() for citation in cite(answer, asked.prompt.passages)]
        data = chunk(asked.model, {"annotations": annotations}, index=index)
        return event(data | {"knowledge": _told(asked, engine.name)})

    async def _tell_not_found(self, asked: Asked) -> AsyncGenerator[bytes, None]:
        said = template("not_found", asked.prompt.language).format()
        start = chunk(asked.model, {"role": "assistant", "content": said})
        yield event(start | {"knowledge": _told(asked, "none")})
        yield event(start | {"choices": [{"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}]})
        if asked.include_usage:
            usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
            yield event(start | {"choices": [], "usage": usage})
        yield DONE

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


def _follow(data: bytes, said: dict[int, list[str]]) -> list[int]:
    """Adds an event's text to what was said; returns the choices that this event ends."""
    finished = []
    payload = orjson.loads(data[5:])
    for choice in payload.get("choices") or []:
        text = (choice.get("delta") or {}).get("content")
        if text:
            said.setdefault(choice["index"], []).append(text)
        if choice.get("finish_reason") is not None:
            finished.append(choice["index"])
    return finished


def _content(data: bytes) -> str:
    said: dict[int, list[str]] = {}
    _follow(data, said)
    return "".join(said.get(0, []))


def _prefix(answer: dict[str, Any], text: str) -> None:
    for choice in answer["choices"]:
        choice["message"]["content"] = f"{text}\n\n{choice['message'].get('content') or ''}"


def _told(asked: Asked, engine: str) -> dict[str, Any]:
    """What an answer tells of its sources, beside the citations."""
    return {
        "found": bool(asked.prompt.passages),
        "engine": engine,
        "questions": list(asked.questions),
        "unanswered": list(asked.prompt.unanswered),
        "passages": [
            {
                "marker": number,
                "file_id": passage.file_id,
                "filename": passage.filename,
                "page": passage.page,
                "sheet": passage.sheet,
                "cells": passage.cells,
                "score": round(passage.score, 4),
            }
            for number, passage in enumerate(asked.prompt.passages, 1)
        ],
    }
