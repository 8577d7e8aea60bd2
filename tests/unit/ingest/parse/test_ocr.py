import io
import math
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from ingest.errors import UnreadableFile
from ingest.model import Element, Kind, Notice, ReadOptions, Source
from ingest.parse import image
from ingest.parse.ocr import OcrMissing, Recognition, open_recogniser
from ingest.parse.ocr.models import FILES, Models
from ingest.sandbox import Sandbox

LATIN = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
CHINESE = "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"
ENGLISH_LINES = ["The quick brown fox jumps over the dog", "while the lazy cat sleeps on the warm roof"]
SIMPLIFIED = ["员工每年享有十五天带薪年假，", "申请须提前两周提交给部门经理。"]
TRADITIONAL = ["員工每年享有十五天帶薪年假，", "申請須提前兩週提交給部門經理。"]


def picture(lines: list[str], size: int = 36, font: str = LATIN) -> Image.Image:
    page = Image.new("L", (1400, 160 + 70 * len(lines)), 255)
    for row, line in enumerate(lines):
        ImageDraw.Draw(page).text((80, 80 + 70 * row), line, font=ImageFont.truetype(font, size), fill=0)
    return page


def recognised(page: Image.Image, engine: str = "auto", languages: str = "eng+chi_sim") -> Recognition:
    with open_recogniser("a.png", ReadOptions(ocr_engine=engine, ocr_languages=languages)) as recogniser:
        return recogniser.recognise(page)


def texts(reading: Recognition) -> list[str]:
    return [line.text for line in reading.lines]


@pytest.mark.parametrize("engine", ["auto", "tesseract", "rapidocr"])
def test_lines_come_with_pixels_confidence_and_engine(engine: str) -> None:
    reading = recognised(picture(ENGLISH_LINES[:1]), engine)

    (line,) = reading.lines
    assert line.text == ENGLISH_LINES[0]
    assert (reading.width, reading.height, reading.turn) == (1400, 230, 0)
    assert line.left == pytest.approx(80, abs=8)
    assert line.words[-1].right == pytest.approx(80 + ImageFont.truetype(LATIN, 36).getlength(line.text), abs=25)
    assert reading.confidence > 0.7
    assert reading.parser == ("rapidocr" if engine == "rapidocr" else "tesseract")


@pytest.mark.parametrize("lines", [SIMPLIFIED, TRADITIONAL])
def test_chinese_is_read_by_the_engine_that_reads_it_better(lines: list[str]) -> None:
    reading = recognised(picture(lines, font=CHINESE))

    assert reading.parser == "rapidocr"
    assert "".join(texts(reading)).replace(",", "，") == "".join(lines)


def test_the_engine_that_is_chosen_reads_chinese() -> None:
    reading = recognised(picture(SIMPLIFIED, font=CHINESE), "tesseract")

    assert reading.parser == "tesseract"
    assert "带薪年假" in "".join(texts(reading))


def test_a_line_in_another_script_makes_the_page_doubtful_and_is_read() -> None:
    page = picture([*ENGLISH_LINES * 3, "", SIMPLIFIED[0]], font=CHINESE)

    reading = recognised(page)

    assert any("带薪年假" in line for line in texts(reading))
    assert ENGLISH_LINES[1] in texts(reading)


@pytest.mark.parametrize("engine", ["auto", "tesseract", "rapidocr"])
@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_turned_text_is_found_with_its_turn(turn: int, engine: str) -> None:
    reading = recognised(picture(ENGLISH_LINES * 3).rotate(-90 * turn, expand=True), engine)

    assert reading.turn == turn
    assert texts(reading) == ENGLISH_LINES * 3
    assert (reading.width, reading.height) == (1400, 580)


@pytest.mark.parametrize("degrees", [-7.0, -1.0, 2.0, 6.0])
def test_a_page_askew_is_levelled_and_its_boxes_lie_on_the_page_as_given(degrees: float) -> None:
    page = picture([f"Line {row} of the letter speaks about matter {row} alone" for row in range(1, 9)], 32)
    askew = page.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255)

    reading = recognised(askew)

    assert reading.slope == pytest.approx(-math.tan(math.radians(degrees)), abs=0.005)
    assert [line.split()[1] for line in texts(reading)] == [str(row) for row in range(1, 9)]
    line = reading.lines[-1]
    box = reading.sheet().box([line])
    across, down = (line.left + line.right) / 2 - askew.width / 2, 80 + 70 * 7 + 20 - page.height / 2
    angle = math.radians(degrees)
    middle = across * math.cos(angle) + down * math.sin(angle), down * math.cos(angle) - across * math.sin(angle)
    assert (box.left + box.right) / 2 * askew.width - askew.width / 2 == pytest.approx(middle[0], abs=12)
    assert (box.top + box.bottom) / 2 * askew.height - askew.height / 2 == pytest.approx(middle[1], abs=12)


