import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from itertools import zip_longest
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet

from ingest.errors import DamagedFile, NoText
from ingest.lines import table_lines
from ingest.model import Element, Event, Kind, Loss, Progress, ReadOptions, Source
from ingest.parse.excel import read

Value = str | int | float | bool | datetime | date | None


def events(data: bytes) -> list[Event]:
    return list(read(Source("book.xlsx", io.BytesIO(data), len(data)), ReadOptions()))


def elements(data: bytes, kind: Kind | None = None) -> list[Element]:
    return [event for event in events(data) if isinstance(event, Element) and kind in (None, event.kind)]


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def workbook(fill: Callable[[Worksheet], None]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Data"
    fill(sheet)
    return saved(book)


def rows_of(*rows: tuple[Value, ...]) -> bytes:
    def fill(sheet: Worksheet) -> None:
        for row in rows:
            sheet.append(row)

    return workbook(fill)


def patched(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return buffer.getvalue()


STAFF: tuple[tuple[Value, ...], ...] = (("Name", "Age", "City"), ("Ann", 31, "Oslo"), ("Bob", 45, "Rome"))


def test_a_sheet_is_a_title_and_a_table_with_header_rows_numbers_and_range() -> None:
    title, table = elements(rows_of(*STAFF))
    assert (title.kind, title.text, title.level, title.sheet) == (Kind.TITLE, "Data", 1, "Data")
    assert table.rows == (("Name", "Age", "City"), ("Ann", "31", "Oslo"), ("Bob", "45", "Rome"))
    assert table.text.splitlines()[1] == "Ann | 31 | Oslo"
    assert (table.header_rows, table.row_numbers, table.cells) == (1, (2, 3), "A2:C3")


def test_every_block_of_a_long_table_repeats_the_header_and_no_row_is_lost() -> None:
    data = rows_of(("Id", "Word"), *((number, f"w{number}") for number in range(1, 506)))
    tables = elements(data, Kind.TABLE)
    assert [len(table.row_numbers) for table in tables] == [200, 200, 105]
    assert all(table.rows[0] == ("Id", "Word") and table.header_rows == 1 for table in tables)
    assert [row[0] for table in tables for row in table.rows[1:]] == [str(number) for number in range(1, 506)]
    assert tables[1].cells == "A202:B401"


def test_a_title_above_and_a_note_below_a_table_stand_by_themselves() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["A1"] = "Staff of 2024"
        sheet.merge_cells("A1:C1")
        for index, row in enumerate(STAFF, 2):
            for column, value in enumerate(row, 1):
                sheet.cell(index, column, value)
        sheet["A6"] = "Ages as of January."

    found = elements(workbook(fill))
    assert [(e.kind, e.level) for e in found] == [
        (Kind.TITLE, 1),
        (Kind.TITLE, 2),
        (Kind.TABLE, None),
        (Kind.TEXT, None),
    ]
    assert (found[1].text, found[1].cells) == ("Staff of 2024", "A1")
    assert found[2].rows[0] == STAFF[0]


def test_merged_cells_are_filled_in_header_and_body() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (("Region", "Sales", None), (None, "2023", "2024"), ("North", 1, 2), (None, 3, 4)):
            sheet.append(row)
        sheet.merge_cells("B1:C1")
        sheet.merge_cells("A1:A2")
        sheet.merge_cells("A3:A4")

    (table,) = elements(workbook(fill), Kind.TABLE)
    assert table.header_rows == 2
    assert table.rows == (
        ("Region", "Sales", "Sales"),
        ("Region", "2023", "2024"),
        ("North", "1", "2"),
        ("North", "3", "4"),
    )


def test_tables_below_and_beside_one_another_are_told_apart() -> None:
    def fill(sheet: Worksheet) -> None:
        for row, values in enumerate(STAFF, 1):
            for column, value in enumerate(values, 1):
                sheet.cell(row, column, value)
                sheet.cell(row + 5, column, ("Item", "Price", "Stock")[column - 1] if row == 1 else row * column)
                sheet.cell(row + 2, column + 4, ("Key", "Value", "Unit")[column - 1] if row == 1 else row)

    tables = elements(workbook(fill), Kind.TABLE)
    assert {table.rows[0] for table in tables} == {
        ("Name", "Age", "City"),
        ("Item", "Price", "Stock"),
        ("Key", "Value", "Unit"),
    }
    assert {table.cells for table in tables} == {"A2:C3", "A7:C8", "E4:G5"}


def test_tables_that_begin_in_the_same_row_are_told_apart() -> None:
    regions = (("Region", "Sales"), ("North", 10), ("South", 20), ("East", 30))
    cities = (("City", "Staff", "Rent"), ("Bern", 3, 100), ("Basel", 4, 200))
    beside = [(*left, None, *right) for left, right in zip_longest(regions, cities, fillvalue=())]
    tables = elements(rows_of(("Notes",), (None,), *beside), Kind.TABLE)
    assert [(table.cells, table.rows[0], len(table.rows)) for table in tables] == [
        ("A4:B6", ("Region", "Sales"), 4),
        ("D4:F5", ("City", "Staff", "Rent"), 3),
    ]


def test_an_empty_column_for_the_eye_parts_no_table() -> None:
    spaced = (("Item", "Plan", None, "Actual", "Change"), ("Rent", 10, None, 11, 1), ("Power", 20, None, 18, -2))
    worded = (
        ("Name", "Team", None, "City", "Role"),
        ("Ann", "Blue", None, "Bern", "Lead"),
        ("Bo", "Red", None, "Ulm", "Aide"),
    )
    for rows in (spaced, worded):
        (table,) = elements(rows_of(*rows), Kind.TABLE)
        assert table.rows[1][0] == rows[1][0]
        assert table.rows[1][-1] == str(rows[1][-1])


def test_a_blank_row_within_a_table_does_not_part_it() -> None:
    (table,) = elements(rows_of(*STAFF, (None,), ("Cid", 23, "Bonn")), Kind.TABLE)
    assert table.row_numbers == (2, 3, 5)


def test_values_read_as_displayed() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(("What", "Shown"))
        values: tuple[tuple[Value, str], ...] = (
            (datetime(2024, 3, 5), "yyyy-mm-dd"),
            (datetime(2024, 3, 5, 14, 30), 'yyyy"年"m"月"d"日"'),
            (1234.5, "#,##0.00"),
            (1234.5, '"¥"#,##0.00'),
            (0.256, "0.0%"),
            (True, "General"),
            ("#N/A", "General"),
        )
        for value, code in values:
            sheet.append((code, value))
            sheet.cell(sheet.max_row, 2).number_format = code

    (table,) = elements(workbook(fill), Kind.TABLE)
    assert [row[1] for row in table.rows[1:]] == [
        "2024-03-05",
        "2024年3月5日",
        "1,234.50",
        "¥1,234.50",
        "25.6%",
        "TRUE",
        "#N/A",
    ]


def test_formulas_show_their_stored_value_or_themselves() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Item", "Sum"])
        sheet.write_row(1, 0, ["stored"])
        sheet.write_formula(1, 1, "=1+1", None, 2)
    assert elements(buffer.getvalue(), Kind.TABLE)[0].rows[1] == ("stored", "2")
    assert elements(rows_of(("Item", "Sum"), ("never", "=SUM(1,2)")), Kind.TABLE)[0].rows[1] == ("never", "=SUM(1,2)")


def test_hidden_sheets_are_marked_in_every_element() -> None:
    book = openpyxl.Workbook()
    for name, state in (("Shown", "visible"), ("Hidden", "hidden"), ("Very", "veryHidden")):
        sheet = book.create_sheet(name)
        sheet.append(("some text",))
        sheet.sheet_state = state
    assert {(e.sheet, e.hidden) for e in elements(saved(book))} == {("Shown", False), ("Hidden", True), ("Very", True)}


def test_comments_follow_their_sheet_with_their_cell() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in STAFF:
            sheet.append(row)
        sheet["B2"].comment = Comment("Check this", "Eve")

    (comment,) = elements(workbook(fill), Kind.COMMENT)
    assert (comment.text, comment.cells, comment.sheet) == ("Eve: Check this", "B2", "Data")


def test_sheets_without_text_and_chart_sheets_are_passed_over() -> None:
    book = openpyxl.Workbook()
    book.create_chartsheet("Chart")
    book.create_sheet("Full").append(("text",))
    assert {e.sheet for e in elements(saved(book))} == {"Full"}


def test_dates_of_the_1904_system() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"date_1904": True}) as book:
        book.add_worksheet().write_datetime(0, 0, datetime(2021, 1, 1), book.add_format({"num_format": "yyyy-mm-dd"}))
    assert elements(buffer.getvalue())[1].text == "2021-01-01"


