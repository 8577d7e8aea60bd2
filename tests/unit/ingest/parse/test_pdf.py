import io
import random

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, RectangleObject
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from ingest.errors import DamagedFile, NoText, PasswordNeeded, TooLarge
from ingest.model import Kind, Progress, ReadOptions
from tests.pages import FONT, HEIGHT, SENTENCE, WIDTH, elements, events, made, paragraph, scan, scanned


def test_every_element_has_its_page_and_box() -> None:
    def draw(canvas: Canvas) -> None:
        for page in (1, 2):
            paragraph(canvas, 72, 100, [f"page {page} says this"])
            canvas.showPage()

    first, second = elements(made(draw))

    assert (first.page, second.page) == (1, 2)
    assert first.box is not None
    assert first.box.left == pytest.approx(72 / WIDTH, abs=0.01)
    assert first.box.top == pytest.approx(100 / HEIGHT, abs=0.01)
    assert first.box.bottom == pytest.approx(112 / HEIGHT, abs=0.01)


def test_progress_is_told_after_each_page() -> None:
    def draw(canvas: Canvas) -> None:
        for page in range(9):
            canvas.drawString(72, 500, f"content {page} of the page")
            canvas.showPage()

    told = [event for event in events(made(draw)) if isinstance(event, Progress)]

    assert told == [Progress(done, 9, "pages") for done in range(1, 10)]


def test_two_columns_are_read_one_after_the_other_and_divided_words_are_mended() -> None:
    left = [
        "It is in the left column that infor-",
        "mation about the first matter is to",
        "be found, and it is enough of it.",
    ]
    right = ["The right column is about the other", "matter, which comes second when", "a person reads the page aloud."]

    def draw(canvas: Canvas) -> None:
        paragraph(canvas, 72, 100, left)
        paragraph(canvas, 310, 100, right)

    first, second = elements(made(draw))

    assert "that information about the first matter is to be found" in first.text
    assert second.text.startswith("The right column")


def test_a_ruled_table_becomes_rows() -> None:
    cells = [["Part", "Count"], ["Bolt", "12"], ["Nut", "40"]]

    def draw(canvas: Canvas) -> None:
        canvas.grid([100, 200, 300], [HEIGHT - 100, HEIGHT - 120, HEIGHT - 140, HEIGHT - 160])
        for row, texts in enumerate(cells):
            for column, text in enumerate(texts):
                canvas.drawString(105 + 100 * column, HEIGHT - 115 - 20 * row, text)

    (table,) = elements(made(draw))

    assert table.kind is Kind.TABLE
    assert table.rows == (("Part", "Count"), ("Bolt", "12"), ("Nut", "40"))
    assert table.header_rows == 1


def test_a_thick_line_below_the_header_divides_rows_too() -> None:
    cells = [["Part", "Count"], ["Bolt", "12"], ["Nut", "40"]]

    def draw(canvas: Canvas) -> None:
        canvas.grid([100, 200, 300], [HEIGHT - 100, HEIGHT - 140, HEIGHT - 160])
        canvas.setLineWidth(4)
        canvas.line(100, HEIGHT - 120, 300, HEIGHT - 120)
        for row, texts in enumerate(cells):
            for column, text in enumerate(texts):
                canvas.drawString(105 + 100 * column, HEIGHT - 115 - 20 * row, text)

    assert elements(made(draw))[0].rows == (("Part", "Count"), ("Bolt", "12"), ("Nut", "40"))


def test_running_heads_and_feet_are_told_once_and_apart_from_the_text() -> None:
    def draw(canvas: Canvas) -> None:
        for page in range(1, 31):
            canvas.drawString(72, HEIGHT - 40, "Handbook of the house")
            canvas.drawString(280, 30, f"Page {page} of 30")
            canvas.drawString(72, 400, f"Rule {page} is about case {page}.")
            canvas.showPage()

    found = elements(made(draw))

    assert [element.text for element in found if element.kind is Kind.HEADER] == ["Handbook of the house"]
    assert [element.text for element in found if element.kind is Kind.FOOTER] == ["Page 1 of 30"]
    assert [element.text for element in found if element.kind is Kind.TEXT] == [
        f"Rule {page} is about case {page}." for page in range(1, 31)
    ]


