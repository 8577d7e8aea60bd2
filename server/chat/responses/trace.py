"""Why an answer is as it is: what was searched for, what was found and left out, what the engine was asked, and how
long each stage took (docs/decisions/0023-search-and-trace.md)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from server.chat.answer import Asked
from server.chat.messages import text_of
from server.model import Passage

Trace = dict[str, Any]


def traced(asked: Asked, response: Mapping[str, Any], count: Callable[[str], int]) -> Trace:
    """The trace of an answer that has ended, as it is kept; `count` counts tokens where the engine did not tell."""
    found, prompt = asked.found, asked.prompt
    markers = {passage.id: number for number, passage in enumerate(prompt.passages, 1)}
    packed = {passage.id: passage for passage in prompt.passages}
    room = [_passage(packed.get(one.id, one), markers.get(one.id), "room") for one in found.passages]
    weak = sorted(found.weak, key=lambda one: -one.score)
    knowledge = response.get("knowledge") or {}
    return {
        "questions": list(found.questions),
        "unanswered": list(found.unanswered),
        "stores": list(found.stores),
        "passages": [*room, *(_passage(one, None, "score") for one in weak)],
        "prompt": None if asked.not_found else _prompt(prompt.body.get("messages") or (), response, count),
        "stages": [{"name": name, "seconds": round(took, 4)} for name, took in found.stages.seconds.items()],
        "engine": knowledge.get("engine"),
        "model": prompt.body.get("model"),
    }


def shown_trace(trace: Trace) -> Trace:
    """The trace as it is told."""
    return {"object": "response.trace", "withheld": False, **trace}


def withheld_trace(trace: Trace) -> Trace:
    """What is told of it to who may not read all that it is made of any more."""
    hidden: Trace = {"questions": [], "unanswered": [], "stores": [], "passages": [], "prompt": None}
    return {"object": "response.trace", **trace, **hidden, "withheld": True}


def documents_in(trace: Trace) -> list[tuple[str, str]]:
    """The (store, file) of all whose text or name is in it."""
    return [(passage["vector_store_id"], passage["file_id"]) for passage in trace["passages"]]


def _passage(passage: Passage, marker: int | None, reason: str) -> dict[str, Any]:
    """A passage and why it was left out, if it was: too little `room` in the prompt, or too low a `score`."""
    return {
        "marker": marker,
        "packed": marker is not None,
        "left_out": None if marker is not None else reason,
        "file_id": passage.file_id,
        "filename": passage.filename,
        "vector_store_id": passage.store_id,
        "page": passage.page,
        "sheet": passage.sheet,
        "cells": passage.cells,
        "headings": list(passage.headings),
        "text": passage.text,
        "dense_score": round(passage.dense, 4),
        "sparse_score": round(passage.sparse, 4),
        "rerank_score": None if passage.rerank is None else round(passage.rerank, 4),
        "score": round(passage.score, 4),
    }


def _prompt(
    messages: Sequence[Mapping[str, Any]], response: Mapping[str, Any], count: Callable[[str], int]
) -> dict[str, Any]:
    """What the engine was sent, but for the `earlier` messages of the conversation: they belong to other responses, and
    go with those when they are deleted."""
    told = (response.get("usage") or {}).get("input_tokens")
    tokens = told or sum(count(text_of(message.get("content"))) for message in messages)
    last = max((place for place, message in enumerate(messages) if message["role"] == "user"), default=0)
    system = [message for message in messages[:last] if message["role"] == "system"]
    own = [_without_pictures(message) for message in (*system, *messages[last:])]
    return {"messages": own, "earlier": len(messages) - len(own), "tokens": tokens}


def _without_pictures(message: Mapping[str, Any]) -> dict[str, Any]:
    """The message without the bytes of its pictures: megabytes that stand in the input already."""
    content = message.get("content")
    if isinstance(content, str) or content is None:
        return dict(message)
    parts = [part if part.get("type") == "text" else {"type": part.get("type")} for part in content]
    return {**message, "content": parts}
