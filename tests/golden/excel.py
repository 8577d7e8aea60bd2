"""Workbooks by XlsxWriter, and the other spreadsheet formats written part by part."""

import datetime as dt
import io
import struct
from collections.abc import Callable
from typing import Any

import xlsxwriter

from tests.golden.package import OFFICE, XML, content_types, fixed, open_document, relationships, zipped

_DAY = dt.datetime(2026, 1, 1)
Fill = Callable[[Any], None]


def workbook(fill: Fill) -> bytes:
    """A workbook that `fill` writes into."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": _DAY})
    fill(book)
    book.close()
    return fixed(out.getvalue())


def rows(sheet: Any, first_row: int, first_column: int, *lines: tuple[object, ...]) -> None:
    """Writes lines from a place on."""
    for down, line in enumerate(lines):
        for across, value in enumerate(line):
            if value is not None:
                sheet.write(first_row + down, first_column + across, value)


def several_tables(book: Any) -> None:
    """Three tables on one sheet: two beside each other, one below, each with its title; and a note."""
    sheet = book.add_worksheet("Overview")
    sheet.write("A1", "Staff by site")
    rows(sheet, 1, 0, ("Site", "Staff"), ("Bergen", 41), ("Lyon", 18), ("Suzhou", 77))
    sheet.write("E1", "Vehicles")
    rows(sheet, 1, 4, ("Plate", "Type", "Year"), ("KH 4711", "van", 2021), ("KH 4890", "truck", 2024))
    sheet.write("A8", "Budget in thousand euros")
    rows(sheet, 8, 0, ("Quarter", "Plan", "Actual"), ("Q1", 120, 118), ("Q2", 130, 141))
    sheet.write("A14", "All figures are provisional.")


def headers_of_two_rows(book: Any) -> None:
    """A header of two rows, the upper one merged across."""
    sheet = book.add_worksheet("Sales")
    sheet.merge_range("A1:A2", "Region")
    sheet.merge_range("B1:C1", "2025")
    sheet.merge_range("D1:E1", "2026")
    rows(sheet, 1, 1, ("Plan", "Actual", "Plan", "Actual"))
    rows(sheet, 2, 0, ("North", 10, 12, 14, 13), ("South", 20, 21, 22, 25), ("West", 5, 4, 6, 6))


def merged_cells(book: Any) -> None:
    """A cell that is merged down belongs to each of its rows."""
    sheet = book.add_worksheet("Shifts")
    rows(
        sheet,
        0,
        0,
        ("Team", "Day", "Hours"),
        (None, "Monday", 8),
        (None, "Tuesday", 7),
        (None, "Monday", 6),
        (None, "Friday", 9),
    )
    sheet.merge_range("A2:A3", "Early")
    sheet.merge_range("A4:A5", "Late")


def number_formats(book: Any) -> None:
    """Numbers as the sheet shows them."""
    sheet = book.add_worksheet("Formats")
    sheet.set_column(0, 1, 30)
    rows(sheet, 0, 0, ("What", "Value"))
    shown = [
        ("ISO date", dt.datetime(2026, 3, 9), "yyyy-mm-dd"),
        ("British date", dt.datetime(2026, 3, 9), "d mmmm yyyy"),
        ("Chinese date", dt.datetime(2026, 3, 9), 'yyyy"年"m"月"d"日"'),
        ("Time", dt.time(14, 5), "hh:mm"),
        ("Hours worked", 1.5, "[h]:mm"),
        ("Thousands", 1234567.891, "#,##0.00"),
        ("Euro", 1234.5, '"€" #,##0.00'),
        ("Dollar", -89.9, "$#,##0.00;[Red]($#,##0.00)"),
        ("Percent", 0.1234, "0.0%"),
        ("Scientific", 0.000123, "0.00E+00"),
        ("Fraction", 2.25, "# ?/?"),
        ("Leading zeros", 42, "00000"),
        ("Unit", 7.5, '0.0" kg"'),
        ("Text that looks like a number", "007", "@"),
        ("Plain", 0.1 + 0.2, ""),
        ("Truth", True, ""),
    ]
    for row, (name, value, form) in enumerate(shown, 1):
        sheet.write(row, 0, name)
        sheet.write(row, 1, value, book.add_format({"num_format": form} if form else {}))


def charts(book: Any) -> None:
    """A chart with a title and named axes on a sheet, and one on a sheet of its own."""
    sheet = book.add_worksheet("Output")
    rows(sheet, 0, 0, ("Month", "Tonnes"), ("January", 31), ("February", 28), ("March", 35))
    for place, title in (("D2", "Output per month"), (None, "Output as a pie")):
        chart = book.add_chart({"type": "column" if place else "pie"})
        chart.add_series({"name": "=Output!$B$1", "categories": "=Output!$A$2:$A$4", "values": "=Output!$B$2:$B$4"})
        chart.set_title({"name": title})
        if place:
            chart.set_x_axis({"name": "Month of 2026"})
            chart.set_y_axis({"name": "Tonnes of steel"})
            sheet.insert_chart(place, chart)
        else:
            book.add_chartsheet("Pie").set_chart(chart)


def comments(book: Any) -> None:
    """Remarks at cells."""
    sheet = book.add_worksheet("Costs")
    rows(sheet, 0, 0, ("Item", "Cost"), ("Rent", 1200), ("Power", 310))
    sheet.write_comment("B2", "Rises to 1,300 in July.", {"author": "Ana Ruiz"})
    sheet.write_comment("A3", "含税", {"author": "李伟"})


def names_and_formulas(book: Any) -> None:
    """Names that other sheets use, formulas across sheets by the value last computed, and errors."""
    rates = book.add_worksheet("Rates")
    rows(rates, 0, 0, ("Rate", "Percent"), ("VAT", 19), ("Reduced", 7))
    book.define_name("VAT_rate", "=Rates!$B$2")
    book.define_name("Rates!Local_rate", "=Rates!$B$3")
    sheet = book.add_worksheet("Invoice")
    rows(sheet, 0, 0, ("Line", "Amount"), ("Net", 200))
    sheet.write("A4", "VAT")
    sheet.write_formula("B4", "=B2*VAT_rate/100", None, 38)
    sheet.write("A5", "Total")
    sheet.write_formula("B5", "=B2+B4", None, 238)
    sheet.write("A6", "Per head")
    sheet.write_formula("B6", "=B5/0", None, "#DIV/0!")
    sheet.write("A3", "Discount")
    sheet.write("B3", 0)


def hidden(book: Any) -> None:
    """A hidden sheet, one hidden so that only a program shows it, a hidden row and a hidden column."""
    sheet = book.add_worksheet("Prices")
    rows(
        sheet, 0, 0, ("Item", "Price", "Purchase price"), ("Pump", 900, 610), ("Old pump", 500, 480), ("Valve", 80, 44)
    )
    sheet.set_row(2, None, None, {"hidden": True})
    sheet.set_column("C:C", None, None, {"hidden": True})
    secret = book.add_worksheet("Margins")
    rows(secret, 0, 0, ("Item", "Margin"), ("Pump", 290))
    secret.hide()
    deeper = book.add_worksheet("Internal")
    rows(deeper, 0, 0, ("Key", "Value"), ("Factor", 1.4))
    deeper.very_hidden()


def long_table(book: Any) -> None:
    """More rows than fit into one block."""
    sheet = book.add_worksheet("Log")
    rows(sheet, 0, 0, ("Number", "Event", "Count"), *[(row, f"event {row % 9}", row * 7 % 50) for row in range(1, 431)])


def loose_text(book: Any) -> None:
    """Sentences in cells, a form of labels and values, and an empty sheet."""
    sheet = book.add_worksheet("Read me")
    sheet.write("A1", "How to use this workbook")
    sheet.write("A3", "Fill in the yellow cells only. Send the file to the office by the fifth of each month.")
    rows(sheet, 4, 0, ("Name:", "Mei Tan"), ("Department:", "Assembly"), ("Phone:", "0555 20417"))
    book.add_worksheet("Empty")


def macros() -> bytes:
    """A workbook with a macro, which is never run; the macro part is no real one."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    cells = "".join(
        f'<row r="{row}">'
        + "".join(
            f'<c r="{column}{row}" t="inlineStr"><is><t>{value}</t></is></c>'
            for column, value in zip("AB", line, strict=True)
        )
        + "</row>"
        for row, line in enumerate([("Tool", "Place"), ("Drill", "Shelf 3")], 1)
    )
    return zipped(
        {
            "[Content_Types].xml": content_types(
                {
                    "xl/workbook.xml": "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
                    "xl/worksheets/sheet1.xml": f"{kind}.worksheet+xml",
                }
            ),
            "_rels/.rels": relationships({"main": ("officeDocument", "xl/workbook.xml")}),
            "xl/workbook.xml": f'{XML}<workbook xmlns="{main}" xmlns:r="{OFFICE}"><sheets>'
            '<sheet name="Tools" sheetId="1" r:id="one"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": relationships({"one": ("worksheet", "worksheets/sheet1.xml")}),
            "xl/worksheets/sheet1.xml": f'{XML}<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
            "xl/vbaProject.bin": b"not a macro",
        }
    )


