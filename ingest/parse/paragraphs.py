"""From the regions of a page to its elements: paragraphs, headings, list items and tables."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import atan, cos, sin
from statistics import fmean, median

from ingest.model import Box, Element, Kind
from ingest.parse.columns import Region, regions_of
from ingest.parse.layout import (
    BULLET,
    RIGHT_TO_LEFT,
    WIDE,
    Grid,
    Item,
    Line,
    Row,
    display_width,
    turn_back,
)
from ingest.parse.prose import join_lines, mend, normal_title
from ingest.parse.tables import aligned_grid

LABELLED = re.compile(r"[^\s:：][^:：.。]{0,38}[:：]\s*\S")
TERMINAL = re.compile(r"[.!?:;。！？：；…]['\"”’)\]）】」]*$")
NUMBERED = re.compile(
    r"^(?:(?P<number>\d{1,2}(?:\.\d{1,3}){0,5})\.?\s+\S|第[一二三四五六七八九十百\d]+[章节条]|[一二三四五六七八九十]{1,3}、)"
)
FIRST_WORD = re.compile(r"^\S+\s+")
BULLETS = "•▪●○◦■□☐☑☒◆➢➤✓\uf0a7\uf0b7\uf0d8"
CAPTION = re.compile(
    r"(?:Figure|Fig\.|Table|Chart|Listing)\s+\d+(?:[.-]\d+)*\s*[:.]|[图表]\s*\d+(?:[.-]\d+)*\s*[:：\s]"
)
# blanks that OCR puts around the punctuation of Chinese
LOOSE = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[,.;:!?'·、。）)])|(?<=[,.;:!?'·（(])\s+(?=[\u3400-\u9fff])")
DECORATION = re.compile(r"^[•‣▪▫●○◦◆◇➢➤·∙*–—\uf0a7\uf0b7\uf0d8\uf076-]\s*")  # bullets that say nothing
FAR_OUT = 5  # em; no paragraph's first line is indented by more
LEVELS = ((1.75, 1), (1.35, 2), (1.12, 3))


@dataclass(frozen=True, slots=True)
class Sheet:
    """Text of one page that runs in one direction: turned upright, with grids already found among its lines.

    `turn` tells by how many quarters clockwise this text is turned on the page as shown, `slope` how far its lines
    sink per length there. `parser` names what recognised the text, if that was OCR: it is measured in pixels, and its
    sizes are rough.
    """

    items: list[Item]
    width: float
    height: float
    turn: int = 0
    slope: float = 0.0
    parser: str | None = None

    @property
    def recognised(self) -> bool:
        """Whether the text comes from OCR."""
        return self.parser is not None

    def box(self, items: Sequence[Item]) -> Box:
        """Where the items lie on the page as shown, in fractions of it."""
        left, right = min(item.left for item in items), max(item.right for item in items)
        top, bottom = min(item.top for item in items), max(item.bottom for item in items)
        corners = [self._sunk(x, y) for x in (left, right) for y in (top, bottom)]
        box = Box(
            _fraction(min(x for x, _ in corners), self.width),
            _fraction(min(y for _, y in corners), self.height),
            _fraction(max(x for x, _ in corners), self.width),
            _fraction(max(y for _, y in corners), self.height),
        )
        return turn_back(box, self.turn)

    def _sunk(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the level text lies on the page: turned about its middle."""
        angle = atan(self.slope)
        across, down = x - self.width / 2, y - self.height / 2
        return (
            self.width / 2 + across * cos(angle) - down * sin(angle),
            self.height / 2 + across * sin(angle) + down * cos(angle),
        )

    def body(self) -> float:
        """The size of most of its words."""
        sizes = [item.size for item in self.items if isinstance(item, Line) for _ in item.words]
        return median(sizes) if sizes else 0.0


def _fraction(length: float, whole: float) -> float:
    return round(min(max(length / whole, 0.0), 1.0), 5) if whole > 0 else 0.0


