from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from ingest.errors import UnreadableFile
from ingest.parse.ocr import OcrMissing
from ingest.parse.ocr.tesseract import Tesseract

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


def picture(lines: list[str], size: int = 36) -> Image.Image:
    page = Image.new("L", (1400, 160 + 70 * len(lines)), 255)
    for row, line in enumerate(lines):
        ImageDraw.Draw(page).text((80, 80 + 70 * row), line, font=ImageFont.truetype(FONT, size), fill=0)
    return page


def test_lines_come_with_pixels_and_confidence() -> None:
    reading = Tesseract("a.png", "eng").recognise(picture(["The quick brown fox jumps over the dog"]))

    (line,) = reading.lines
    assert line.text == "The quick brown fox jumps over the dog"
    assert (reading.width, reading.height, reading.turn) == (1400, 230, 0)
    assert line.left == pytest.approx(80, abs=8)
    assert reading.confidence > 70


def test_text_upside_down_is_found_with_its_turn() -> None:
    lines = ["The quick brown fox jumps over the dog", "while the lazy cat sleeps on the warm roof"] * 3

    reading = Tesseract("a.png", "eng").recognise(picture(lines).rotate(180))

    assert reading.turn == 2
    assert reading.lines[0].text == lines[0]


def test_directions_are_tried_where_tesseract_cannot_tell_them() -> None:
    tesseract = Tesseract("a.png", "eng")
    tesseract.knows_directions = False
    lines = ["The quick brown fox jumps over the dog", "while the lazy cat sleeps on the warm roof"] * 3

    reading = tesseract.recognise(picture(lines).rotate(90, expand=True))

    assert reading.turn == 3
    assert reading.lines[0].text == lines[0]


def test_only_installed_languages_are_asked_for() -> None:
    assert Tesseract("a.png", "eng+tlh_none").languages == "eng"


def test_missing_languages_are_told_with_what_to_install() -> None:
    with pytest.raises(OcrMissing, match="apt-get install tesseract-ocr tesseract-ocr-chi-sim"):
        Tesseract("a.png", "tlh_none")


def test_a_missing_program_is_told_in_the_name_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tesseract = Tesseract("a.png", "eng")
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(UnreadableFile, match=r"a\.png holds pictures of text") as caught:
        tesseract.recognise(picture(["some text"]))
    assert caught.value.code == "ocr_missing"


def test_an_empty_picture_gives_no_lines() -> None:
    assert Tesseract("a.png", "eng").recognise(Image.new("L", (200, 200), 255)).lines == []


def test_wide_gaps_part_a_line() -> None:
    page = Image.new("L", (1400, 300), 255)
    font = ImageFont.truetype(FONT, 40)
    ImageDraw.Draw(page).text((100, 100), "left words", font=font, fill=0)
    ImageDraw.Draw(page).text((900, 100), "right words", font=font, fill=0)

    reading = Tesseract("a.png", "eng").recognise(page)

    assert sorted(line.text for line in reading.lines) == ["left words", "right words"]