def ods() -> bytes:
    """An OpenDocument spreadsheet: a merged cell, a date, numbers as shown, a second sheet."""

    def cell(words: str, kind: str = 'office:value-type="string"') -> str:
        return f"<table:table-cell {kind}><text:p>{words}</text:p></table:table-cell>"

    def value(number: str, shown: str) -> str:
        return cell(shown, f'office:value-type="float" office:value="{number}"')

    def row(*cells: str) -> str:
        return f"<table:table-row>{''.join(cells)}</table:table-row>"

    date = cell("9 March 2026", 'office:value-type="date" office:date-value="2026-03-09"')
    first = (
        row(cell("Hall"), cell("Area"), cell("Checked"))
        + row(
            cell("North", 'office:value-type="string" table:number-rows-spanned="2"'), value("1250.5", "1,250.50"), date
        )
        + row("<table:covered-table-cell/>", value("80", "80.00"), date)
    )
    second = row(cell("Code"), cell("Meaning")) + row(cell("R"), cell("red"))
    return open_document(
        "spreadsheet",
        f'<table:table table:name="Halls">{first}</table:table><table:table table:name="Codes">{second}</table:table>',
    )


def xlsb() -> bytes:
    """A binary workbook ([MS-XLSB]): texts, a number, a truth value and an error in one sheet."""

    def record(kind: int, data: bytes = b"") -> bytes:
        head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
        return head + bytes([len(data)]) + data

    def wide(words: str) -> bytes:
        return struct.pack("<I", len(words)) + words.encode("utf-16-le")

    def cell(kind: int, column: int, data: bytes) -> bytes:
        return record(kind, struct.pack("<II", column, 0) + data)

    def row(number: int, *cells: bytes) -> bytes:
        return record(0, struct.pack("<IIHHBI", number, 0, 300, 0, 0, 0)) + b"".join(cells)

    sheet = (
        record(129) + record(148, struct.pack("<IIII", 0, 3, 0, 1)) + record(145)
        + row(0, cell(6, 0, wide("Sensor")), cell(6, 1, wide("Reading")))
        + row(1, cell(6, 0, wide("温度")), cell(5, 1, struct.pack("<d", 21.5)))
        + row(2, cell(6, 0, wide("Alarm")), cell(4, 1, b"\x01"))
        + row(3, cell(6, 0, wide("Level")), cell(3, 1, b"\x07"))
        + record(146) + record(130)
    )  # fmt: skip
    bundle = struct.pack("<II", 0, 1) + wide("one") + wide("Sensors")
    book = record(131) + record(143) + record(156, bundle) + record(144) + record(132)
    kind = "application/vnd.ms-excel"
    return zipped(
        {
            "[Content_Types].xml": content_types(
                {
                    "xl/workbook.bin": f"{kind}.sheet.binary.macroEnabled.main",
                    "xl/worksheets/sheet1.bin": f"{kind}.worksheet",
                }
            ),
            "_rels/.rels": relationships({"main": ("officeDocument", "xl/workbook.bin")}),
            "xl/workbook.bin": book,
            "xl/_rels/workbook.bin.rels": relationships({"one": ("worksheet", "worksheets/sheet1.bin")}),
            "xl/worksheets/sheet1.bin": sheet,
        }
    )


def _of(fill: Fill) -> Callable[[], bytes]:
    return lambda: workbook(fill)


DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "several-tables.xlsx": _of(several_tables),
    "headers-of-two-rows.xlsx": _of(headers_of_two_rows),
    "merged-cells.xlsx": _of(merged_cells),
    "number-formats.xlsx": _of(number_formats),
    "charts.xlsx": _of(charts),
    "comments.xlsx": _of(comments),
    "names-and-formulas.xlsx": _of(names_and_formulas),
    "hidden.xlsx": _of(hidden),
    "long-table.xlsx": _of(long_table),
    "loose-text.xlsx": _of(loose_text),
    "macros.xlsm": macros,
    "open-document.ods": ods,
    "binary.xlsb": xlsb,
}