@pytest.mark.parametrize("number", ["7", "- 7 -", "vii", "Page 7", "Seite 7 von 9", "7 / 9", "第 7 页", "第7页 共9页"])
def test_a_page_number_by_itself_is_no_text(number: str) -> None:
    def draw(canvas: Canvas) -> None:
        paragraph(canvas, 72, 100, [SENTENCE] * 3)
        pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
        canvas.setFont("STSong-Light", 10)
        canvas.drawCentredString(WIDTH / 2, 60, number)

    found = elements(made(draw))

    assert [element.kind for element in found if element.text != number] == [Kind.TEXT]
    assert all(element.kind is Kind.FOOTER for element in found if element.text == number)


@pytest.mark.parametrize("last", ["12 14", "2024 was good", "mix"])
def test_a_last_line_that_is_no_page_number_is_text(last: str) -> None:
    def draw(canvas: Canvas) -> None:
        paragraph(canvas, 72, 100, [SENTENCE] * 3)
        canvas.drawCentredString(WIDTH / 2, 60, last)

    assert elements(made(draw))[-1].text == last
    assert elements(made(draw))[-1].kind is not Kind.FOOTER


def test_rows_of_figures_in_the_margin_are_no_running_feet() -> None:
    def draw(canvas: Canvas) -> None:
        for page in range(1, 6):
            canvas.drawString(72, 400, "text")
            canvas.drawString(72, 40, f"Total {page}1 {page}2 {page}3 {page}4 {page}5")
            canvas.showPage()

    assert sum("Total" in element.text for element in elements(made(draw))) == 5


@pytest.mark.parametrize("quarter", [90, 180, 270])
def test_boxes_follow_the_rotation_of_the_page(quarter: int) -> None:
    writer = PdfWriter(
        clone_from=PdfReader(io.BytesIO(made(lambda c: c.drawString(72, HEIGHT - 110, "a turned line"))))
    )
    writer.pages[0].rotate(quarter)
    stream = io.BytesIO()
    writer.write(stream)

    (element,) = elements(stream.getvalue())

    assert element.text == "a turned line"
    assert element.box is not None
    start, top = 72 / WIDTH, 100 / HEIGHT  # of the text on the page before rotation
    box = element.box
    found = {90: (box.top, 1 - box.right), 180: (1 - box.right, 1 - box.bottom), 270: (1 - box.bottom, box.left)}
    assert found[quarter] == pytest.approx((start, top), abs=0.01)


def test_text_turned_on_an_upright_page_is_read_in_its_own_direction() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.translate(100, 100)
        canvas.rotate(90)
        canvas.drawString(0, 0, "the first line of a turned table")
        canvas.drawString(0, -14, "and the second line of it")

    (element,) = elements(made(draw))

    assert element.text == "the first line of a turned table and the second line of it"
    assert element.box is not None
    assert element.box.bottom - element.box.top > element.box.right - element.box.left


def test_boxes_are_measured_within_the_crop_box() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(made(lambda c: c.drawString(200, 500, "inside the crop")))))
    writer.pages[0][NameObject("/CropBox")] = RectangleObject((100, 400, 400, 600))
    stream = io.BytesIO()
    writer.write(stream)

    (element,) = elements(stream.getvalue())

    assert element.box is not None
    assert element.box.left == pytest.approx(100 / 300, abs=0.01)
    assert element.box.bottom == pytest.approx(100 / 200, abs=0.03)


