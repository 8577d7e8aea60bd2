"""Groups lines into chunks that fill a budget of tokens, where possible with boundaries that the content chooses.

A chunk that is well filled ends before the next line whose checksum says so. The same lines therefore mostly end the
same chunks, also when something was added or removed far above them: an edited document keeps most of its chunks, and
with them their vectors. (Content-defined chunking, as backup programs and rsync's descendants do it.)
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from zlib import crc32

from ingest.lines import Line
from ingest.model import Element, Kind

# Simulated with lines of many lengths: an edit changes 3 to 7 chunks in the mean (27 at worst; without such boundaries
# up to all that follow), and there are 1 to 12 % more chunks. An earlier end costs more chunks and retrieval a little.
_FILLED = 2 / 3  # share of the budget from which on a chunk may end
_OFFERED = 3  # boundaries that the content offers per budget of tokens
_INTRODUCTION = 400  # characters of the longest sentence that is taken for the introduction of a table or figure
_INTRODUCES = re.compile(
    r"[:：]\s*$|\b(?:table|figure|fig\.|chart)\s|[表图圖][\s\d一二三四五六七八九十:：]|下表|如下", re.IGNORECASE
)


def introduces(element: Element) -> bool:
    """Whether the element is a caption, or a sentence that announces the table or figure after it."""
    if element.kind is Kind.CAPTION:
        return True
    is_short = len(element.text) <= _INTRODUCTION
    return is_short and element.kind is Kind.TEXT and _INTRODUCES.search(element.text) is not None


def pack_rows(lines: Sequence[Line], budget: int) -> Iterator[list[Line]]:
    """Groups the rows of a table."""
    group: list[Line] = []
    used = 0
    for line in lines:
        is_full = used + line.tokens > budget
        if group and (is_full or (used >= budget * _FILLED and _offers_boundary(line, budget))):
            yield group
            group, used = [], 0
        group.append(line)
        used += line.tokens
    if group:
        yield group


def pack_prose(lines: Sequence[Line], budget: int) -> Iterator[list[Line]]:
    """Groups paragraphs by unstructured's chunking by title.

    It measures characters, so that each line is shown to it as an element with one character per token; two of them
    are in the separator it puts between elements. A line that offers a boundary is shown as a title: there a new chunk
    begins, unless the one before is not filled yet.
    """
    from unstructured.chunking.title import iter_chunks_by_title
    from unstructured.documents.elements import NarrativeText, Title

    units = list(_units(lines, budget))
    if len(units) == 1:
        yield units[0]
        return
    weighed = [
        (Title if _offers_boundary(unit[0], budget) else NarrativeText)(
            "x" * min(budget, max(1, tokens_of(unit) - 2)), element_id=str(index)
        )
        for index, unit in enumerate(units)
    ]
    filled = int(budget * _FILLED)
    for composite in iter_chunks_by_title(weighed, max_characters=budget, combine_text_under_n_chars=filled):
        members = composite.metadata.orig_elements or []
        yield [line for member in members for line in units[int(member.id)]]


def tokens_of(lines: Iterable[Line]) -> int:
    """The tokens of all the lines."""
    return sum(line.tokens for line in lines)


def _offers_boundary(line: Line, budget: int) -> bool:
    share = crc32(line.text.encode("utf-8", "surrogatepass")) / 2**32
    return share * budget < _OFFERED * line.tokens


def _units(lines: Sequence[Line], budget: int) -> Iterator[list[Line]]:
    """Lines that belong together where they fit."""
    unit: list[Line] = []
    for line in lines:
        if unit and not (_belongs(line.element, unit[-1]) and tokens_of(unit) + line.tokens <= budget):
            yield unit
            unit = []
        unit.append(line)
    if unit:
        yield unit


def _belongs(element: Element, before: Line) -> bool:
    """Whether an element makes sense only with the line before it: a footnote with what it explains, a list with its
    opening words, a figure (the text recognised in it, or its caption) with its caption or what announces it."""
    if element.kind is Kind.FOOTNOTE:
        return True
    if element.kind is Kind.LIST_ITEM:
        return before.text.endswith((":", "："))
    is_figure = element.kind is Kind.CAPTION or element.parser is not None
    return is_figure and before.element.parser is None and introduces(before.element)
