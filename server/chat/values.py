"""Cites an answer that a program reads: it holds no markers, so its values are looked for in the passages."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from server.chat.markers import Check, Marker

# Fields of a request whose answer is for a program.
_FORMATS: Final = ("structured_outputs", "guided_json", "guided_regex", "guided_grammar", "guided_choice")
_MOST_VALUES: Final = 64


def is_for_program(body: Mapping[str, Any]) -> bool:
    """Whether the request asks for a text in a form that a program reads."""
    form = body.get("response_format")
    return (isinstance(form, Mapping) and form.get("type") != "text") or any(body.get(name) for name in _FORMATS)


def cited_values(text: str, check: Check, passages: int) -> list[Marker]:
    """A marker for each of the passages that supports a value of the answer, all at its end."""
    found: dict[int, Marker] = {}
    for statement in _statements(text):
        for number in range(1, passages + 1):
            if number not in found and check(statement, number) == "supported":
                found[number] = Marker(number, len(text), statement)
    return sorted(found.values(), key=lambda marker: marker.number)


def _statements(text: str) -> list[str]:
    """The values with the names they stand under; of what is no JSON, the text."""
    try:
        given = orjson.loads(text)
    except orjson.JSONDecodeError:
        return [text] if text.strip() else []
    return [said for said, _ in zip(_leaves(given, ""), range(_MOST_VALUES), strict=False)]


def _leaves(value: Any, name: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _leaves(one, key)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one, name)
    elif value is not None and not isinstance(value, bool) and str(value).strip():
        yield f"{name} {value}".replace("_", " ").strip()
