"""What an engine saw in a picture, and why it may have seen nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.errors import UnreadableFile
from ingest.parse.layout import WIDE, Item, Line, Word, display_width
from ingest.parse.paragraphs import Sheet


class OcrMissing(UnreadableFile):
    """{name} holds pictures of text, and the program that reads them is not usable here: {detail}. Ask the operator to
    install Tesseract (on Debian: apt-get install tesseract-ocr tesseract-ocr-chi-sim)."""

    code = "ocr_missing"


class OcrFailed(UnreadableFile):
    """The text in a picture of {name} could not be recognised: {detail}. Try a cleaner scan at 300 dpi."""

    code = "ocr_failed"


@dataclass(frozen=True, slots=True)
class Recognition:
    """Lines found in a picture, in pixels of the picture turned upright, which is `width` by `height`.

    `turn` tells by how many quarters clockwise the text is turned in the picture as given; what is left of its slope
    has been taken out of the lines and is given as rise per length. `confidence` is the mean over characters, 0..100.
    `parser` names the engine.
    """

    lines: list[Line]
    width: int
    height: int
    turn: int = 0
    slope: float = 0.0
    confidence: float = 0.0
    parser: str = "tesseract"

    @property
    def weight(self) -> float:
        """Confidence and amount of text: the better of two recognitions has more; text on its side counts less."""
        amount = self.confidence**2 * sum(display_width(word.text) for word in self.words)
        return amount / 2 if self.sideways else amount

    @property
    def words(self) -> list[Word]:
        """The words of all lines."""
        return [word for line in self.lines for word in line.words]

    @property
    def sideways(self) -> bool:
        """Whether most longer words are higher than wide: Tesseract reads such text, but its lines are in no order."""
        longer = [word for word in self.words if len(word.text) > 3 and not WIDE.search(word.text)]
        standing = sum(word.bottom - word.top > 1.5 * (word.right - word.left) for word in longer)
        return len(longer) >= 4 and standing * 2 > len(longer)

    @property
    def wide_share(self) -> float:
        """Share of Chinese, Japanese and Korean characters among the letters."""
        return wide_share("".join(word.text for word in self.words))

    def sheet(self, others: Sequence[Item] = ()) -> Sheet:
        """Its lines, and other items found in the same picture, as text of a page."""
        return Sheet([*self.lines, *others], self.width, self.height, self.turn, self.slope, self.parser)


def wide_share(text: str) -> float:
    """Share of Chinese, Japanese and Korean characters among the letters of a text."""
    letters = sum(map(str.isalpha, text))
    return len(WIDE.findall(text)) / letters if letters else 0.0
