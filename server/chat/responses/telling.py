"""Tells a response step by step: from the chunks of an answer to the events of a response, and the response itself
(https://platform.openai.com/docs/api-reference/responses-streaming)."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from server.chat.responses.items import item_id
from server.chat.responses.shape import Response, error_object, shown, usage
from server.chat.responses.spoken import Call, Message, Spoken, Thought
from server.errors import LecternError

Event = dict[str, Any]
_INCOMPLETE: Final = {"length": "max_output_tokens", "content_filter": "content_filter"}


class Telling:
    """One response while it is told. `response` is complete once `end`, `failed` or `cancelled` was called; what it
    holds of results and probabilities is sent only as far as `include` asks for it. `first` is the number
    of the first event."""

    def __init__(self, response: Response, include: Sequence[str], *, first: int = 0) -> None:
        self.response = response
        self.error: LecternError | None = None
        self._include = include
        self._number = first
        self._message: Message | None = None
        self._thought: Thought | None = None
        self._calls: dict[int, Call] = {}
        self._open: list[Spoken] = []
        self._finish: str | None = None

    def begin(self) -> Iterator[Event]:
        """The first events."""
        yield self._state("response.created")
        if self.response["status"] == "queued":
            yield self._state("response.queued")
        self.response["status"] = "in_progress"
        yield self._state("response.in_progress")

    def searched(self, queries: Sequence[str], results: Sequence[Mapping[str, Any]]) -> Iterator[Event]:
        """The search that the answer is made from; it was done before anything is told, to be able to fail politely."""
        item = {"id": self._new_id("file_search_call"), "type": "file_search_call", "queries": list(queries)}
        place = {"output_index": len(self.response["output"]), "item_id": item["id"]}
        begun = {**item, "status": "in_progress", "results": None}
        yield self._event("response.output_item.added", output_index=place["output_index"], item=begun)
        for step in ("in_progress", "searching", "completed"):
            yield self._event(f"response.file_search_call.{step}", **place)
        self.response["output"].append({**item, "status": "completed", "results": [dict(one) for one in results]})
        told = shown(self.response, self._include)["output"][-1]
        yield self._event("response.output_item.done", output_index=place["output_index"], item=told)

    def told(self, chunk: Mapping[str, Any]) -> Iterator[Event]:
        """What a chat.completion.chunk adds."""
        if "knowledge" in chunk:
            self.response["knowledge"] = chunk["knowledge"]
        if isinstance(chunk.get("usage"), Mapping):
            self.response["usage"] = usage(chunk["usage"])
        for choice in chunk.get("choices") or ():
            if choice.get("index"):
                continue
            yield from self._said(choice.get("delta") or {}, choice.get("logprobs") or {})
            self._finish = choice.get("finish_reason") or self._finish

    def end(self) -> Iterator[Event]:
        """The last events of a response that came to its end."""
        reason = _INCOMPLETE.get(self._finish or "")
        status = "incomplete" if reason else "completed"
        yield from self._close(status)
        self._settle(status)
        self.response["incomplete_details"] = {"reason": reason} if reason else None
        yield self._state(f"response.{status}")

    def failed(self, error: LecternError) -> Iterator[Event]:
        """The last events of a response that broke off."""
        self.error = error
        self._keep_open_items()
        self._settle("failed")
        self.response["error"] = error_object(error)
        yield self._event("error", code=error.code, message=error.message, param=error.param)
        yield self._state("response.failed")

    def cancelled(self) -> None:
        """Nobody wants to hear more."""
        self._keep_open_items()
        self._settle("cancelled")

    def _said(self, delta: Mapping[str, Any], logprobs: Mapping[str, Any]) -> Iterator[Event]:
        thought = delta.get("reasoning_content") or delta.get("reasoning")
        if isinstance(thought, str):
            if self._thought is None:
                self._thought = Thought(self._new_id("reasoning"), len(self.response["output"]))
                yield from self._added(self._thought)
            yield from self._numbered(self._thought.said(thought))
        text, refusal = delta.get("content"), delta.get("refusal")
        probable = logprobs.get("content") or ()
        cited = delta.get("annotations") or ()
        if text or refusal or probable or cited:
            if self._message is None:
                self._message = Message(self._new_id("message"), len(self.response["output"]))
                yield from self._added(self._message)
            if text or probable:
                yield from self._numbered(self._message.said(text or "", probable))
            if refusal:
                yield from self._numbered(self._message.refused(refusal))
            self._message.cited(cited)
        for call in delta.get("tool_calls") or ():
            yield from self._called(call)

    def _called(self, told: Mapping[str, Any]) -> Iterator[Event]:
        number, function = told.get("index") or 0, told.get("function") or {}
        if number not in self._calls:
            item = self._new_id("function_call")
            self._calls[number] = Call(item, len(self.response["output"]), told.get("id"), function.get("name"))
            yield from self._added(self._calls[number])
        if function.get("arguments"):
            yield from self._numbered(self._calls[number].said(function["arguments"]))

    def _added(self, one: Spoken) -> Iterator[Event]:
        self.response["output"].append({})
        self._open.append(one)
        yield self._event("response.output_item.added", output_index=one.index, item=one.item("in_progress"))

    def _close(self, status: str) -> Iterator[Event]:
        for one in self._open:
            yield from self._numbered(one.end())
            item = one.item(status)
            self.response["output"][one.index] = item
            told = shown({"output": [item]}, self._include)["output"][0]
            yield self._event("response.output_item.done", output_index=one.index, item=told)
        self._open.clear()

    def _keep_open_items(self) -> None:
        for one in self._open:
            self.response["output"][one.index] = one.item("incomplete")
        self._open.clear()

    def _settle(self, status: str) -> None:
        self.response |= {"status": status, "completed_at": int(time.time()) if status == "completed" else None}

    def _new_id(self, kind: str) -> str:
        return item_id(kind, self.response["id"], str(len(self.response["output"])))

    def _state(self, kind: str) -> Event:
        # While items are under way the list of them is empty places.
        output = [] if self._open else self.response["output"]
        return self._event(kind, response=shown({**self.response, "output": output}, self._include))

    def _numbered(self, events: Iterator[Event]) -> Iterator[Event]:
        for event in events:
            yield self._event(event.pop("type"), **event)

    def _event(self, kind: str, **fields: Any) -> Event:
        event = {"type": kind, "sequence_number": self._number, **fields}
        self._number += 1
        return event
