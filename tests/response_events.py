"""The order of events that OpenAI documents for responses, as a machine that reads a stream and objects to the rest
(https://platform.openai.com/docs/api-reference/responses-streaming)."""

from collections.abc import Iterable
from typing import Any

from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

EVENT: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)
LAST = {"response.completed", "response.incomplete", "response.failed"}
_SEARCH = [f"response.file_search_call.{step}" for step in ("in_progress", "searching", "completed")]


class Listener:
    """Reads the events of one response in their order. What it hears must add up to what the last event tells."""

    def __init__(self, first: int = 0) -> None:
        self._next = first
        self._state = "new"
        self._items: dict[int, Any] = {}
        self._done: dict[int, Any] = {}
        self._parts: dict[tuple[int, int], dict[str, Any]] = {}
        self._steps: dict[int, list[str]] = {}
        self._arguments: dict[int, str] = {}
        self.response: Response | None = None

    def hear(self, given: Any) -> None:
        """The next event."""
        event = EVENT.validate_python(given if isinstance(given, dict) else given.to_dict())
        assert self.response is None, f"{event.type} after the end"
        assert event.sequence_number == self._next
        self._next += 1
        getattr(self, "_" + event.type.removeprefix("response.").replace(".", "_"))(event)

    def _created(self, event: Any) -> None:
        assert self._state == "new"
        assert event.response.output == []
        self._state = "created"

    def _queued(self, event: Any) -> None:
        assert self._state == "created"
        assert event.response.status == "queued"

    def _in_progress(self, event: Any) -> None:
        assert self._state == "created"
        assert event.response.status == "in_progress"
        self._state = "in progress"

    def _output_item_added(self, event: Any) -> None:
        assert self._state == "in progress"
        assert event.output_index == len(self._items)
        assert event.item.status == "in_progress"
        assert not getattr(event.item, "content", None)
        self._items[event.output_index] = event.item

    def _file_search_call_in_progress(self, event: Any) -> None:
        self._steps.setdefault(self._place(event, "file_search_call"), []).append(event.type)

    _file_search_call_searching = _file_search_call_completed = _file_search_call_in_progress

    def _content_part_added(self, event: Any) -> None:
        place = self._place(event, "message", "reasoning"), event.content_index
        before = place[0], place[1] - 1
        assert place not in self._parts
        assert place[1] == 0 or self._parts[before]["ended"]
        self._parts[place] = {"text": "", "annotations": [], "said": None, "ended": False, "type": event.part.type}

    def _output_text_delta(self, event: Any) -> None:
        self._part(event, "output_text")["text"] += event.delta

    def _refusal_delta(self, event: Any) -> None:
        self._part(event, "refusal")["text"] += event.delta

    def _reasoning_text_delta(self, event: Any) -> None:
        self._part(event, "reasoning_text")["text"] += event.delta

    def _output_text_annotation_added(self, event: Any) -> None:
        part = self._part(event, "output_text")
        assert event.annotation_index == len(part["annotations"])
        part["annotations"].append(_plain(event.annotation))

    def _output_text_done(self, event: Any) -> None:
        self._said(event, "output_text", event.text)

    def _refusal_done(self, event: Any) -> None:
        self._said(event, "refusal", event.refusal)

    def _reasoning_text_done(self, event: Any) -> None:
        self._said(event, "reasoning_text", event.text)

    def _content_part_done(self, event: Any) -> None:
        part = self._part(event, event.part.type)
        assert part["said"] == getattr(event.part, "text", None) or event.part.refusal
        if event.part.type == "output_text":
            assert [_plain(one) for one in event.part.annotations] == part["annotations"]
        part["ended"] = True

    def _function_call_arguments_delta(self, event: Any) -> None:
        place = self._place(event, "function_call")
        self._arguments[place] = self._arguments.get(place, "") + event.delta

    def _function_call_arguments_done(self, event: Any) -> None:
        assert self._arguments.get(self._place(event, "function_call"), "") == event.arguments
        self._arguments[event.output_index] = event.arguments

    def _output_item_done(self, event: Any) -> None:
        place = event.output_index
        assert event.item.id == self._items[place].id
        assert place not in self._done
        if event.item.type == "file_search_call":
            assert self._steps[place] == _SEARCH
        if event.item.type == "function_call":
            assert self._arguments[place] == event.item.arguments
        assert all(part["ended"] for (item, _), part in self._parts.items() if item == place)
        self._done[place] = event.item

    def _completed(self, event: Any) -> None:
        self._ended(event, "completed")
        assert len(self._done) == len(self._items)
        assert event.response.output == [self._done[place] for place in sorted(self._done)]

    def _incomplete(self, event: Any) -> None:
        self._ended(event, "incomplete")
        assert event.response.incomplete_details.reason

    def _error(self, event: Any) -> None:
        assert event.message
        self._state = "broken"

    def _failed(self, event: Any) -> None:
        assert self._state == "broken"
        assert event.response.status == "failed"
        assert event.response.error.message
        self.response = event.response

    def _ended(self, event: Any, status: str) -> None:
        assert self._state == "in progress"
        assert event.response.status == status
        self.response = event.response

    def _place(self, event: Any, *kinds: str) -> int:
        item = self._items[event.output_index]
        assert item.type in kinds
        assert item.id == event.item_id
        assert event.output_index not in self._done
        return int(event.output_index)

    def _part(self, event: Any, kind: str) -> dict[str, Any]:
        part = self._parts[self._place(event, "message", "reasoning"), event.content_index]
        assert part["type"] == kind
        assert not part["ended"]
        return part

    def _said(self, event: Any, kind: str, text: str) -> None:
        part = self._part(event, kind)
        assert part["text"] == text
        part["said"] = text


def _plain(annotation: Any) -> Any:
    return annotation if isinstance(annotation, dict) else annotation.to_dict()


def heard(events: Iterable[Any], first: int = 0) -> Response:
    """The response that the events tell; they must be in the documented order, and whole."""
    listener = Listener(first)
    for event in events:
        listener.hear(event)
    assert listener.response is not None, "the events have no end"
    return listener.response
