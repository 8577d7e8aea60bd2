"""What an engine saw in a picture, and why it may have seen nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean

from ingest.errors import UnreadableFile
from ingest.parse.layout import WIDE, Grid, Line, Word
from ingest.parse.paragraphs import Sheet

DOUBT = 0.6  # confidence of a word below which it is as likely wrong as right


class OcrMissing(UnreadableFile):
    """{name} holds pictures of text, and the program that reads them is not usable here: {detail}. Ask the operator to
    install Tesseract (on Debian: apt-get install tesseract-ocr tesseract-ocr-chi-sim)."""

    code = "ocr_missing"


class OcrFailed(UnreadableFile):
    """The text in a picture of {name} could not be recognised: {detail}. Try a cleaner scan at 300 dpi."""

    code = "ocr_failed"


@dataclass(frozen=True, slots=True)
class Recognition:
    """Lines and ruled tables found in a picture, in pixels of the picture turned upright, `width` by `height`.

    `turn` tells by how many quarters clockwise the text is turned in the picture as given; what is left of its slope
    has been taken out of the lines, which were turned about the middle of the picture, and is given as fall per length.
    `confidence` is the mean over characters, 0..1, `doubtful` the share of them below DOUBT, those included that were
    dropped as noise. `parser` names the engine.
    """

    lines: list[Line]
    width: int
    height: int
    turn: int = 0
    slope: float = 0.0
    confidence: float = 0.0
    doubtful: float = 0.0
    grids: list[Grid] = field(default_factory=list)
    parser: str = "tesseract"

    @property
    def words(self) -> list[Word]:
        """The words of all lines."""
        return [word for line in self.lines for word in line.words]

    @property
    def wide_share(self) -> float:
        """Share of Chinese, Japanese and Korean characters among the letters."""
        return wide_share("".join(word.text for word in self.words))

    def sheet(self) -> Sheet:
        """Its lines and tables as text of a page."""
        return Sheet([*self.grids, *self.lines], self.width, self.height, self.turn, self.slope, self.parser)


def wide_share(text: str) -> float:
    """Share of Chinese, Japanese and Korean characters among the letters of a text."""
    letters = sum(map(str.isalpha, text))
    return len(WIDE.findall(text)) / letters if letters else 0.0


def mean_confidence(lines: Sequence[Line]) -> float:
    """The mean confidence of the characters of lines, 0..1; 0 without any."""
    known = [word.confidence or 0.0 for line in lines for word in line.words for _ in word.text]
    return fmean(known) if known else 0.0
