import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.cleaning import clean
from ingest.cleaning.characters import clean_text
from ingest.model import Element, Kind


def cleaned(text: str, kind: Kind = Kind.TEXT) -> str:
    return "".join(element.text for element in clean([Element(kind, text)]))


@pytest.mark.parametrize(
    ("dirty", "expected"),
    [
        ("ＡＢＣ－１２３", "ABC-123"),
        ("金额：１２３．４５％（含税）", "金额：123.45%（含税）"),
        ("e\u0301te\u0301", "été"),
        ("of\ufb01ce \ufb02oor", "office floor"),
        ("\u2f00\u2f8f", "一行"),
        ("ｶﾞｲﾄﾞ", "ガイド"),
    ],
)
def test_other_forms_of_the_same_characters_become_one(dirty: str, expected: str) -> None:
    assert cleaned(dirty) == expected


@pytest.mark.parametrize(
    "text",
    ["“你好”，世界！（见《手册》）——……", "naïve — 5 €, ½ × 3 m²", "शक्ति", "می‌خواهم", "\U0001f468\u200d\U0001f469"],
)
def test_what_means_something_to_a_reader_stays(text: str) -> None:
    assert cleaned(text) == text


@pytest.mark.parametrize(
    ("dirty", "expected"),
    [
        ("ac\u200bcount 12\u200d34", "account 1234"),
        ("Pay \u202e001\u202c EUR", "Pay 001 EUR"),
        ("\u2066hidden\u2069 \U000e0049\U000e0067", "hidden"),
        ("soft\u00adware\ufeff", "software"),
        ("bell\x07 and\x00 nul", "bell and nul"),
        ("\uf0b7 bullet of a symbol font", "bullet of a symbol font"),
        ("half \ud83d pair", "half pair"),
    ],
)
def test_what_no_reader_sees_goes(dirty: str, expected: str) -> None:
    assert cleaned(dirty) == expected


def test_runs_of_spaces_and_line_ends_become_single() -> None:
    assert cleaned(" a \t b\u3000c\r\n\r\n  d\u2028e\x0bf ") == "a b c\nd\ne\nf"


def test_code_keeps_its_indentation_and_blank_lines() -> None:
    assert cleaned("\ndef f():\r\n\treturn 1   \n\n\nx = 'ａ'\x00", Kind.CODE) == "def f():\n\treturn 1\n\n\nx = 'ａ'"


def test_page_headers_footers_and_empty_elements_are_left_out() -> None:
    given_elements = [
        Element(Kind.HEADER, "ACME"),
        Element(Kind.TEXT, "\u200b \n"),
        Element(Kind.TEXT, "body"),
        Element(Kind.FOOTER, "page 1"),
    ]
    assert [element.text for element in clean(given_elements)] == ["body"]


def test_rows_are_cleaned_as_the_text_is() -> None:
    rows = (("Ｎo", "Name "), ("１", "Li\u200b\nMing"))
    (table,) = clean([Element(Kind.TABLE, "Ｎo | Name \n１ | Li\u200b\nMing", rows=rows, header_rows=1)])
    assert table.rows == (("No", "Name"), ("1", "Li Ming"))
    assert table.text == "No | Name\n1 | Li Ming"


@pytest.mark.parametrize("cell", [" a", "a ", "a  b", "a\u00a0b", "e\u0301"])
def test_no_dirty_cell_slips_through(cell: str) -> None:
    rows = (("x", cell, ""), ("", "y", cell), (cell, "", "z"))
    (table,) = clean([Element(Kind.TABLE, "\n".join(map(" | ".join, rows)), rows=rows)])
    assert table.rows[0][1] == table.rows[1][2] == table.rows[2][0] == clean_text(cell) != cell


def test_clean_table_with_empty_cells_is_passed_on_as_it_is() -> None:
    rows = (("a", "", ""), ("", "b", ""), ("中", "", "c"))
    table = Element(Kind.TABLE, "\n".join(map(" | ".join, rows)), rows=rows)
    assert next(clean([table])) is table


def test_table_of_empty_cells_is_left_out() -> None:
    rows = (("", " "), ("", ""))
    assert list(clean([Element(Kind.TABLE, "\n".join(map(" | ".join, rows)), rows=rows)])) == []


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once
    assert unicodedata.is_normalized("NFC", once)
    once.encode("utf-8")
