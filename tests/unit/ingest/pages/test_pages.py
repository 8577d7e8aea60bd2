"""Pages shown in the sandbox: their sizes, their pictures, their words."""

import io
from collections.abc import Iterator

import pytest
from PIL import Image, ImageDraw
from pypdf import PdfReader, PdfWriter
from pypdf.generic import RectangleObject
from reportlab.pdfgen.canvas import Canvas

from ingest.errors import DamagedFile, NoPages, NoSuchPage, PasswordNeeded, TooLarge, UnreadableFile
from ingest.model import ReadOptions, Source
from ingest.pages.model import WIDTHS, PagePicture, PageSizes, PageWords, Shown, Wish
from ingest.sandbox import Sandbox
from tests.pages import HEIGHT, NO_OCR, WIDTH, made, scan, scanned


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(1024, 60) as one:
        yield one


def shown(sandbox: Sandbox, data: bytes, wish: Wish, options: ReadOptions = NO_OCR, name: str = "a.pdf") -> Shown:
    return sandbox.show(Source(name, io.BytesIO(data), len(data)), options, wish)


def picture(sandbox: Sandbox, data: bytes, page: int = 1, width: int = WIDTHS[0], name: str = "a.pdf") -> Image.Image:
    found = shown(sandbox, data, Wish(page, width), name=name)
    assert isinstance(found, PagePicture)
    return Image.open(io.BytesIO(found.content))


def words(sandbox: Sandbox, data: bytes, options: ReadOptions = NO_OCR, name: str = "a.pdf") -> PageWords:
    found = shown(sandbox, data, Wish(1), options, name)
    assert isinstance(found, PageWords)
    return found


def black_square(canvas: Canvas) -> None:
    """In the upper left quarter of the page, with a word beside it."""
    canvas.rect(50, HEIGHT - 150, 100, 100, fill=1)
    canvas.drawString(200, HEIGHT - 100, "Beside")
    canvas.showPage()
    canvas.drawString(50, 50, "Two")


def turned(data: bytes, degrees: int) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    for page in writer.pages:
        page.rotate(degrees)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def cropped(data: bytes) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    for page in writer.pages:
        page.cropbox = RectangleObject((40, HEIGHT / 2, WIDTH - 40, HEIGHT - 40))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def dark_box(image: Image.Image) -> tuple[float, float, float, float]:
    """Where the black square lies, as shares of the picture."""
    grey = image.convert("L").point(lambda value: 255 if value < 60 else 0)
    found = grey.crop((0, 0, image.width, image.height)).getbbox()
    assert found
    left, top, right, bottom = found
    return left / image.width, top / image.height, right / image.width, bottom / image.height


def test_a_page_is_as_wide_as_asked_and_shows_what_is_on_it_where_it_is(sandbox: Sandbox) -> None:
    image = picture(sandbox, made(lambda canvas: canvas.rect(50, HEIGHT - 150, 100, 100, fill=1)), width=960)
    assert image.format == "JPEG"
    assert image.size == (960, round(960 * HEIGHT / WIDTH))
    expected = (50 / WIDTH, 50 / HEIGHT, 150 / WIDTH, 150 / HEIGHT)
    assert dark_box(image) == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_the_words_of_a_turned_page_stand_where_its_picture_shows_them(sandbox: Sandbox, degrees: int) -> None:
    data = turned(made(lambda canvas: canvas.drawString(200, HEIGHT - 100, "MMMMMMMM")), degrees)
    (word,) = words(sandbox, data).words
    left, top, right, bottom = dark_box(picture(sandbox, data, width=960))
    assert (word.box.left, word.box.right) == pytest.approx((left, right), abs=0.012)
    assert (word.box.top, word.box.bottom) == pytest.approx((top, bottom), abs=0.012)
    assert word.turn == degrees // 90


def test_a_cropped_page_shows_its_part_alone_and_its_words_in_that(sandbox: Sandbox) -> None:
    data = cropped(made(lambda canvas: canvas.drawString(200, HEIGHT - 100, "MMMMMMMM")))
    sizes = shown(sandbox, data, Wish())
    assert isinstance(sizes, PageSizes)
    assert sizes.sizes[0] == pytest.approx((WIDTH - 80, HEIGHT / 2 - 40), abs=0.1)
    (word,) = words(sandbox, data).words
    left, top, right, bottom = dark_box(picture(sandbox, data, width=960))
    assert (word.box.left, word.box.right) == pytest.approx((left, right), abs=0.012)
    assert word.box.top - 0.01 <= top < bottom <= word.box.bottom + 0.01