def test_a_scan_that_lies_on_its_side_is_turned() -> None:
    found = elements(scanned(scan(turned=90)), ReadOptions(ocr_languages="eng"))

    assert "delivery note number 3" in " ".join(element.text for element in found)
    assert found[0].box is not None
    assert found[0].box.bottom - found[0].box.top > found[0].box.right - found[0].box.left


def test_a_file_without_any_text_says_so() -> None:
    with pytest.raises(NoText, match="switched off"):
        events(scanned(scan()))
    with pytest.raises(NoText, match="holds no text"):
        events(made(lambda canvas: canvas.showPage()))


def test_more_pages_than_allowed_are_refused() -> None:
    def draw(canvas: Canvas) -> None:
        for _ in range(3):
            canvas.drawString(72, 500, "text")
            canvas.showPage()

    with pytest.raises(TooLarge, match="3 pages, 2 are allowed"):
        events(made(draw), ReadOptions(max_pages=2))


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n%%EOF", b"MZ\x90\x00" * 50, b"%PDF-1.4\n1 0 obj\n<<"])
def test_what_is_no_pdf_is_called_damaged(data: bytes) -> None:
    with pytest.raises(DamagedFile, match=r"sample\.pdf is damaged"):
        events(data)


def test_random_damage_ends_in_text_or_a_clean_error() -> None:
    data = made(lambda canvas: paragraph(canvas, 72, 100, [SENTENCE] * 5))
    dice = random.Random(7)
    for _ in range(60):
        broken = bytearray(data)
        for _ in range(dice.randint(1, 40)):
            broken[dice.randrange(len(broken))] = dice.randrange(256)
        try:
            events(bytes(broken[: dice.randint(100, len(broken))]))
        except (DamagedFile, NoText, TooLarge, PasswordNeeded):
            continue


@pytest.fixture
def hebrew_font() -> str:
    pdfmetrics.registerFont(TTFont("Paper", FONT))
    return "Paper"


def test_lines_from_right_to_left_are_read_in_the_order_of_speech(hebrew_font: str) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(hebrew_font, 12)
        for row, line in enumerate(("המסמך נשמר במקום בטוח", "ונפתח רק למי שמותר לו")):
            canvas.drawRightString(500, 700 - 15 * row, line[::-1])  # a PDF draws what is seen from left to right

    (element,) = elements(made(draw))

    assert element.text == "המסמך נשמר במקום בטוח ונפתח רק למי שמותר לו"


def test_latin_and_hebrew_that_touch_are_parted(hebrew_font: str) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(hebrew_font, 12)
        canvas.drawString(300, 700, "Python" + "קובץ ב"[::-1])

    assert "Python" in elements(made(draw))[0].text.split()


COLUMNS = ["吾輩は猫である。名前はまだ無い", "どこで生れたかとんと見当がつか", "ぬ。何でも薄暗い所で泣いていた"]


@pytest.mark.parametrize("by_font", [True, False], ids=["vertical font", "placed one by one"])
def test_columns_of_vertical_japanese_are_read_from_the_right(by_font: bool) -> None:
    pdfmetrics.registerFont(font := UnicodeCIDFont("HeiseiMin-W3", isVertical=by_font))

    def draw(canvas: Canvas) -> None:
        canvas.setFont(font.fontName, 14)
        for column, text in enumerate(COLUMNS):
            for row, part in enumerate([text] if by_font else text):
                canvas.drawString(500 - 24 * column, 780 - 15 * row, part)

    (element,) = elements(made(draw))

    assert element.text == "".join(COLUMNS)
    assert element.box is not None
    assert element.box.right - element.box.left == pytest.approx(62 / WIDTH, abs=0.02)


def test_figures_drawn_as_one_are_parted_where_they_stand_far_apart() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 6)
        canvas.drawString(72, 700, "00", charSpace=21)
        canvas.drawString(72, 650, "SPACED", charSpace=4)

    assert [element.text for element in elements(made(draw))] == ["0 0", "SPACED"]
