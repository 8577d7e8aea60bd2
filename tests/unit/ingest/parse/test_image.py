import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from ingest.errors import DamagedFile, NoText, TooLarge
from ingest.model import Element, Event, Progress, ReadOptions, Source
from ingest.parse import image

LATIN = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
CHINESE = "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"
ENGLISH = ReadOptions(ocr_languages="eng")


def picture(lines: list[str], font: str = LATIN, size: int = 36, mode: str = "RGB") -> Image.Image:
    page = Image.new(mode, (1400, 160 + 50 * len(lines)), "white")
    for row, line in enumerate(lines):
        ImageDraw.Draw(page).text((80, 80 + 50 * row), line, font=ImageFont.truetype(font, size), fill="black")
    return page


def encoded(page: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    page.save(stream, kind, **options)
    return stream.getvalue()


def events(data: bytes, options: ReadOptions = ENGLISH) -> list[Event]:
    return list(image.read(Source("scan.png", io.BytesIO(data), len(data)), options))


def elements(data: bytes, options: ReadOptions = ENGLISH) -> list[Element]:
    return [event for event in events(data, options) if isinstance(event, Element)]


def text(data: bytes, options: ReadOptions = ENGLISH) -> str:
    return " ".join(element.text for element in elements(data, options))


LINES = ["The warehouse in Lyon holds the spare parts", "for all machines that were sold before 2019."]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF"])
def test_each_format_is_read(kind: str) -> None:
    assert text(encoded(picture(LINES), kind)) == " ".join(LINES)


def test_elements_have_page_box_and_confidence() -> None:
    (element,) = elements(encoded(picture(LINES)))

    assert element.page == 1
    assert element.box is not None
    assert element.box.left == pytest.approx(80 / 1400, abs=0.01)
    assert element.box.top == pytest.approx(85 / 260, abs=0.05)
    assert element.confidence is not None
    assert 0.7 < element.confidence <= 1


def test_chinese_is_read_without_blanks_between_its_signs() -> None:
    lines = ["员工每年享有十五天带薪年假，", "申请须提前两周提交给部门经理。"]

    found = text(encoded(picture(lines, CHINESE)), ReadOptions())

    assert "带薪年假" in found
    assert "部门经理" in found


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_picture_on_its_side_is_turned_and_boxes_refer_to_it_as_given(quarters: int) -> None:
    lines = [*LINES, "Orders are taken by the service desk in Turin", "on every working day between eight and five."]
    turned = picture(lines).rotate(90 * quarters, expand=True)

    found = elements(encoded(turned))

    assert " ".join(element.text for element in found) == " ".join(lines)
    box = found[0].box
    assert box is not None
    assert (box.bottom - box.top > box.right - box.left) == (quarters in (1, 3))


def test_the_orientation_mark_of_a_camera_is_followed() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6

    assert text(encoded(picture(LINES).rotate(90, expand=True), "JPEG", exif=exif)) == " ".join(LINES)


def test_a_page_scanned_askew_is_read_line_by_line() -> None:
    endings = ["was paid", "is late", "shall wait for the bank", "came twice", "went", "was lost at sea", "is", "ends"]
    lines = [f"{ending.title()} number {row} of our {ending} letter" for row, ending in enumerate(endings, 1)]
    askew = picture(lines, size=32).rotate(2.5, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)

    found = text(encoded(askew))

    places = [found.index(f"number {row} of") for row in range(1, 9)]
    assert places == sorted(places)


def test_words_of_one_row_of_a_table_stay_in_one_line() -> None:
    page = Image.new("L", (1400, 500), 255)
    rows = [("Bolt", "12", "0.40"), ("Screw", "40", "0.15"), ("Washer", "75", "0.05"), ("Rivet", "90", "0.08")]
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            place = 100 + 450 * column, 80 + 90 * row
            ImageDraw.Draw(page).text(place, cell, font=ImageFont.truetype(LATIN, 40), fill=0)

    lines = [line for element in elements(encoded(page)) for line in element.text.splitlines()]

    for cells in rows:
        assert any(all(cell in line for cell in cells) for line in lines)


def test_a_small_picture_is_enlarged() -> None:
    small = picture(LINES).resize((467, 100), Image.Resampling.LANCZOS)

    assert "spare parts" in text(encoded(small))


def test_transparent_background_counts_as_white() -> None:
    page = Image.new("RGBA", (1400, 300), (0, 0, 0, 0))
    ImageDraw.Draw(page).text((80, 100), LINES[0], font=ImageFont.truetype(LATIN, 36), fill=(0, 0, 0, 255))

    assert text(encoded(page)) == LINES[0]


def test_each_frame_of_a_tiff_is_a_page() -> None:
    pages = [picture([f"This is the sheet with number {number}"]) for number in (1, 2, 3)]
    told = events(encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:]))

    assert [(event.page, event.text[-1]) for event in told if isinstance(event, Element)] == [
        (1, "1"),
        (2, "2"),
        (3, "3"),
    ]
    assert [event for event in told if isinstance(event, Progress)] == [Progress(done, 3) for done in (1, 2, 3)]


def test_more_frames_than_allowed_are_refused() -> None:
    page = Image.new("L", (50, 50), 255)
    data = encoded(page, "TIFF", save_all=True, append_images=[page] * 3)

    with pytest.raises(TooLarge, match="4 pages, 2 are allowed"):
        events(data, ReadOptions(max_pages=2))


def test_a_picture_without_text_says_so() -> None:
    with pytest.raises(NoText, match="holds no text"):
        events(encoded(Image.new("RGB", (300, 300), "white")))


def test_with_ocr_switched_off_the_reason_is_named() -> None:
    with pytest.raises(NoText, match="switched off"):
        events(encoded(picture(LINES)), ReadOptions(ocr=False))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *chunks: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [30_000, 100_000])
def test_a_pixel_bomb_is_refused_by_its_header(side: int) -> None:
    with pytest.raises(TooLarge, match=r"scan\.png goes beyond"):
        events(png(side, side, chunk(b"IDAT", zlib.compress(b"\0" * 100))))


def test_more_pixels_than_allowed_are_refused() -> None:
    with pytest.raises(TooLarge, match="1,000 are allowed"):
        events(encoded(picture(LINES)), ReadOptions(max_pixels=1000))


def test_a_bomb_in_a_text_chunk_is_refused() -> None:
    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"a" * 80_000_000))

    with pytest.raises(DamagedFile):
        events(png(10, 10, bomb, chunk(b"IDAT", zlib.compress(b"\0" * 100))))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF"])
def test_a_picture_cut_off_is_called_damaged(kind: str) -> None:
    data = encoded(picture(LINES), kind)

    with pytest.raises(DamagedFile):
        events(data[: len(data) // 2])


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n", b"II*\0\x08\0\0\0", b"no picture at all"])
def test_what_is_no_picture_is_called_damaged(data: bytes) -> None:
    with pytest.raises(DamagedFile):
        events(data)


def test_a_tiff_whose_frames_run_in_a_circle_ends() -> None:
    data = bytearray(encoded(picture([LINES[0]], mode="L"), "TIFF"))
    (first,) = struct.unpack_from("<I", data, 4)
    (entries,) = struct.unpack_from("<H", data, first)
    struct.pack_into("<I", data, first + 2 + 12 * entries, first)

    try:
        found = events(bytes(data))
    except DamagedFile:
        return
    assert sum(isinstance(event, Progress) for event in found) == 1


def test_nothing_is_left_in_the_folder_for_temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    elements(encoded(picture(LINES)))

    assert list(tmp_path.iterdir()) == []
