"""Pictures and scans, drawn, and then spoilt as scanners and cameras spoil them."""

import io
import random
from collections.abc import Callable, Sequence
from functools import partial

from PIL import Image, ImageDraw, ImageFilter, ImageFont

LATIN = "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf"
CHINESE = "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"

ENGLISH_LINES = (
    "Notice of planned maintenance",
    "The water supply to building seven will be shut off",
    "on Tuesday 14 April from 08:30 until about 11:45.",
    "Please fill bottles beforehand and close all taps.",
    "The works are carried out by Harbour Plumbing Ltd.,",
    "telephone 0555 20417. We apologise for the trouble.",
)
SIMPLIFIED_LINES = (
    "关于电梯检修的通知",
    "本大楼二号电梯将于四月十四日上午九点开始检修",
    "预计下午三点恢复运行，届时请使用一号电梯。",
    "如有疑问，请拨打物业服务电话。",
)
TRADITIONAL_LINES = (
    "關於電梯檢修的通知",
    "本大樓二號電梯將於四月十四日上午九點開始檢修",
    "預計下午三點恢復運行，屆時請使用一號電梯。",
)
ROWS = (
    ("Part", "Stock", "Price"),
    ("Valve", "120", "14.50"),
    ("Gasket", "75", "2.30"),
    ("Flange", "18", "31.00"),
)


def page(lines: Sequence[str], font: str = LATIN, size: int = 40, width: int = 1500) -> Image.Image:
    """A white page with black lines of text."""
    letters = ImageFont.truetype(font, size)
    picture = Image.new("L", (width, 160 + len(lines) * size * 2), 255)
    draw = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        draw.text((90, 80 + number * size * 2), line, font=letters, fill=0)
    return picture


def sign(lines: Sequence[str]) -> bytes:
    """A small picture with words, as people paste it into documents."""
    return as_file(page(lines, size=36, width=900))


def as_file(picture: Image.Image, form: str = "PNG") -> bytes:
    """The bytes of the picture, at 200 dpi."""
    out = io.BytesIO()
    picture.save(out, form, dpi=(200, 200))
    return out.getvalue()


def rotated(degrees: float) -> bytes:
    """Laid on the glass askew, sideways or upside down."""
    return as_file(page(ENGLISH_LINES).rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255))


def noisy() -> bytes:
    """Specks of dust on every part of the page."""
    picture = page(ENGLISH_LINES)
    chance = random.Random(7)
    for _ in range(picture.width * picture.height // 400):
        place = chance.randrange(picture.width), chance.randrange(picture.height)
        picture.putpixel(place, chance.randrange(256))
    return as_file(picture)


def low_resolution() -> bytes:
    """A page scanned at a fourth of the wanted resolution."""
    picture = page(ENGLISH_LINES)
    return as_file(picture.resize((picture.width * 2 // 5, picture.height * 2 // 5), Image.Resampling.LANCZOS))


def shaded() -> bytes:
    """A photograph: the light falls off to one corner, and the lens is soft."""
    picture = page(ENGLISH_LINES).filter(ImageFilter.GaussianBlur(1))
    shade = Image.linear_gradient("L").resize(picture.size).point(lambda value: 70 + value * 0.7)
    return as_file(Image.blend(picture, shade, 0.55))


def faint() -> bytes:
    """Grey on lighter grey."""
    return as_file(page(ENGLISH_LINES).point(lambda value: 160 + value * 0.3))


def scanned_table() -> bytes:
    """A ruled table."""
    picture = Image.new("L", (1200, 700), 255)
    draw = ImageDraw.Draw(picture)
    letters = ImageFont.truetype(LATIN, 40)
    for row, cells in enumerate(ROWS):
        for column, text in enumerate(cells):
            left, top = 100 + column * 330, 100 + row * 110
            draw.rectangle((left, top, left + 330, top + 110), outline=0, width=3)
            draw.text((left + 30, top + 30), text, font=letters, fill=0)
    return as_file(picture)


def pages() -> bytes:
    """A fax of two pages."""
    out = io.BytesIO()
    first, second = (page(lines).convert("1") for lines in (ENGLISH_LINES[:3], ENGLISH_LINES[3:]))
    first.save(out, "TIFF", compression="group4", save_all=True, append_images=[second], dpi=(200, 200))
    return out.getvalue()


DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "scan-clean.png": partial(rotated, 0),
    "scan-skewed.png": partial(rotated, 3),
    "scan-sideways.png": partial(rotated, 90),
    "scan-upside-down.png": partial(rotated, 180),
    "scan-noisy.png": noisy,
    "scan-low-resolution.png": low_resolution,
    "scan-shaded.png": shaded,
    "scan-faint.png": faint,
    "scan-simplified.png": lambda: as_file(page(SIMPLIFIED_LINES, CHINESE)),
    "scan-traditional.png": lambda: as_file(page(TRADITIONAL_LINES, CHINESE)),
    "scan-table.png": scanned_table,
    "fax.tiff": pages,
}