@dataclass(slots=True)
class Style:
    """What is usual in the document so far: the size of its body text, and the headings of its outline by page."""

    sizes: Counter[float] = field(default_factory=Counter)
    outline: Mapping[int, Mapping[str, int]] = field(default_factory=dict)

    def count(self, sheet: Sheet) -> None:
        """Takes the text of a sheet into account; what was recognised is measured in another unit."""
        for item in sheet.items:
            if isinstance(item, Line) and not sheet.recognised:
                self.sizes[round(item.size * 2) / 2] += len(item.words)

    @property
    def body(self) -> float:
        """The size most words have, in the unit of the page; 0 while nothing is known."""
        return max(self.sizes, key=lambda size: (self.sizes[size], -size)) if self.sizes else 0.0


def elements_of(sheet: Sheet, page: int, style: Style) -> Iterator[Element]:
    """The elements of one sheet in reading order."""
    body = sheet.body() if sheet.recognised else style.body
    titles = style.outline.get(page, {})
    for region in regions_of(sheet.items):
        margins: list[float] = []
        for block in _blocks(region):
            if isinstance(block, Grid):
                yield _table(block, sheet, page)
                continue
            text = mend(join_lines([line.text for line in block]))
            if sheet.recognised:
                text = LOOSE.sub("", text)
            if not text:
                continue
            kind, level = _kind(block, text, body, titles, sheet)
            if kind is Kind.LIST_ITEM:
                text = DECORATION.sub("", text) or text
                level = _list_level(block[0].left, margins, block[0].size)
            yield Element(kind, text, level, page, sheet.box(block), confidence=_confidence(block), parser=sheet.parser)


def _table(grid: Grid, sheet: Sheet, page: int) -> Element:
    rows = tuple(tuple(mend(cell) for cell in row) for row in grid.rows)
    text = "\n".join(" | ".join(row) for row in rows)
    return Element(
        Kind.TABLE,
        text,
        page=page,
        box=sheet.box([grid]),
        confidence=grid.confidence,
        rows=rows,
        header_rows=grid.header_rows,
        parser=sheet.parser,
    )


def _confidence(lines: Sequence[Line]) -> float | None:
    known = [word.confidence for line in lines for word in line.words if word.confidence is not None]
    return round(fmean(known), 4) if known else None


def _blocks(region: Region) -> Iterator[list[Line] | Grid]:
    """Tables, and the lines of each paragraph between them."""
    lines: list[Line] = []
    at = 0
    while at < len(region.rows):
        row = region.rows[at]
        table = aligned_grid(region.rows, at) if len(row) > 1 else None
        if table is not None:
            yield from _paragraphs(lines, region)
            lines = []
            grid, at = table
            yield grid
            continue
        at += 1
        if isinstance(row[0], Grid):
            yield from _paragraphs(lines, region)
            lines = []
            yield row[0]
        else:
            lines.append(_merged(row))
    yield from _paragraphs(lines, region)


def _merged(row: Row) -> Line:
    words = [word for item in row if isinstance(item, Line) for word in item.words]
    return Line.of(words) if len(row) > 1 else row[0] if isinstance(row[0], Line) else Line.of(words)


def _paragraphs(lines: list[Line], region: Region) -> Iterator[list[Line]]:
    if not lines:
        return
    pitches = [below.top - above.top for above, below in pairwise(lines) if abs(above.size - below.size) < 0.5]
    pitch = median(pitches) if len(pitches) > 2 else 0.0
    block = [lines[0]]
    for line in lines[1:]:
        if _begins(line, block, region, pitch):
            yield block
            block = []
        block.append(line)
    yield block


def _begins(line: Line, block: list[Line], region: Region, pitch: float) -> bool:
    """Whether the line begins a new paragraph after those of the block."""
    before = block[-1]
    return (
        _stands_off(line, block, pitch)
        or abs(line.size - before.size) > 0.12 * max(line.size, before.size)
        or (line.bold != before.bold and (line.bold or block[0].bold))
        or is_item(line)
        or (_is_labelled(line) and _is_labelled(before))
        or _leaves_centre(line, block)
        or (not _backwards(line) and (_indented(line, block, region) or _ends_early(before, line, region)))
    )


