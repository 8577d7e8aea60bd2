"""What a conversation is called, and what else people write about it."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Final

LONGEST: Final = 200
_USUAL: Final = 80
# Marks that turn the direction of the text around them: in a list, of their neighbours too.
_TURNING: Final = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")


def in_a_line(text: str) -> str:
    """The text as one line, without what cannot be seen and changes what stands beside it."""
    visible = "".join(" " if unicodedata.category(one) in {"Cc", "Zl", "Zp"} else one for one in text)
    return " ".join(_TURNING.sub("", visible).split())


def in_lines(text: str) -> str:
    """The text in its lines, without other control characters."""
    return "".join(one for one in text if one in "\n\t" or unicodedata.category(one) != "Cc").strip()


def title_of(items: Sequence[Mapping[str, Any]]) -> str | None:
    """The beginning of the first thing a user says in the items of a conversation; None: nothing was said."""
    for item in items:
        if item["type"] == "message" and item["role"] == "user":
            said = in_a_line(" ".join((part.get("text") or "")[: 4 * LONGEST] for part in item["content"]))
            if said:
                return said if len(said) <= _USUAL else _cut(said)
    return None


def _cut(text: str) -> str:
    """The text up to the last word that fits; of a script without spaces, up to the last character."""
    start = text[: _USUAL - 1]
    words = start.rpartition(" ")[0]
    return (words if len(words) > _USUAL // 2 else start).rstrip() + "…"
