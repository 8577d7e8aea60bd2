"""PDF files drawn for a test, and what the reader tells of them."""

import io
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfReader, PdfWriter
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from ingest.model import Element, Event, ReadOptions, Source
from ingest.parse import pdf

WIDTH, HEIGHT = A4
NO_OCR = ReadOptions(ocr=False)
ENGLISH = ReadOptions(ocr_languages="eng")
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
SENTENCE = "The store keeps every document sealed under its own key and opens it for those who may read it. "


def made(draw: Callable[[Canvas], None], **options: object) -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4, **options)
    draw(canvas)
    canvas.save()
    return stream.getvalue()


def events(data: bytes, options: ReadOptions = NO_OCR, password: str | None = None) -> list[Event]:
    return list(pdf.read(Source("sample.pdf", io.BytesIO(data), len(data), password), options))


def elements(data: bytes, options: ReadOptions = NO_OCR, password: str | None = None) -> list[Element]:
    return [event for event in events(data, options, password) if isinstance(event, Element)]


def paragraph(canvas: Canvas, left: float, top: float, lines: list[str], size: float = 10) -> None:
    canvas.setFont("Helvetica", size)
    for row, line in enumerate(lines):
        canvas.drawString(left, HEIGHT - top - size - row * 1.2 * size, line)


def scan(text: str = "Signed delivery note", turned: int = 0) -> Image.Image:
    image = Image.new("L", (1240, 700), 255)
    font = ImageFont.truetype(FONT, 40)
    for row in range(4):
        ImageDraw.Draw(image).text((100, 120 + 90 * row), f"{text} number {row + 1}", font=font, fill=0)
    return image.rotate(turned, expand=True)


def scanned(image: Image.Image, text: str = "") -> bytes:
    def draw(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(image), 50, 300, image.width * 0.4, image.height * 0.4)
        canvas.drawString(60, 800, text)

    return made(draw)


def rewritten(data: bytes, change: Callable[[PdfWriter], None]) -> bytes:
    """The PDF file with its objects changed."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    change(writer)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()
