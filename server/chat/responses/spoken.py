"""The items of a response while they are spoken. What they yield are events without their number."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

Event = dict[str, Any]


class Spoken(Protocol):
    """An item at its place in the output."""

    index: int

    def item(self, status: str) -> dict[str, Any]:
        """The item as it stands."""
        ...

    def end(self) -> Iterator[Event]:
        """The events that end it, but for output_item.done."""
        ...


class Message:
    """What the model says: text, or why it says nothing."""

    def __init__(self, item_id: str, index: int) -> None:
        self.index = index
        self._id = item_id
        self._parts: list[dict[str, Any]] = []
        self._pieces: list[str] = []
        self._cited: list[Mapping[str, Any]] = []

    def item(self, status: str) -> dict[str, Any]:
        """The item as it stands."""
        self._join()
        return {
            "id": self._id,
            "type": "message",
            "role": "assistant",
            "status": status,
            "content": [dict(part) for part in self._parts],
        }

    def said(self, text: str, logprobs: Sequence[Mapping[str, Any]]) -> Iterator[Event]:
        """More text, and how probable its tokens were."""
        yield from self._in_part("output_text")
        self._pieces.append(text)
        probable = [_probable(one) for one in logprobs]
        self._parts[-1]["logprobs"] += probable
        yield {"type": "response.output_text.delta", **self._place, "delta": text, "logprobs": probable}

    def refused(self, text: str) -> Iterator[Event]:
        """More of a refusal."""
        yield from self._in_part("refusal")
        self._pieces.append(text)
        yield {"type": "response.refusal.delta", **self._place, "delta": text}

    def cited(self, annotations: Sequence[Mapping[str, Any]]) -> None:
        """Citations of what was said; they are told once all of it is, for they count its characters."""
        self._cited += annotations

    def end(self) -> Iterator[Event]:
        """The events that end the part under way."""
        if not self._parts:
            return
        self._join()
        if self._parts[-1]["type"] == "output_text":
            yield from self._annotations()
        part = dict(self._parts[-1])
        if part["type"] == "refusal":
            yield {"type": "response.refusal.done", **self._place, "refusal": part["refusal"]}
        else:
            told = {"text": part["text"], "logprobs": part["logprobs"]}
            yield {"type": "response.output_text.done", **self._place, **told}
        yield {"type": "response.content_part.done", **self._place, "part": part}

    @property
    def _place(self) -> dict[str, Any]:
        return {"item_id": self._id, "output_index": self.index, "content_index": len(self._parts) - 1}

    def _in_part(self, kind: str) -> Iterator[Event]:
        if self._parts and self._parts[-1]["type"] == kind:
            return
        yield from self.end()
        if kind == "refusal":
            self._parts.append({"type": "refusal", "refusal": ""})
        else:
            self._parts.append({"type": "output_text", "text": "", "annotations": [], "logprobs": []})
        part = {name: [] if isinstance(value, list) else value for name, value in self._parts[-1].items()}
        yield {"type": "response.content_part.added", **self._place, "part": part}

    def _annotations(self) -> Iterator[Event]:
        for number, annotation in enumerate(self._cited):
            self._parts[-1]["annotations"].append(dict(annotation))
            added = {"annotation_index": number, "annotation": dict(annotation)}
            yield {"type": "response.output_text.annotation.added", **self._place, **added}
        self._cited.clear()

    def _join(self) -> None:
        if self._pieces:
            name = "refusal" if self._parts[-1]["type"] == "refusal" else "text"
            self._parts[-1][name] += "".join(self._pieces)
            self._pieces.clear()


class Thought:
    """What a model thinks before it answers, where the engine tells."""

    def __init__(self, item_id: str, index: int) -> None:
        self.index = index
        self._id = item_id
        self._pieces: list[str] = []

    def item(self, status: str) -> dict[str, Any]:
        """The item as it stands."""
        content = [self._part("".join(self._pieces))] if self._pieces else []
        return {"id": self._id, "type": "reasoning", "summary": [], "content": content, "status": status}

    def said(self, text: str) -> Iterator[Event]:
        """More of it."""
        if not self._pieces:
            yield {"type": "response.content_part.added", **self._place, "part": self._part("")}
        self._pieces.append(text)
        yield {"type": "response.reasoning_text.delta", **self._place, "delta": text}

    def end(self) -> Iterator[Event]:
        """The events that end it."""
        text = "".join(self._pieces)
        yield {"type": "response.reasoning_text.done", **self._place, "text": text}
        yield {"type": "response.content_part.done", **self._place, "part": self._part(text)}

    @property
    def _place(self) -> dict[str, Any]:
        return {"item_id": self._id, "output_index": self.index, "content_index": 0}

    def _part(self, text: str) -> dict[str, Any]:
        return {"type": "reasoning_text", "text": text}


class Call:
    """A function that the model calls."""

    def __init__(self, item_id: str, index: int, call_id: str | None, name: str | None) -> None:
        self.index = index
        self._id = item_id
        self._call_id = call_id or f"call_{item_id.partition('_')[2]}"
        self._name = name or ""
        self._pieces: list[str] = []

    def item(self, status: str) -> dict[str, Any]:
        """The item as it stands."""
        said = {"call_id": self._call_id, "name": self._name, "arguments": "".join(self._pieces)}
        return {"id": self._id, "type": "function_call", "status": status, **said}

    def said(self, arguments: str) -> Iterator[Event]:
        """More of its arguments."""
        self._pieces.append(arguments)
        yield {"type": "response.function_call_arguments.delta", **self._place, "delta": arguments}

    def end(self) -> Iterator[Event]:
        """The event that ends it."""
        told = {"name": self._name, "arguments": "".join(self._pieces)}
        yield {"type": "response.function_call_arguments.done", **self._place, **told}

    @property
    def _place(self) -> dict[str, Any]:
        return {"item_id": self._id, "output_index": self.index}


def _probable(token: Mapping[str, Any]) -> dict[str, Any]:
    tops = [_one(top) for top in token.get("top_logprobs") or ()]
    return {**_one(token), "top_logprobs": tops}


def _one(token: Mapping[str, Any]) -> dict[str, Any]:
    return {name: token.get(name) for name in ("token", "logprob", "bytes")}
