"""What a picture of a page goes through before its text is recognised: grey, evenly lit, level and upright."""

from dataclasses import dataclass, replace
from math import radians, tan

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ingest.parse.layout import Grid, Line
from ingest.parse.ocr.recognition import Recognition

LONGEST = 4_000  # pixels of the longer side; more costs time and reads no better
SHORTEST = 700  # pictures whose longer side is below are enlarged
UNEVEN = 0.8  # darkest to lightest part of the background, from which the light is evened
BACKGROUND = 400  # pixels of the longer side at which the background is looked at
SKETCH = 800  # pixels of the longer side at which slope and direction are looked at
MOST_SLOPE = 10  # degrees
LEAST_SLOPE = 0.15  # degrees; below, turning costs more sharpness than it brings
SAMPLE = 7  # a line is cut off where it is so many times as long as high: enough to tell its script and direction
SIDEWAYS = 1.25  # how much clearer lines must be seen across than along to take a page as lying on its side

Pixels = NDArray[np.uint8]

# text turned by so many quarters clockwise is upright after as many quarters counter-clockwise
_TURNED = {1: Image.Transpose.ROTATE_90, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_270}


@dataclass(frozen=True, slots=True)
class Page:
    """A grey picture whose lines of text are level.

    Before, the text was turned by `turn` quarters clockwise in a picture that is `width` by `height` pixels once it is
    turned back, and there sank by `degrees`.
    """

    image: Image.Image
    width: int
    height: int
    turn: int = 0
    degrees: float = 0.0

    def upside_down(self) -> "Page":
        """The same page turned by half, because that is how its text stands."""
        return replace(self, image=turned_upright(self.image, 2), turn=(self.turn + 2) % 4)

    def placed(self, found: Recognition) -> Recognition:
        """What was found in `image`, in the coordinates of the picture before it was levelled."""
        scale = self.image.width / found.width if found.width else 1.0
        across, down = (self.image.width - self.width) / 2, (self.image.height - self.height) / 2
        lines = [_moved(line, scale, across, down) for line in found.lines]
        grids = [_moved_grid(grid, scale, across, down) for grid in found.grids]
        return replace(
            found,
            lines=lines,
            grids=grids,
            width=self.width,
            height=self.height,
            turn=self.turn,
            slope=tan(radians(self.degrees)),
        )


def page_of(image: Image.Image) -> Page:
    """The picture prepared for an engine; whether it stands on its head is not told by this."""
    grey = _evened(_grey(image))
    sketch = _ink(np.asarray(grey))
    degrees, clear = _slope(sketch)
    on_side = np.ascontiguousarray(np.rot90(sketch))
    sideways, clearer = _slope(on_side)
    turn = 0
    # signs that stand below each other in every line, as in a table, part as clearly as lines, but make none
    if clearer > SIDEWAYS * clear and _length(on_side) > _length(sketch):
        turn, degrees, grey = 1, sideways, turned_upright(grey, 1)
    if abs(degrees) < LEAST_SLOPE:
        return Page(grey, *grey.size, turn)
    level = grey.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    return Page(level, *grey.size, turn, degrees)


def scaled(image: Image.Image, scale: float) -> Image.Image:
    """The picture so many times as large."""
    if scale == 1.0:
        return image
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(size, Image.Resampling.LANCZOS)


def turned_upright(image: Image.Image, turn: int) -> Image.Image:
    """The picture whose text is turned by so many quarters clockwise, turned back."""
    return image.transpose(_TURNED[turn]) if turn else image


def samples(page: Page, most: int = 7) -> list[Pixels]:
    """Cut-outs of the longest lines of a page."""
    pixels = np.asarray(page.image)
    sketch = _ink(pixels)
    ratio = pixels.shape[0] / sketch.shape[0]
    boxes = sorted(_long_boxes(sketch), key=lambda box: -box[2])
    return [_cut(pixels, [side * ratio for side in box]) for box in boxes[:most]]


