"""The sample documents say what the sample questions ask for, and can be made again."""

import json
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pypdfium2
import pytesseract
import pytest
from PIL import Image

from server.samples import QUESTIONS, documents
from server.samples.make import WRITERS, make

ROWS: list[dict[str, Any]] = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
ANSWERABLE = [row for row in ROWS if row["answer"] is not None]


def read_word(path: Path, _row: dict[str, Any]) -> str:
    document = docx.Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    notes = [part.blob.decode() for part in document.part.package.iter_parts() if "footnotes" in part.partname]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells, *notes])


def read_workbook(path: Path, row: dict[str, Any]) -> str:
    sheet = openpyxl.load_workbook(path, data_only=True)[row["sheet"]]
    return "\n".join(str(value) for values in sheet.iter_rows(values_only=True) for value in values)


def read_pdf_text(path: Path, row: dict[str, Any]) -> str:
    with pypdfium2.PdfDocument(path) as document:
        return str(document[row["page"] - 1].get_textpage().get_text_bounded())


def read_scan(path: Path, row: dict[str, Any]) -> str:
    return recognise(path, row["page"])


@cache
def recognise(path: Path, page: int) -> str:
    if path.suffix == ".png":
        with Image.open(path) as picture:
            return str(pytesseract.image_to_string(picture.convert("L"), lang="eng+chi_sim"))
    with pypdfium2.PdfDocument(path) as document:
        picture = document[page - 1].render(scale=200 / 72).to_pil()
    return str(pytesseract.image_to_string(picture, lang="eng+chi_sim"))


READERS: dict[str, Callable[[Path, dict[str, Any]], str]] = {
    "travel-and-expense-policy.docx": read_word,
    "年假与加班制度.docx": read_word,
    "prices-and-budget-2026.xlsx": read_workbook,
    "qm7-operating-guide.pdf": read_pdf_text,
    "acceptance-certificate-scan.pdf": read_scan,
    "network-maintenance-notice.png": read_scan,
}


def squeeze(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("row", ANSWERABLE, ids=lambda row: row["id"])
def test_document_holds_the_answer_where_the_question_says(row: dict[str, Any]) -> None:
    path = next(path for path in documents() if path.name == row["filename"])
    if READERS[row["filename"]] is read_scan and shutil.which("tesseract") is None:
        pytest.skip("tesseract is not installed")
    assert squeeze(row["answer"]) in squeeze(READERS[row["filename"]](path, row))


def test_questions_cover_every_document_in_both_languages() -> None:
    assert {row["filename"] for row in ANSWERABLE} == {path.name for path in documents()}
    assert {row["lang"] for row in ROWS if row["answer"] is None} == {"en", "zh"}
    assert len({row["id"] for row in ROWS}) == len(ROWS) >= 16


def test_formulas_carry_their_values() -> None:
    path = next(path for path in documents() if path.suffix == ".xlsx")
    formulas, values = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    found = [
        (sheet.title, cell.coordinate)
        for sheet in formulas
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    assert len(found) > 15
    assert all(isinstance(values[sheet][cell].value, int | float) for sheet, cell in found)


def test_one_sheet_is_hidden_and_header_cells_are_merged() -> None:
    book = openpyxl.load_workbook(next(path for path in documents() if path.suffix == ".xlsx"))
    assert [sheet.title for sheet in book if sheet.sheet_state == "hidden"] == ["Transfer prices"]
    assert "B3:C3" in {str(merged) for merged in book["Budget 2026"].merged_cells.ranges}


def test_scan_has_no_text_layer() -> None:
    path = next(path for path in documents() if path.name == "acceptance-certificate-scan.pdf")
    with pypdfium2.PdfDocument(path) as document:
        assert [page.get_textpage().get_text_bounded() for page in document] == ["", ""]


def test_documents_are_small() -> None:
    assert sum(path.stat().st_size for path in documents()) < 1_200_000


def test_shipped_documents_are_the_ones_the_script_writes() -> None:
    assert {path.name for path in documents()} == set(WRITERS)


@pytest.mark.skipif(
    not Path("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc").exists()
    or not Path("/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf").exists(),
    reason="fonts-wqy-microhei and fonts-dejavu-core are not installed",
)
def test_making_the_documents_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    once, again = make(tmp_path / "once"), make(tmp_path / "again")
    assert [path.read_bytes() for path in once] == [path.read_bytes() for path in again]
