"""Puts elements together into chunks: structure first, tokens second.

Sections never mix. Within a section, prose is grouped by unstructured's chunking by title and tables are cut between
rows; nothing overlaps and nothing is lost.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

from ingest.lines import CountTokens, Line, fit, prose_line, range_of_rows, table_lines
from ingest.model import Chunk, Element, Kind, Place
from ingest.offline import keep_unstructured_offline
from ingest.outline import Section, sections

_MIN_TOKENS = 16
_BATCH_CHARACTERS = 32_000  # about 40 chunks: enough for the tokenizer to work on in one call
_INTRODUCTION = 400  # characters of the longest sentence that is taken for the introduction of a table
_MENTIONS_TABLE = re.compile(
    r"[:：]\s*$|\b(?:table|figure|fig\.|chart)\s|[表图圖][\s\d一二三四五六七八九十:：]|下表|如下", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Run:
    """Lines of one section that may share chunks: all of one table, or prose."""

    headings: tuple[str, ...]
    lines: list[Line]
    budget: int
    is_table: bool


@dataclass(frozen=True, slots=True)
class _Draft:
    """What becomes a chunk when its tokens were counted."""

    headings: tuple[str, ...]
    lines: list[Line]

    def passage(self) -> str:
        path = " › ".join(self.headings)
        return f"{path}\n{self.text()}" if path else self.text()

    def text(self) -> str:
        first, *rest = self.lines
        return first.text + "".join(line.joint + line.text for line in rest)


def chunks(elements: Iterable[Element], count_tokens: CountTokens, max_tokens: int) -> Iterator[Chunk]:
    """The chunks of a document, in order, from a stream of clean elements; memory does not grow with the document.

    `count_tokens` counts tokens with special ones, as the embedder does; no chunk's passage text has more than
    `max_tokens` of them. Raises ValueError if `max_tokens` is below 16.
    """
    if max_tokens < _MIN_TOKENS:
        raise ValueError(f"max_tokens is {max_tokens}; chunks of fewer than {_MIN_TOKENS} tokens make no sense")
    keep_unstructured_offline()
    packer = _Packer(count_tokens, max_tokens)
    ordinal = 0
    for batch in _batches(sections(elements)):
        for draft, tokens in packer.drafts(batch):
            yield _chunk(ordinal, draft, tokens)
            ordinal += 1


def _batches(parts: Iterable[Section]) -> Iterator[list[Section]]:
    batch: list[Section] = []
    size = 0
    for section in parts:
        batch.append(section)
        size += sum(len(element.text) for element in section.elements)
        if size > _BATCH_CHARACTERS or len(batch) >= 256:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


class _Packer:
    """Packs the lines of sections into drafts that keep a token limit, asking the tokenizer a batch at a time."""

    def __init__(self, count: CountTokens, max_tokens: int) -> None:
        self.count = count
        self.max_tokens = max_tokens
        self.special = count([""])[0]

    def drafts(self, batch: Sequence[Section]) -> Iterator[tuple[_Draft, int]]:
        """The drafts of a batch of sections with their tokens, in order."""
        runs = self._runs(batch)
        lines = [line for run in runs for line in run.lines]
        budgets = [run.budget for run in runs for _ in run.lines]
        pieces = iter(fit(lines, budgets, self.count))
        drafts: list[_Draft] = []
        for run in runs:
            fitting = [piece for line in islice(pieces, len(run.lines)) for piece in line]
            pack = _pack_rows if run.is_table else _pack_prose
            drafts += [_Draft(run.headings, group) for group in pack(fitting, run.budget)]
        return self._verified(drafts)

    def _runs(self, batch: Sequence[Section]) -> list[_Run]:
        """The sections as runs of lines. A path takes at most a third of a chunk; what does not fit becomes text."""
        titles = list({heading.element.text: None for section in batch for heading in section.path})
        costs = dict(zip(titles, self.count(titles), strict=True)) if titles else {}
        runs: list[_Run] = []
        for section in batch:
            room = (self.max_tokens - self.special) // 3
            path: list[str] = []
            unshown: list[Element] = []
            for heading in reversed(section.path):
                cost = costs[heading.element.text] - self.special + 2  # with " › " or a line end
                if cost <= room:
                    path.insert(0, heading.element.text)
                    room -= cost
                elif not heading.shown:
                    unshown.insert(0, heading.element)
                heading.shown = True
            budget = self.max_tokens - self.special - (self.max_tokens - self.special) // 3 + room
            for is_table, lines in _groups([*unshown, *section.elements]):
                runs.append(_Run(tuple(path), lines, budget, is_table))
        return runs

    def _verified(self, drafts: list[_Draft]) -> Iterator[tuple[_Draft, int]]:
        """Each draft with its tokens as counted; one that is too long after all, as two.

        Parts were counted singly; a tokenizer that sees them joined may come to a little more.
        """
        totals = self.count([draft.passage() for draft in drafts]) if drafts else []
        for draft, total in zip(drafts, totals, strict=True):
            halves = self._halves(draft, total - self.max_tokens) if total > self.max_tokens else []
            if halves:
                yield from self._verified(halves)
            else:
                yield draft, total

    def _halves(self, draft: _Draft, excess: int) -> list[_Draft]:
        lines = draft.lines
        if len(lines) == 1:
            (lines,) = fit(lines, [max(1, lines[0].tokens - excess - 1)], self.count)
            return [_Draft(draft.headings, [line]) for line in lines] if len(lines) > 1 else []
        middle = len(lines) // 2
        return [_Draft(draft.headings, lines[:middle]), _Draft(draft.headings, lines[middle:])]


def _groups(elements: Iterable[Element]) -> Iterator[tuple[bool, list[Line]]]:
    """Lines that may share chunks: (True, those of one table and the sentence before it) or (False, those of prose)."""
    prose: list[Line] = []
    for element in elements:
        if prose and (element.sheet, element.hidden) != (prose[-1].element.sheet, prose[-1].element.hidden):
            yield False, prose
            prose = []
        if not element.rows:
            prose.append(prose_line(element))
            continue
        rows = list(table_lines(element))
        if prose and _introduces(prose[-1].element):
            rows.insert(0, prose.pop())
        if prose:
            yield False, prose
            prose = []
        yield True, rows
    if prose:
        yield False, prose


def _introduces(element: Element) -> bool:
    if element.kind is Kind.CAPTION:
        return True
    is_short = len(element.text) <= _INTRODUCTION
    return is_short and element.kind is Kind.TEXT and _MENTIONS_TABLE.search(element.text) is not None


def _pack_rows(lines: Sequence[Line], budget: int) -> Iterator[list[Line]]:
    group: list[Line] = []
    room = budget
    for line in lines:
        if group and line.tokens > room:
            yield group
            group, room = [], budget
        group.append(line)
        room -= line.tokens
    if group:
        yield group


def _pack_prose(lines: Sequence[Line], budget: int) -> Iterator[list[Line]]:
    """Groups lines by unstructured's chunking by title.

    It measures characters, so that each line is shown to it as an element with one character per token; two of them
    are in the separator it puts between elements.
    """
    from unstructured.chunking.title import iter_chunks_by_title
    from unstructured.documents.elements import NarrativeText

    units = list(_units(lines, budget))
    if len(units) == 1:
        yield units[0]
        return
    weighed = [
        NarrativeText("x" * min(budget, max(1, _tokens(unit) - 2)), element_id=str(index))
        for index, unit in enumerate(units)
    ]
    for composite in iter_chunks_by_title(weighed, max_characters=budget, combine_text_under_n_chars=0):
        members = composite.metadata.orig_elements or []
        yield [line for member in members for line in units[int(member.id)]]


def _units(lines: Sequence[Line], budget: int) -> Iterator[list[Line]]:
    """Lines that belong together where they fit: a footnote to what it explains, a list to its opening words."""
    unit: list[Line] = []
    for line in lines:
        kind = line.element.kind
        belongs = kind is Kind.FOOTNOTE or (kind is Kind.LIST_ITEM and unit and unit[-1].text.endswith((":", "：")))
        if unit and not (belongs and _tokens(unit) + line.tokens <= budget):
            yield unit
            unit = []
        unit.append(line)
    if unit:
        yield unit


def _tokens(lines: Iterable[Line]) -> int:
    return sum(line.tokens for line in lines)


def _chunk(ordinal: int, draft: _Draft, tokens: int) -> Chunk:
    elements = [line.element for line in draft.lines]
    kinds = {element.kind for element in elements}
    is_table = Kind.TABLE in kinds
    kind = Kind.TABLE if is_table else kinds.pop() if len(kinds) == 1 else Kind.TEXT
    cells = {element.cells for element in elements if element.rows or not is_table}
    rows = [line.row for line in draft.lines if line.row is not None]
    sure = [element.confidence for element in elements if element.confidence is not None]
    return Chunk(
        ordinal=ordinal,
        text=draft.text(),
        tokens=tokens,
        headings=draft.headings,
        kind=kind,
        places=tuple(_places(draft.lines)),
        sheet=elements[0].sheet,
        cells=range_of_rows(cells.pop(), rows) if len(cells) == 1 else None,
        hidden=elements[0].hidden,
        confidence=min(sure, default=None),
    )


def _places(lines: Sequence[Line]) -> Iterator[Place]:
    """Where the text of each element on the page lies in the joined text."""
    end = -len(lines[0].joint)
    for _, group in groupby(lines, key=lambda line: id(line.element)):
        part = list(group)
        start = end + len(part[0].joint)
        end += sum(len(line.joint) + len(line.text) for line in part)
        element = part[0].element
        if element.page is not None or element.box is not None:
            yield Place(start, end, element.page, element.box)