def _long_boxes(sketch: Pixels) -> list[tuple[int, int, int, int]]:
    """What looks like a line of text: left, top, width, height."""
    joined = cv2.dilate(sketch, np.ones((1, 15), np.uint8))
    _, _, found, _ = cv2.connectedComponentsWithStats(joined)
    return [(x, y, wide, high) for x, y, wide, high, _ in found[1:].tolist() if wide > 4 * high and 5 <= high <= 60]


def _length(sketch: Pixels) -> int:
    return sum(wide for _, _, wide, _ in _long_boxes(sketch))


def _cut(pixels: Pixels, box: list[float]) -> Pixels:
    left, top, wide, high = box
    room = 0.15 * high
    rows = slice(max(int(top - room), 0), int(top + high + room) + 1)
    return pixels[rows, max(int(left), 0) : int(left + min(wide, SAMPLE * high)) + 1]


def _grey(image: Image.Image) -> Image.Image:
    """In grey on white, of a size at which engines read well."""
    if max(image.size) >= 2 * LONGEST and image.mode in ("L", "LA", "RGB", "RGBA"):
        image = image.reduce(max(image.size) // LONGEST)  # first of all, for what follows makes copies
    if "A" in image.getbands() or "transparency" in image.info:
        coloured = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", coloured.size, "white"), coloured)
    image = image.convert("L")
    longest = max(image.size)
    if longest > LONGEST:
        return scaled(image, LONGEST / longest)
    return scaled(image, min(3.0, SHORTEST / longest)) if longest < SHORTEST else image


def _evened(image: Image.Image) -> Image.Image:
    """The picture as if its paper were lit evenly, where it is not."""
    pixels = np.asarray(image)
    background = _background(_reduced(pixels, BACKGROUND))
    dark, light = np.percentile(background, (2, 98))
    if dark >= UNEVEN * light:
        return image
    background = np.asarray(cv2.resize(background, (pixels.shape[1], pixels.shape[0])), np.uint8)
    return Image.fromarray(np.asarray(cv2.divide(pixels, background, scale=255), np.uint8))


def _background(small: Pixels) -> Pixels:
    """The paper alone: what is dark and narrower than the window is filled with the lightness around it."""
    side = max(3, round(max(small.shape) / 25) | 1)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    return np.asarray(cv2.GaussianBlur(closed, (0, 0), side / 2), np.uint8)


def _reduced(pixels: Pixels, longest: int) -> Pixels:
    scale = longest / max(pixels.shape)
    if scale >= 1:
        return pixels
    size = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _ink(pixels: Pixels) -> Pixels:
    """A small picture, white where there is ink."""
    small = _reduced(pixels, SKETCH)
    evened = cv2.divide(small, _background(small), scale=255)
    return np.asarray(cv2.threshold(evened, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)[1], np.uint8)


def _slope(sketch: Pixels) -> tuple[float, float]:
    """How many degrees lines sink to the right, and how clearly rows of ink and rows without part when levelled."""
    coarse = _reduced(sketch, SKETCH // 2)
    best = max(range(-MOST_SLOPE, MOST_SLOPE + 1), key=lambda degrees: _clearness(coarse, degrees))
    found = float(best)
    for step in (0.25, 0.05):
        found = max((found + step * times for times in range(-4, 5)), key=lambda degrees: _clearness(sketch, degrees))
    return found, _clearness(sketch, found)


def _clearness(sketch: Pixels, degrees: float) -> float:
    height, width = sketch.shape
    turning = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    rows = cv2.warpAffine(sketch, turning, (width, height)).sum(axis=1, dtype=np.float64) / 255
    return float((np.diff(rows) ** 2).sum())


def _moved(line: Line, scale: float, across: float, down: float) -> Line:
    return Line.of(
        [
            word._replace(
                left=word.left * scale - across,
                right=word.right * scale - across,
                top=word.top * scale - down,
                bottom=word.bottom * scale - down,
                size=word.size * scale,
            )
            for word in line.words
        ]
    )


def _moved_grid(grid: Grid, scale: float, across: float, down: float) -> Grid:
    left, right = grid.left * scale - across, grid.right * scale - across
    top, bottom = grid.top * scale - down, grid.bottom * scale - down
    return replace(grid, left=left, top=top, right=right, bottom=bottom)
