"""Makes of items the messages that an engine reads."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from server.chat.language import language_of
from server.chat.messages import NOT_FETCHED, is_data
from server.chat.prompt import template
from server.chat.responses.items import Stored
from server.errors import InvalidRequest

Messages = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that a message brings along, as text."""

    filename: str
    text: str


def messages_of(
    items: Sequence[Stored], instructions: str | None, files: Mapping[str, Attached], *, pictures: bool
) -> Messages:
    """The chat messages of a conversation.

    All that is no turn of the conversation (instructions, system messages, attached files) goes into one system message
    at its beginning: some models accept no other. A file that is not among `files` is left out.

    Raises:
        InvalidRequest: pictures that the engine cannot read; calls of functions and their outputs that do not match.
    """
    turns: Messages = []
    before = [instructions] if instructions else []
    for item in items:
        if item["type"] == "message" and item["role"] in {"system", "developer"}:
            before.append(_text(item["content"]))
        elif item["type"] == "message":
            turns.append({"role": item["role"], "content": _content(item, pictures=pictures)})
        elif item["type"] == "function_call":
            _add_call(turns, item)
        elif item["type"] == "function_call_output":
            turns.append({"role": "tool", "tool_call_id": item["call_id"], "content": item["output"]})
    language = language_of(next((_text(turn["content"]) for turn in reversed(turns) if turn["role"] == "user"), ""))
    before += [template("attached", language).format(filename=file.filename, text=file.text) for file in files.values()]
    _check_calls(turns)
    return [{"role": "system", "content": "\n\n".join(before)}, *turns] if before else turns


def shortened(messages: Messages, most_tokens: int, count: Callable[[str], int]) -> Messages:
    """The messages without as many of the oldest turns as are too much; the system message and the last question with
    what follows it stay."""
    first = 1 if messages and messages[0]["role"] == "system" else 0
    questions = [place for place, message in enumerate(messages) if message["role"] == "user" and place >= first]
    sizes = [count(_text(message.get("content"))) for message in messages]
    before = list(accumulate(sizes, initial=0))
    for place in questions:
        if before[first] + before[-1] - before[place] <= most_tokens or place == questions[-1]:
            return messages[:first] + messages[place:]
    return messages


def _content(message: Stored, *, pictures: bool) -> str | list[dict[str, Any]]:
    """Text where there is nothing else; lists of parts are not understood by every model."""
    images = [part for part in message["content"] if part["type"] == "input_image"]
    if not images:
        return _text(message["content"])
    if not pictures:
        raise InvalidRequest(detail="no model is configured that looks at pictures; send text", param="input")
    parts: list[dict[str, Any]] = [{"type": "text", "text": _text(message["content"])}]
    for image in images:
        if not image.get("image_url"):
            detail = "a picture is read from its image_url, which is a data: URL; file_id is not served for pictures"
            raise InvalidRequest(detail=detail, param="input")
        if not is_data(image["image_url"]):
            raise InvalidRequest(detail=f"input_image: {NOT_FETCHED}", param="input")
        url = {"url": image["image_url"]} | ({"detail": image["detail"]} if image.get("detail") else {})
        parts.append({"type": "image_url", "image_url": url})
    return parts


def _text(content: str | Sequence[Mapping[str, Any]] | None) -> str:
    if isinstance(content, str):
        return content
    texts = [part.get("text") or part.get("refusal") for part in content or ()]
    return "\n".join(text for text in texts if isinstance(text, str))


def _add_call(turns: Messages, call: Stored) -> None:
    """Calls that were made together, and what was said before them, are one message."""
    if not turns or turns[-1]["role"] != "assistant":
        turns.append({"role": "assistant", "content": None})
    function = {"name": call["name"], "arguments": call["arguments"]}
    turns[-1].setdefault("tool_calls", []).append({"id": call["call_id"], "type": "function", "function": function})


def _check_calls(turns: Messages) -> None:
    called: set[str] = set()
    waiting: set[str] = set()
    for turn in turns:
        if turn["role"] == "tool":
            if turn["tool_call_id"] not in called:
                detail = f"there is no function_call with the call_id {turn['tool_call_id']!r} before its output"
                raise InvalidRequest(detail=detail, param="input")
            waiting.discard(turn["tool_call_id"])
        elif waiting:
            break
        made = {call["id"] for call in turn.get("tool_calls", ())}
        called |= made
        waiting |= made
    if waiting:
        detail = f"there is no function_call_output for the call_id {min(waiting)!r}"
        raise InvalidRequest(detail=detail, param="input")
