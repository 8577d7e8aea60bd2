"""Puts elements together into chunks: structure first, tokens second.

Sections never mix. Within a section, prose is grouped by unstructured's chunking by title and tables are cut between
rows; nothing is lost, and nothing overlaps unless it is asked for.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice

from ingest.lines import CountTokens, Line, fit, goes_on, prose_line, range_of_rows, table_lines
from ingest.model import Chunk, Element, Kind, Place
from ingest.offline import keep_unstructured_offline
from ingest.outline import Section, sections
from ingest.packing import introduces, pack_prose, pack_rows

_MIN_TOKENS = 16
_BATCH_CHARACTERS = 32_000  # about 40 chunks: enough for the tokenizer to work on in one call


@dataclass(frozen=True, slots=True)
class _Run:
    """Lines of one section that may share chunks: all of one table, or prose. Of a long section, only a part: the run
    that `goes_on` begins in the middle. One that `continues` follows a chunk of the same run."""

    headings: tuple[str, ...]
    lines: list[Line]
    budget: int
    is_table: bool
    goes_on: bool = False
    continues: bool = False

    def takes(self, line: Line) -> bool:
        """Whether a line of the part that follows belongs into this run."""
        last = self.lines[-1].element
        if self.is_table:
            return goes_on(last, line.element)
        return not line.element.rows and (last.sheet, last.hidden) == (line.element.sheet, line.element.hidden)


@dataclass(frozen=True, slots=True)
class _Draft:
    """What becomes a chunk when its tokens were counted. `repeated` are the last lines of the chunk before."""

    headings: tuple[str, ...]
    own: list[Line]
    continues: bool = False
    repeated: tuple[Line, ...] = ()

    @property
    def lines(self) -> list[Line]:
        return [*self.repeated, *self.own]

    def passage(self) -> str:
        path = " › ".join(self.headings)
        return f"{path}\n{self.text()}" if path else self.text()

    def text(self) -> str:
        return _joined(self.lines)


def chunks(
    elements: Iterable[Element], count_tokens: CountTokens, max_tokens: int, overlap_tokens: int = 0
) -> Iterator[Chunk]:
    """The chunks of a document, in order, from a stream of clean elements; memory does not grow with the document.

    `count_tokens` counts tokens with special ones, as the embedder does; no chunk's passage text has more than
    `max_tokens` of them. A chunk of prose begins with up to `overlap_tokens` of the end of the one before, in whole
    lines, where both stand under the same headings; rows of tables say alone what they mean, and are not repeated.
    Raises ValueError if `max_tokens` is below 16.
    """
    if max_tokens < _MIN_TOKENS:
        raise ValueError(f"max_tokens is {max_tokens}; chunks of fewer than {_MIN_TOKENS} tokens make no sense")
    keep_unstructured_offline()
    packer = _Packer(count_tokens, max_tokens, overlap_tokens)
    ordinal = 0
    for batch in _batches(sections(elements)):
        for draft, tokens in packer.drafts(batch):
            yield _chunk(ordinal, draft, tokens)
            ordinal += 1
    for draft, tokens in packer.rest():
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
    """Packs the lines of sections into drafts that keep a token limit, asking the tokenizer a batch at a time.

    The last chunk of a batch is held back, so that it may be filled from the next one: where a long section was parted
    does not show in its chunks.
    """

    def __init__(self, count: CountTokens, max_tokens: int, overlap_tokens: int = 0) -> None:
        self.count = count
        self.max_tokens = max_tokens
        self.overlap_tokens = overlap_tokens
        self.special = count([""])[0]
        self._held: _Run | None = None
        self._last: _Draft | None = None

    def drafts(self, batch: Sequence[Section]) -> Iterator[tuple[_Draft, int]]:
        """The drafts of a batch of sections with their tokens, in order, but for the last."""
        runs = self._runs(batch)
        lines = [line for run in runs for line in run.lines]
        budgets = [self._piece(run) for run in runs for _ in run.lines]
        pieces = iter(fit(lines, budgets, self.count))
        drafts: list[_Draft] = []
        for run in runs:
            fitting = [piece for line in islice(pieces, len(run.lines)) for piece in line]
            continues = False
            if self._held is not None:
                if run.goes_on and self._held.is_table == run.is_table and self._held.takes(fitting[0]):
                    fitting = [*self._held.lines, *fitting]
                    continues = self._held.continues
                else:
                    drafts.append(_Draft(self._held.headings, self._held.lines, self._held.continues))
            *groups, last = (pack_rows if run.is_table else pack_prose)(fitting, run.budget - self._overlap(run))
            drafts += [
                _Draft(run.headings, group, not run.is_table and (continues or number > 0))
                for number, group in enumerate(groups)
            ]
            self._held = replace(run, lines=last, continues=not run.is_table and (continues or bool(groups)))
        return self._verified(self._overlapping(drafts))

    def _overlap(self, run: _Run) -> int:
        return 0 if run.is_table else min(self.overlap_tokens, run.budget // 2)

    def _piece(self, run: _Run) -> int:
        """The most tokens of one line: where chunks overlap, lines are short enough to be repeated whole."""
        overlap = self._overlap(run)
        return min(run.budget - overlap, max(_MIN_TOKENS, overlap // 2)) if overlap else run.budget

    def _overlapping(self, drafts: list[_Draft]) -> list[_Draft]:
        """The drafts, each with the end of the one before where chunks overlap."""
        if not self.overlap_tokens:
            return drafts
        found: list[_Draft] = []
        for draft in drafts:
            repeated = self._end(self._last.lines) if draft.continues and self._last else ()
            self._last = replace(draft, repeated=repeated)
            found.append(self._last)
        return found

    def _end(self, lines: Sequence[Line]) -> tuple[Line, ...]:
        left, start = self.overlap_tokens, len(lines)
        while start > 1 and lines[start - 1].tokens <= left:
            start -= 1
            left -= lines[start].tokens
        return tuple(lines[start:])

    def rest(self) -> Iterator[tuple[_Draft, int]]:
        """What was held back."""
        held, self._held = self._held, None
        return self._verified(self._overlapping([_Draft(held.headings, held.lines, held.continues)] if held else []))

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
            before = section.before
            for is_table, lines in _groups([*unshown, *section.elements], before):
                runs.append(_Run(tuple(path), lines, budget, is_table, goes_on=before is not None))
                before = None
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
        if draft.repeated:
            return [replace(draft, repeated=draft.repeated[1:])]
        lines = draft.own
        if len(lines) == 1:
            (lines,) = fit(lines, [max(1, lines[0].tokens - excess - 1)], self.count)
            return [_Draft(draft.headings, [line]) for line in lines] if len(lines) > 1 else []
        middle = len(lines) // 2
        return [_Draft(draft.headings, lines[:middle]), _Draft(draft.headings, lines[middle:])]


def _groups(elements: Sequence[Element], before: Element | None) -> Iterator[tuple[bool, list[Line]]]:
    """Lines that may share chunks: (True, those of one table with the sentence before it and the caption below it) or
    (False, those of prose). `before` is the last element of the part of the section before, if this is a further one.
    """
    lines: list[Line] = []
    is_table = False
    for index, element in enumerate(elements):
        last = lines[-1].element if lines else before
        continues = last is not None and goes_on(last, element)
        after = elements[index + 1] if index + 1 < len(elements) else None
        if element.rows:
            rows = list(table_lines(element, goes_on=continues))
            if lines and not continues:
                if not is_table and introduces(lines[-1].element):
                    rows.insert(0, lines.pop())
                if lines:
                    yield is_table, lines
                lines = []
            is_table = True
            lines += rows
        elif is_table and element.kind is Kind.CAPTION and not (after and after.rows):
            lines.append(prose_line(element))
            yield True, lines
            lines, is_table = [], False
        else:
            if last and lines and (is_table or (element.sheet, element.hidden) != (last.sheet, last.hidden)):
                yield is_table, lines
                lines = []
            is_table = False
            lines.append(prose_line(element))
    if lines:
        yield is_table, lines


def _joined(lines: Sequence[Line]) -> str:
    return "".join([*(line.text for line in lines[:1]), *(line.joint + line.text for line in lines[1:])])


def _chunk(ordinal: int, draft: _Draft, tokens: int) -> Chunk:
    elements = [line.element for line in draft.lines]
    kinds = {element.kind for element in elements}
    is_table = Kind.TABLE in kinds
    kind = Kind.TABLE if is_table else kinds.pop() if len(kinds) == 1 else Kind.TEXT
    cells = list(dict.fromkeys(element.cells for element in elements if element.rows or not is_table))
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
        cells=range_of_rows(cells, rows),
        hidden=elements[0].hidden,
        confidence=min(sure, default=None),
        repeated=len(_joined(draft.repeated)),
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