def _is_labelled(line: Line) -> bool:
    """Whether the line has the form of a filled-in form: a label, a colon, a value."""
    return LABELLED.match(line.text) is not None


def _stands_off(line: Line, block: list[Line], pitch: float) -> bool:
    """Whether there is more room above the line than between the lines of a paragraph."""
    before = block[-1]
    size = max(line.size, before.size)
    step = _middle(line) - _middle(before)
    usual = min(pitch, 2.2 * size) if pitch else 1.6 * size
    if len(block) > 1:
        usual = min(usual, (_middle(before) - _middle(block[0])) / (len(block) - 1))
    return step > usual + 0.35 * size or step < 0


def _middle(line: Line) -> float:
    return (line.top + line.bottom) / 2


def _backwards(line: Line) -> bool:
    return RIGHT_TO_LEFT.search(line.text) is not None


def _indented(line: Line, block: list[Line], region: Region) -> bool:
    """Whether the line begins further in than the one before, or, below a list item, further out."""
    before, size = block[-1], line.size
    if is_item(block[0]):
        return line.left < block[0].left - 0.5 * size
    edge = before.left if len(block) > 1 else region.left
    return line.left > edge + 0.8 * size and before.left <= edge + 0.4 * size


def _leaves_centre(line: Line, block: list[Line]) -> bool:
    """Whether the line starts so far out that the one before must have been centred, as captions are."""
    before = block[-1]
    shifted = abs(before.left + before.right - line.left - line.right) > line.size
    return len(block) == 1 and shifted and before.left - line.left > FAR_OUT * line.size


def _ends_early(before: Line, line: Line, region: Region) -> bool:
    """Whether the line before stops although the next word would have had room."""
    room = region.right - before.right
    first = line.words[0]
    wide = WIDE.match(first.text) is not None
    needed = 2 * first.size if wide else first.right - first.left + 0.3 * first.size
    if TERMINAL.search(before.text):
        return room > needed + 0.5 * first.size
    return room > max(needed, 0.4 * (region.right - region.left))


def is_item(line: Line) -> bool:
    """Whether the line begins with the sign or number of a list item."""
    first = line.words[0].text
    return (len(line.words) > 1 and BULLET.match(first) is not None) or first[:1] in BULLETS


def _list_level(left: float, margins: list[float], size: float) -> int:
    """Depth of a list item by its indent among the items before it in the region."""
    while margins and left < margins[-1] - 0.5 * size:
        margins.pop()
    if not margins or left > margins[-1] + 0.5 * size:
        margins.append(left)
    return len(margins)


def _kind(
    block: list[Line], text: str, body: float, titles: Mapping[str, int], sheet: Sheet
) -> tuple[Kind, int | None]:
    if titles and (level := titles.get(normal_title(text))):
        return Kind.TITLE, level
    size = median(line.size for line in block)
    ratio = size / body if body else 1.0
    most_lines, widest = (1, 70) if sheet.recognised else (3, 200)
    short = len(block) <= most_lines and display_width(text) <= widest and sum(map(str.isalpha, text)) >= 2
    # A scan's letters are not of one size; a filled-in line of a form is no title however large it seems.
    closed = text[-1] in ".。;；,，" or (sheet.recognised and LABELLED.match(text) is not None)
    least = 1.35 if sheet.recognised else 1.12
    bold = all(line.bold for line in block) and len(text) <= 120 and ratio >= 0.95
    numbered = NUMBERED.match(text)
    if short and not closed and (ratio >= least or bold) and not (is_item(block[0]) and not numbered):
        return Kind.TITLE, _level(ratio, numbered)
    if is_item(block[0]):
        return Kind.LIST_ITEM, None
    if len(block) <= 4 and CAPTION.match(text):
        return Kind.CAPTION, None
    return Kind.TEXT, None


def _level(ratio: float, numbered: re.Match[str] | None) -> int:
    if numbered and (number := numbered.group("number")):
        return 1 + number.count(".") if number.count(".") else min(2, _by_size(ratio))
    return _by_size(ratio)


def _by_size(ratio: float) -> int:
    return next((level for least, level in LEVELS if ratio >= least), 4)