def test_a_wrong_dimension_a_far_cell_and_a_merge_of_everything_do_no_harm() -> None:
    def change(xml: bytes) -> bytes:
        xml = re.sub(rb"<dimension[^>]*>", b'<dimension ref="A1:A1"/>', xml)
        far = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>far</t></is></c></row></sheetData>'
        return xml.replace(b"</sheetData>", far + b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>')

    data = patched(rows_of(*STAFF), "xl/worksheets/sheet1.xml", change)
    found = elements(data)
    assert found[1].rows[0] == STAFF[0]
    assert (found[-1].text, found[-1].cells) == ("far", "XFD1048576")


def test_cells_that_make_no_sense_do_not_stop_the_sheet() -> None:
    def change(xml: bytes) -> bytes:
        odd = b'<row r="9"><c r="A9" t="s"><v>999</v></c><c r="B9" t="n"><v>zwei</v></c><c r="??"><v>7</v></c></row>'
        return xml.replace(b"</sheetData>", odd + b"</sheetData>")

    text = "\n".join(e.text for e in elements(patched(rows_of(*STAFF), "xl/worksheets/sheet1.xml", change)))
    assert "Bob" in text
    assert "zwei" in text


def test_a_workbook_whose_styles_openpyxl_refuses_is_read() -> None:
    def change(xml: bytes) -> bytes:
        return re.sub(rb"<fonts", b'<fonts><x:odd xmlns:x="urn:x" x:y="1"/></fonts><fonts', xml, count=1)

    assert elements(patched(rows_of(*STAFF), "xl/styles.xml", change), Kind.TABLE)


def test_a_sheet_that_breaks_off_is_a_loss_and_the_others_are_kept() -> None:
    book = openpyxl.Workbook()
    for name in ("One", "Two"):
        book.create_sheet(name).append((f"text of {name}",))
    data = patched(saved(book), "xl/worksheets/sheet2.xml", lambda xml: xml[:-30])
    found = events(data)
    assert any(isinstance(event, Loss) and event.sheet == "One" for event in found)
    assert any(isinstance(event, Element) and event.text == "text of Two" for event in found)


def test_a_broken_or_empty_workbook_fails_with_a_reason() -> None:
    with pytest.raises(NoText):
        events(rows_of())
    with pytest.raises(DamagedFile):
        events(patched(rows_of(*STAFF), "xl/workbook.xml", lambda _: b"<workbook"))
    with pytest.raises(DamagedFile):
        events(patched(rows_of(*STAFF), "xl/worksheets/sheet1.xml", lambda _: b"<worksheet"))
    with pytest.raises(DamagedFile):
        events(patched(rows_of(*STAFF), "xl/_rels/workbook.xml.rels", lambda xml: xml[:90]))
    with pytest.raises(DamagedFile):
        events(b"PK\x03\x04 nonsense")


def test_progress_counts_rows_up_to_the_number_there_are() -> None:
    data = rows_of(("Id", "Word"), *((number, "w") for number in range(12_000)))
    told = [event for event in events(data) if isinstance(event, Progress)]
    assert [(p.total, p.unit) for p in told] == [(12_001, "rows")] * len(told)
    assert len(told) >= 2
    assert all(p.done <= 12_001 for p in told)


@pytest.mark.parametrize("constant_memory", [True, False], ids=["inline strings", "shared strings"])
def test_a_long_sheet_is_read_in_constant_memory(tmp_path: Path, constant_memory: bool) -> None:
    path = tmp_path / "long.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": constant_memory}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Id", "Name", "Amount"])
        for row in range(1, 20_001):
            sheet.write_row(row, 0, [row, f"Customer number {row}", row * 1.37])
    script = (
        "import resource, sys\n"
        "from ingest.model import ReadOptions, Source\n"
        "from ingest.parse.excel import read\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024\n"
        "with open(sys.argv[1], 'rb') as stream:\n"
        "    events = read(Source('long.xlsx', stream, 0), ReadOptions())\n"
        "    next(events); next(events); before = peak()\n"
        "    print(sum(len(getattr(event, 'row_numbers', ())) for event in events), peak() - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], check=True, capture_output=True, text=True)
    rows, grown = map(int, done.stdout.split())
    assert rows == 19_800
    assert grown < 10, f"{grown} MiB more at the end than after the first block"


def test_hidden_rows_and_columns_are_tables_of_their_own_that_are_marked() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (*STAFF, ("Cid", 23, "Bonn")):
            sheet.append(row)
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["B"].hidden = True

    tables = elements(workbook(fill), Kind.TABLE)
    assert [(table.hidden, table.rows) for table in tables] == [
        (False, (("Name", "City"), ("Ann", "Oslo"), ("Cid", "Bonn"))),
        (True, (("Name", "Age"), ("Ann", "31"), ("Cid", "23"))),
        (True, (("Name", "Age", "City"), ("Bob", "45", "Rome"))),
    ]
    assert tables[2].row_numbers == (3,)


def test_a_chart_is_a_caption_with_its_titles_and_a_table_of_its_numbers() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet("Data")
        for number, row in enumerate((("Year", "Ducks"), (2023, 160), (2024, 180))):
            sheet.write_row(number, 0, row)
        chart = book.add_chart({"type": "column"})
        chart.add_series({"name": "=Data!$B$1", "values": "=Data!$B$2:$B$3", "categories": "=Data!$A$2:$A$3"})
        chart.set_title({"name": "Ducks on the lake"})
        chart.set_x_axis({"name": "Season"})
        chart.set_y_axis({"name": "Number counted"})
        sheet.insert_chart("D2", chart)
        sheet.insert_textbox("D20", "Counted at dawn")
    *_, caption, numbers, box = elements(buffer.getvalue())
    assert caption.kind is Kind.CAPTION
    assert caption.text == "Bar chart: Ducks on the lake; axes: Season, Number counted; series: Ducks"
    assert numbers.rows == (("Season", "Ducks"), ("2023", "160"), ("2024", "180"))
    assert caption.cells is not None
    assert caption.cells.startswith("D2:")
    assert (box.kind, box.text) == (Kind.TEXT, "Counted at dawn")


def test_a_chart_sheet_is_read_and_a_broken_drawing_costs_no_cell() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet("Data")
        sheet.write_column(0, 0, ["Ducks", 160, 180])
        for place in (book.add_chartsheet("Lake"), sheet):
            chart = book.add_chart({"type": "line"})
            chart.add_series({"values": "=Data!$A$2:$A$3"})
            chart.set_title({"name": "Ducks on the lake"})
            place.set_chart(chart) if place is not sheet else sheet.insert_chart("A5", chart)
    data = buffer.getvalue()
    assert [e.sheet for e in elements(data, Kind.CAPTION)] == ["Data", "Lake"]
    found = events(patched(data, "xl/drawings/drawing1.xml", lambda xml: xml[:-40]))
    assert any(isinstance(event, Element) and event.rows for event in found)
    assert [event.sheet for event in found if isinstance(event, Loss)] == ["Data"]


def test_drawings_stand_where_they_begin_among_the_tables() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet("Data")
        for top, name in ((0, "Ann"), (10, "Bob")):
            sheet.write_row(top, 0, ("Name", "Age"))
            sheet.write_row(top + 1, 0, (name, 30))
        sheet.insert_textbox("A5", "Between the two")
        sheet.insert_textbox("F1", "Beside the first")
    assert [e.text.splitlines()[-1] for e in elements(buffer.getvalue())[1:]] == [
        "Ann | 30",
        "Beside the first",
        "Between the two",
        "Bob | 30",
    ]


def test_names_of_ranges_are_told_with_the_value_of_a_single_cell() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in STAFF:
            sheet.append(row)
        names = sheet.parent.defined_names  # type: ignore[union-attr]
        names["AgeOfAnn"] = DefinedName("AgeOfAnn", attr_text="Data!$B$2")
        names["Cities"] = DefinedName("Cities", attr_text="Data!$C$2:$C$3")
        sheet.print_area = "A1:C3"

    assert elements(workbook(fill), Kind.TEXT)[-1].text == "AgeOfAnn = 31 (B2)\nCities = C2:C3"


def test_a_thread_of_comments_replaces_the_note_that_stands_for_it() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in STAFF:
            sheet.append(row)
        sheet["B2"].comment = Comment("[Threaded comment] Your version of Excel ...", "tc={1}")

    sheet_links = (
        b'<Relationship Id="t1" Target="../threadedComments/threadedComment1.xml" '
        b'Type="http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"/></Relationships>'
    )
    book_links = (
        b'<Relationship Id="p1" Target="persons/person.xml" '
        b'Type="http://schemas.microsoft.com/office/2017/10/relationships/person"/></Relationships>'
    )
    space = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
    data = patched(
        workbook(fill),
        "xl/worksheets/_rels/sheet1.xml.rels",
        lambda xml: xml.replace(b"</Relationships>", sheet_links),
    )
    data = patched(data, "xl/_rels/workbook.xml.rels", lambda xml: xml.replace(b"</Relationships>", book_links))
    buffer = io.BytesIO(data)
    with zipfile.ZipFile(buffer, "a") as package:
        package.writestr(
            "xl/persons/person.xml", f'<personList xmlns="{space}"><person displayName="Eve" id="e"/></personList>'
        )
        package.writestr(
            "xl/threadedComments/threadedComment1.xml",
            f'<ThreadedComments xmlns="{space}"><threadedComment ref="B2" personId="e" id="1"><text>Is it right?</text>'
            '</threadedComment><threadedComment ref="B2" personId="e" id="2" parentId="1"><text>It is.</text>'
            "</threadedComment></ThreadedComments>",
        )
    (comment,) = elements(buffer.getvalue(), Kind.COMMENT)
    assert (comment.cells, comment.text) == ("B2", "Eve: Is it right?\nEve: It is.")


def test_a_workbook_whose_encryption_is_damaged_fails_with_a_reason() -> None:
    buffer = io.BytesIO()
    OOXMLFile(io.BytesIO(rows_of(*STAFF))).encrypt("secret", buffer)
    with pytest.raises(DamagedFile):
        events(buffer.getvalue().replace(b"<encryption", b"<&cryption"))


def test_a_row_is_found_by_its_headers_even_if_its_figures_are_alike() -> None:
    (table,) = elements(rows_of(("Year", "Ducks", "Geese"), ("North", 7, 5), (3, 3, 3)), Kind.TABLE)
    assert [line.text for line in table_lines(table)] == [
        "Year: North | Ducks: 7 | Geese: 5",
        "Year: 3 | Ducks: 3 | Geese: 3",
    ]
