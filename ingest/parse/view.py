"""Places on a PDF page: from the coordinates of PDF to the page as shown, and to the page turned upright."""

from dataclasses import dataclass, field

from pypdfium2 import PdfPage

from ingest.model import Box
from ingest.parse.layout import Word
from ingest.parse.ruling import Rule

Place = tuple[float, float, float, float]


@dataclass(slots=True)
class PageContent:
    """Visible words by the quarter turns of their direction, drawn lines and pictures; lengths in points.

    `hidden` counts characters that were left out because nobody who looks at the page sees them; `layer` tells that
    invisible text lies over pictures and is the text layer of a scan.
    """

    width: float
    height: float
    words: dict[int, list[Word]] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)
    pictures: list[Place] = field(default_factory=list)
    drawings: int = 0
    largest_picture: int = 0
    hidden: int = 0
    layer: bool = False

    @property
    def text(self) -> str:
        """The visible words, in no particular order."""
        return " ".join(word.text for words in self.words.values() for word in words)

    @property
    def characters(self) -> int:
        """Visible characters, blanks not counted."""
        return sum(len(word.text) for words in self.words.values() for word in words)

    @property
    def pictured(self) -> float:
        """Share of the page that pictures cover, overlaps counted twice; at most 1."""
        covered = sum((right - left) * (bottom - top) for left, top, right, bottom in self.pictures)
        return min(covered / (self.width * self.height), 1.0) if self.width * self.height > 0 else 0.0


class View:
    """Turns page coordinates of PDF (origin at the bottom left, before rotation) into those of the page as shown."""

    def __init__(self, page: PdfPage) -> None:
        self.left, self.bottom, self.right, self.top = page.get_bbox()
        self.quarters = page.get_rotation() // 90
        width, height = self.right - self.left, self.top - self.bottom
        self.width, self.height = (height, width) if self.quarters % 2 else (width, height)

    def point(self, x: float, y: float) -> tuple[float, float]:
        """The place of a point on the page as shown."""
        if self.quarters == 1:
            return y - self.bottom, x - self.left
        if self.quarters == 2:
            return self.right - x, y - self.bottom
        if self.quarters == 3:
            return self.top - y, self.right - x
        return x - self.left, self.top - y

    def place(self, left: float, bottom: float, right: float, top: float) -> Place:
        """The rectangle on the page as shown: left, top, right, bottom."""
        if not self.quarters:
            return left - self.left, self.top - top, right - self.left, self.top - bottom
        (x0, y0), (x1, y1) = self.point(left, bottom), self.point(right, top)
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)

    def box(self, place: Place) -> Box:
        """The rectangle as fractions of the page."""
        across, down = self.width or 1.0, self.height or 1.0
        left, top, right, bottom = place
        clamp = (left / across, top / down, right / across, bottom / down)
        return Box(*(round(min(max(share, 0.0), 1.0), 5) for share in clamp))


def upright(place: Place, turn: int, width: float, height: float) -> Place:
    """A rectangle of the page as shown, on the page turned so that text of direction `turn` stands upright."""
    left, top, right, bottom = place
    if turn == 1:
        return top, width - right, bottom, width - left
    if turn == 2:
        return width - right, height - bottom, width - left, height - top
    if turn == 3:
        return height - bottom, left, height - top, right
    return place


def upright_back(place: Place, turn: int, content: PageContent) -> Place:
    """The opposite of `upright`."""
    width, height = (content.height, content.width) if turn in (1, 3) else (content.width, content.height)
    return upright(place, {1: 3, 3: 1}.get(turn, turn), width, height)