def test_text_in_the_shade_is_read() -> None:
    page = picture(ENGLISH_LINES * 3)
    shade = Image.linear_gradient("L").rotate(90).resize(page.size).point(lambda value: 60 + value * 195 // 255)
    dark = Image.composite(page, Image.new("L", page.size, 0), shade)

    assert texts(recognised(dark)) == ENGLISH_LINES * 3


def test_languages_that_are_not_installed_are_told() -> None:
    with open_recogniser("a.png", ReadOptions(ocr_languages="eng+tlh_none")) as recogniser:
        (notice,) = recogniser.notices

    assert "tlh_none" in notice.message
    with open_recogniser("a.png", ReadOptions(ocr_languages="eng+chi_sim+chi_tra")) as recogniser:
        assert recogniser.notices == ()  # RapidOCR knows it


def test_a_reader_passes_the_notice_on() -> None:
    stream = io.BytesIO()
    picture(ENGLISH_LINES).save(stream, "PNG")

    told = list(image.read(Source("a.png", stream, 0), ReadOptions(ocr_languages="eng+tlh_none")))

    assert [type(event) for event in told[:2]] == [Notice, Element]


@pytest.mark.parametrize("engine", ["auto", "tesseract", "rapidocr"])
def test_without_any_language_it_is_told_what_to_install(engine: str) -> None:
    options = ReadOptions(ocr_engine=engine, ocr_languages="tlh_none")

    with pytest.raises(OcrMissing, match="apt-get install tesseract-ocr tesseract-ocr-chi-sim"):
        open_recogniser("a.png", options)


def test_without_tesseract_the_other_engine_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert recognised(picture(ENGLISH_LINES)).parser == "rapidocr"
    with pytest.raises(UnreadableFile, match=r"a\.png holds pictures of text") as caught:
        recognised(picture(ENGLISH_LINES), "tesseract")
    assert caught.value.code == "ocr_missing"


@pytest.mark.parametrize("engine", ["auto", "tesseract", "rapidocr"])
@pytest.mark.parametrize("size", [(200, 200), (1, 1), (3000, 2)])
def test_an_empty_picture_gives_no_lines(size: tuple[int, int], engine: str) -> None:
    assert recognised(Image.new("L", size, 255), engine).lines == []


def test_wide_gaps_part_a_line() -> None:
    page = Image.new("L", (1400, 300), 255)
    font = ImageFont.truetype(LATIN, 40)
    ImageDraw.Draw(page).text((100, 100), "left words", font=font, fill=0)
    ImageDraw.Draw(page).text((900, 100), "right words", font=font, fill=0)

    assert sorted(texts(recognised(page))) == ["left words", "right words"]


@pytest.mark.parametrize("engine", ["tesseract", "rapidocr"])
@pytest.mark.parametrize("degrees", [0.0, 1.5])
def test_a_ruled_table_keeps_its_cells(degrees: float, engine: str) -> None:
    rows = [
        ["Part", "Stock in Lyon", "Price"],
        ["Bolt", "12", "0.40"],
        ["Long screw", "", "0.15"],
        ["Washer", "75", "2"],
    ]
    page = Image.new("L", (1300, 700), 255)
    draw = ImageDraw.Draw(page)
    draw.text((100, 60), "What lies in the warehouse today:", font=ImageFont.truetype(LATIN, 36), fill=0)
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            left, top = 100 + 360 * column, 180 + 90 * row
            draw.rectangle((left, top, left + 360, top + 90), outline=0, width=3)
            draw.text((left + 20, top + 22), cell, font=ImageFont.truetype(LATIN, 36), fill=0)
    stream = io.BytesIO()
    page.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255).save(stream, "PNG")

    told = image.read(Source("a.png", stream, 0), ReadOptions(ocr_engine=engine, ocr_languages="eng"))

    sentence, table = (event for event in told if isinstance(event, Element))
    assert sentence.text == "What lies in the warehouse today:"
    assert [list(row) for row in table.rows] == rows
    assert (table.kind, table.page, table.parser) == (Kind.TABLE, 1, engine)
    assert table.confidence is not None
    assert table.box is not None
    assert table.box.left == pytest.approx(100 / 1300, abs=0.02)


def test_several_pictures_are_read_at_once_and_told_in_order() -> None:
    pages = [picture([f"This is the sheet with number {number}"]) for number in range(1, 7)]

    with open_recogniser("a.png", ReadOptions(ocr_languages="eng", ocr_threads=3)) as recogniser:
        waiting = [recogniser.submit(page) for page in pages]
        found = [texts(future.result()) for future in waiting]

    assert found == [[f"This is the sheet with number {number}"] for number in range(1, 7)]


def test_models_come_from_the_package_and_are_never_downloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rapidocr.utils.download_file.DownloadFile.run", lambda _: pytest.fail("it wants to download"))

    assert recognised(picture(ENGLISH_LINES), "rapidocr").lines

    monkeypatch.setitem(FILES, "Rec", "gone.onnx")
    with pytest.raises(OcrMissing, match=r"lacks its model gone\.onnx"):
        Models("a.png")


def test_models_say_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    recognised(picture(SIMPLIFIED, font=CHINESE))

    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("threads", [1, 2])
def test_the_models_work_in_the_sandbox_within_its_memory(threads: int) -> None:
    pages = [picture(SIMPLIFIED * 12, font=CHINESE).resize((2480, 3508)) for _ in range(2)]
    stream = io.BytesIO()
    pages[0].save(stream, "TIFF", save_all=True, append_images=pages[1:], compression="tiff_lzw")

    with Sandbox(1024, 120) as sandbox:
        reading = sandbox.read(Source("scan.tif", stream, stream.getbuffer().nbytes), ReadOptions(ocr_threads=threads))
        found = [event for event in reading if isinstance(event, Element)]

    assert {element.page for element in found} == {1, 2}
    assert {element.parser for element in found} == {"rapidocr"}
    assert reading.peak_mb < 1024
