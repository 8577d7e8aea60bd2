"""Scans that tests make."""

import io

from PIL import Image, ImageDraw, ImageFont

WORDS = ("alder", "birch", "cedar", "dogwood", "elder", "fir", "gorse", "hazel", "ivy", "juniper", "kapok", "larch")


def pages(count: int) -> list[Image.Image]:
    """Pictures of pages that each name another tree."""
    return [_page(number) for number in range(count)]


def scan(count: int, form: str) -> bytes:
    """The pages as one file, a PDF or a TIFF."""
    first, *others = pages(count)
    out = io.BytesIO()
    first.save(out, form, save_all=True, append_images=others, resolution=150)
    return out.getvalue()


def _page(number: int) -> Image.Image:
    image = Image.new("L", (1240, 1000), 255)
    drawing, font = ImageDraw.Draw(image), ImageFont.load_default(36)
    word = WORDS[number % len(WORDS)]
    for line in range(12):
        drawing.text((120, 100 + 60 * line), f"Line {line + 1} of page {number + 1} tells of the {word} tree.", 0, font)
    return image
