import io

import docx
import pptx
import pytest
from docx.shared import Cm
from PIL import Image, ImageDraw, ImageFont, ImageOps
from pptx.util import Cm as SlideCm

from ingest.errors import NoText
from ingest.model import Element, Event, Kind, Notice, Progress, ReadOptions, Source
from ingest.parse import slides, word
from ingest.parse.glyphs import shows_text
from ingest.parse.ocr import OcrMissing
from ingest.parse.pictures import Picture, Pictures

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf"


def drawn(*lines: str, ink: str = "black", paper: str = "white", size: int = 32) -> Image.Image:
    image = Image.new("RGB", (900, 60 * len(lines) + 40), paper)
    pen = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        pen.text((30, 20 + 60 * row), line, fill=ink, font=ImageFont.truetype(FONT, size))
    return image


def blob(image: Image.Image, form: str = "PNG") -> bytes:
    out = io.BytesIO()
    image.save(out, form)
    return out.getvalue()


def read(*events: Event | Picture, options: ReadOptions | None = None) -> list[Event]:
    return list(Pictures("a.docx", options or ReadOptions()).read(events))


def word_file(*pictures: bytes) -> bytes:
    document = docx.Document()
    document.add_paragraph("Before.")
    for picture in pictures:
        document.add_picture(io.BytesIO(picture), width=Cm(12))
    document.add_paragraph("After.")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def texts(data: bytes, options: ReadOptions) -> list[str]:
    source = Source("a.docx", io.BytesIO(data), len(data))
    return [event.text for event in word.read(source, options) if isinstance(event, Element)]


def test_text_of_a_picture_comes_in_its_place_with_confidence_and_its_recogniser() -> None:
    before, after = Element(Kind.TEXT, "before", page=2), Element(Kind.TEXT, "after", page=3)
    first, picture, progress, last = read(
        before, Picture(blob(drawn("The boiler needs", "another valve.")), page=2), Progress(1, 2), after
    )
    assert (first, progress, last) == (before, Progress(1, 2), after)
    assert isinstance(picture, Element)
    assert " ".join(picture.text.split()) == "The boiler needs another valve."
    assert (picture.kind, picture.page) == (Kind.TEXT, 2)
    assert picture.parser
    assert picture.confidence
    assert picture.confidence > 0.8


def test_the_same_picture_is_read_once_and_others_in_their_order() -> None:
    one, two = Picture(blob(drawn("First notice"))), Picture(blob(drawn("Second notice")))
    found = read(one, two, one, two)
    assert [event.text for event in found if isinstance(event, Element)] == ["First notice", "Second notice"]


@pytest.mark.parametrize(
    "image",
    [
        drawn("Valve pressure 4 bar"),
        drawn("Valve pressure 4 bar", ink="white", paper="navy"),
        drawn("Valve pressure 4 bar", size=14),
        drawn("Valve pressure 4 bar").rotate(3, fillcolor="white", expand=True),
    ],
)
def test_pictures_of_text_are_told(image: Image.Image) -> None:
    assert shows_text(image)


def logo() -> Image.Image:
    image = Image.new("RGB", (400, 400), "white")
    pen = ImageDraw.Draw(image)
    pen.ellipse((50, 50, 350, 350), fill="orange", outline="black", width=8)
    pen.rectangle((150, 150, 250, 250), fill="navy")
    return image


@pytest.mark.parametrize("image", [Image.new("RGB", (600, 400), "white"), Image.radial_gradient("L"), logo()])
def test_pictures_without_text_are_not_recognised(image: Image.Image) -> None:
    assert not shows_text(image)
    assert read(Picture(blob(image))) == []


def test_tiny_pictures_are_left_out() -> None:
    assert read(Picture(blob(drawn("Rule of text").crop((0, 0, 900, 10))))) == []
    assert read(Picture(blob(drawn("Icon").resize((50, 50))))) == []


def test_text_on_a_transparent_ground_is_read() -> None:
    opaque = ImageOps.invert(drawn("Seen on white").convert("L"))
    image = Image.new("RGBA", opaque.size, "black")
    image.putalpha(opaque)
    assert [event.text for event in read(Picture(blob(image))) if isinstance(event, Element)] == ["Seen on white"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"not a picture", "damaged or unknown"),
        (blob(drawn("cut off"))[:300], "damaged or unknown"),
        (b"\x01\0\0\0" + bytes(36) + b" EMF", "drawings (EMF, WMF, SVG)"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "drawings (EMF, WMF, SVG)"),
    ],
)
def test_a_picture_that_cannot_be_read_is_a_notice_and_harms_nothing(data: bytes, says: str) -> None:
    text = Element(Kind.TEXT, "text")
    first, notice = read(text, Picture(data))
    assert first == text
    assert isinstance(notice, Notice)
    assert "1 picture" in notice.message
    assert says in notice.message


def test_a_picture_of_too_many_pixels_is_not_unpacked() -> None:
    (notice,) = read(Picture(blob(drawn("wide"))), options=ReadOptions(max_pixels=1000))
    assert isinstance(notice, Notice)
    assert "pixels" in notice.message


@pytest.mark.parametrize("options", [ReadOptions(ocr=False), ReadOptions(embedded_pictures=False)])
def test_pictures_may_be_switched_off(options: ReadOptions) -> None:
    data = word_file(blob(drawn("Not wanted")))
    assert texts(data, options) == ["Before.", "After."]


def test_pictures_of_a_word_document_stand_where_they_are_anchored() -> None:
    data = word_file(blob(drawn("Valve 17 leaks")), blob(drawn("Valve 18 holds"), "JPEG"))
    assert texts(data, ReadOptions()) == ["Before.", "Valve 17 leaks", "Valve 18 holds", "After."]


def test_pictures_on_slides_have_the_page_and_the_box_of_their_shape() -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    slide.shapes.add_picture(io.BytesIO(blob(drawn("Pump room plan"))), SlideCm(2), SlideCm(3), width=SlideCm(10))
    out = io.BytesIO()
    deck.save(out)
    (element,) = (
        event for event in slides.read(Source("a.pptx", out, out.tell()), ReadOptions()) if isinstance(event, Element)
    )
    assert (element.text, element.page) == ("Pump room plan", 1)
    assert element.box
    assert element.box.left == pytest.approx(2 / 25.4, abs=0.01)


def test_a_document_of_pictures_only_says_why_it_has_no_text(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    document = docx.Document()
    document.add_picture(io.BytesIO(blob(drawn("Scanned page"))))
    out = io.BytesIO()
    document.save(out)
    data = out.getvalue()
    with pytest.raises(NoText, match="left out as settings say"):
        texts(data, ReadOptions(embedded_pictures=False))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OcrMissing, match="tesseract"):
        texts(data, ReadOptions(ocr_engine="tesseract"))
    both = word_file(blob(drawn("Scanned page")), blob(drawn("Another page")))
    *found, notice = word.read(Source("a.docx", io.BytesIO(both), len(both)), ReadOptions(ocr_engine="tesseract"))
    assert [event.text for event in found if isinstance(event, Element)] == ["Before.", "After."]
    assert notice == Notice("2 pictures in this file could not be read: text recognition is not installed here.")
