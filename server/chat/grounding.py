"""Follows one answer while it is given: has its markers checked, cites what is kept, and tells of its sources."""

from collections.abc import Callable, Iterator
from typing import Any

from server.chat.chunks import Chunk
from server.chat.citations import cite
from server.chat.find import Found
from server.chat.markers import Markers
from server.chat.suggestions import suggested
from server.chat.support import Support
from server.chat.values import cited_values, is_for_program
from server.chat.wire import chunk
from server.model import Prompt

# Told a verdict and how many markers of an answer got it.
Note = Callable[[str, int], None]


class Grounding:
    """One answer of `engine`, of one or several choices, told under the name `model`."""

    def __init__(self, prompt: Prompt, model: str, found: Found, engine: str, note: Note) -> None:
        self._prompt = prompt
        self._model = model
        self._found = found
        self._engine = engine
        self._note = note
        self._support = Support(prompt.passages, "\n".join([prompt.question, *found.questions]))
        self._choices: dict[int, Markers] = {}
        self._unfinished: set[int] = set()
        self._is_for_program = is_for_program(prompt.body)
        self._head: dict[str, Any] = {}

    def whole(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The chat.completion with its markers checked, its citations and what is told of its sources."""
        for choice in answer["choices"]:
            markers = self._markers(choice["index"])
            message, text = choice["message"], choice["message"].get("content")
            said = markers.feed(text if isinstance(text, str) else "", end=True)
            if isinstance(text, str):
                message["content"] = said
            message["annotations"] = self._finished(choice["index"])
        return answer | {"knowledge": self.told(*self._choices.values())}

    def passed(self, came: Chunk) -> Iterator[Chunk]:
        """What is sent for a chunk of the engine: as it came, but for the text of markers, and the annotations of a
        choice before the chunk that ends it. All chunks of an answer have its model's name, one id and one time."""
        if not self._head:
            own = chunk(self._model, {})
            self._head = {name: came.payload.get(name, own[name]) for name in ("id", "object", "created")}
            self._head["model"] = self._model
        choices = came.payload.get("choices") or []
        changed = []
        for choice in choices:
            delta, index = choice.get("delta") or {}, choice["index"]
            text, ends = delta.get("content"), choice.get("finish_reason") is not None
            said = text if isinstance(text, str) else ""
            sent = self._markers(index).feed(said, end=ends)
            changed.append(choice if sent == said else {**choice, "delta": {**delta, "content": sent}})
            if ends:
                yield self._annotations(index)
        sent_on = {**came.payload, **self._head, "choices": changed}
        yield came if sent_on == came.payload else Chunk(payload=sent_on)

    def rest(self) -> Iterator[Chunk]:
        """What is left to be sent when the engine ended without ending its choices."""
        for index in sorted(self._unfinished):
            if text := self._markers(index).feed("", end=True):
                yield Chunk(payload=chunk(self._model, {"content": text}, index=index) | self._head)
            yield self._annotations(index)

    def told(self, *choices: Markers) -> dict[str, Any]:
        """What an answer, or some of its choices, tells of its sources beside the citations."""
        return {
            "found": bool(self._prompt.passages),
            "grounded": bool(choices) and all(markers.kept for markers in choices),
            "dropped_markers": sum(markers.dropped for markers in choices),
            "engine": self._engine,
            "questions": list(self._found.questions),
            "unanswered": list(self._prompt.unanswered),
            "follow_ups": suggested(
                self._prompt, self._found.weak, {one.number for markers in choices for one in markers.kept}
            ),
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
                for number, passage in enumerate(self._prompt.passages, 1)
            ],
        }

    def _markers(self, index: int) -> Markers:
        if index not in self._choices:
            texts = [passage.text for passage in self._prompt.passages]
            self._choices[index] = Markers(texts, self._support, drops=not self._is_for_program)
            self._unfinished.add(index)
        return self._choices[index]

    def _annotations(self, index: int) -> Chunk:
        # All at once: clients that merge deltas take the lists of several for one.
        noted = chunk(self._model, {"annotations": self._finished(index)}, index=index)
        return Chunk(payload=noted | self._head | {"knowledge": self.told(self._choices[index])})

    def _finished(self, index: int) -> list[dict[str, Any]]:
        """The annotations of a choice that is complete."""
        markers = self._choices[index]
        self._unfinished.discard(index)
        if self._is_for_program:
            markers.kept = cited_values(markers.said, self._support, len(self._prompt.passages))
        for verdict, count in markers.counts.items():
            self._note(verdict, count)
        return [citation.annotation() for citation in cite(markers.kept, self._prompt.passages)]
