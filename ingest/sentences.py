"""Tells where the sentences of a text stand."""

import re
from collections.abc import Iterator
from typing import Final

# Full stops end a sentence before a space and a capital, a digit or a quotation mark; Chinese ones always.
_END: Final = re.compile(r"(?<=[.!?])(?<!\b[A-Z]\.)\s+(?=[\"'“(\[]?[A-Z0-9\u3400-\u9fff])|(?<=[。\uff01\uff1f\uff1b])")
_LINE: Final = re.compile(r"[^\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_CELL_EDGE: Final = " | "


def sentences(text: str) -> list[tuple[int, int]]:
    """Where each sentence begins and ends, without the space around it. A line ends one; a table's row is one."""
    return [span for span in _trimmed(text) if span[0] < span[1]]


def _trimmed(text: str) -> Iterator[tuple[int, int]]:
    for line in _LINE.finditer(text):
        start = line.start()
        ends = () if _CELL_EDGE in line[0] else _END.finditer(line[0])
        for end in [*(line.start() + gap.start() for gap in ends), line.end()]:
            said = text[start:end]
            yield start + len(said) - len(said.lstrip()), start + len(said.rstrip())
            start = end