def test_every_page_has_its_size_and_there_is_none_beyond_the_last(sandbox: Sandbox) -> None:
    data = made(black_square)
    sizes = shown(sandbox, data, Wish())
    assert isinstance(sizes, PageSizes)
    assert len(sizes.sizes) == 2
    with pytest.raises(NoSuchPage, match="no page 3; its last page is 2"):
        shown(sandbox, data, Wish(3, 480))
    with pytest.raises(NoSuchPage):
        shown(sandbox, data, Wish(0))
    with pytest.raises(TooLarge):
        shown(sandbox, data, Wish(1, 480), ReadOptions(max_pages=1))


def test_a_scan_has_words_only_if_they_may_be_recognised(sandbox: Sandbox) -> None:
    data = scanned(scan())
    assert words(sandbox, data) == PageWords((), recognised=True)
    found = words(sandbox, data, ReadOptions(ocr_languages="eng", ocr_engine="tesseract"))
    assert found.recognised
    first = next(word for word in found.words if word.text == "Signed")
    # The picture lies at 50 points from the left and is drawn at 0.4 of its 1,240 pixels.
    assert first.box.left == pytest.approx((50 + 0.4 * 100) / WIDTH, abs=0.02)


def test_pictures_are_upright_by_their_mark_on_white_and_never_larger_than_they_are(sandbox: Sandbox) -> None:
    lying = Image.new("RGB", (300, 200), "white")
    exif = Image.Exif()
    exif[0x0112] = 6
    data = saved(lying, "JPEG", exif=exif)
    sizes = shown(sandbox, data, Wish(), name="a.jpg")
    assert isinstance(sizes, PageSizes)
    assert list(sizes.sizes) == [(200, 300)]
    assert picture(sandbox, data, name="a.jpg").size == (200, 300)
    clear = picture(sandbox, saved(Image.new("RGBA", (50, 50), (0, 0, 0, 0)), "PNG"), name="a.png")
    assert clear.getpixel((25, 25)) == (255, 255, 255)
    large = Image.new("RGB", (2000, 1000), "white")
    ImageDraw.Draw(large).rectangle((0, 0, 1000, 1000), fill="black")
    assert picture(sandbox, saved(large, "WEBP"), name="a.webp").size == (480, 240)


def test_a_tiff_file_has_the_pages_it_has(sandbox: Sandbox) -> None:
    first, second = Image.new("1", (100, 200), 1), Image.new("L", (300, 100), 0)
    data = saved(first, "TIFF", save_all=True, append_images=[second])
    sizes = shown(sandbox, data, Wish(), name="a.tif")
    assert isinstance(sizes, PageSizes)
    assert list(sizes.sizes) == [(100, 200), (300, 100)]
    assert picture(sandbox, data, 2, name="a.tif").getpixel((50, 50)) == (0, 0, 0)
    with pytest.raises(NoSuchPage):
        shown(sandbox, data, Wish(3, 480), name="a.tif")


def test_a_page_of_any_size_makes_a_picture_of_bounded_size(sandbox: Sandbox) -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(14_400, 10))
    canvas.showPage()
    canvas.setPageSize((10, 14_400))
    canvas.showPage()
    canvas.save()
    assert picture(sandbox, out.getvalue(), 1, 2160).size == (2160, 2)
    tall = picture(sandbox, out.getvalue(), 2, 2160)
    assert (tall.width, tall.height) == (12, 16_000)


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b"%PDF-1.7\n%%EOF", "a.pdf", DamagedFile),
        (made(black_square)[:700], "a.pdf", DamagedFile),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "a.png", DamagedFile),
        (b"A note.", "a.txt", NoPages),
    ],
    ids=["head", "cut", "png", "text"],
)
def test_what_cannot_be_shown_says_why(sandbox: Sandbox, data: bytes, name: str, kind: type[UnreadableFile]) -> None:
    with pytest.raises(kind):
        shown(sandbox, data, Wish(1, 480), name=name)


def test_a_protected_document_is_shown_with_its_password_alone(sandbox: Sandbox) -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(made(black_square))))
    writer.encrypt("sesame", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    source = Source("a.pdf", out, out.tell(), "sesame")
    assert isinstance(sandbox.show(source, NO_OCR, Wish(1, 480)), PagePicture)
    with pytest.raises(PasswordNeeded):
        shown(sandbox, out.getvalue(), Wish(1, 480))
