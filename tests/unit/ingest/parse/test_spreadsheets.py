"""The spreadsheets beside .xlsx: .xls, .xlsb and .ods."""

import contextlib
import hashlib
import io
import struct
import zipfile
import zlib
from base64 import b64encode
from collections.abc import Callable
from datetime import date

import olefile
import pytest
import xlwt
from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from xlwt.CompoundDoc import XlsDoc

from ingest.errors import PasswordNeeded, UnreadableFile, UnsupportedFormat
from ingest.formats import FORMATS, sniff
from ingest.model import Element, Event, Kind, Loss, ReadOptions, Source
from tests.unit.ingest.parse.binary_workbook import binary_workbook, cell, record, row, text

HEADER = ("Name", "Share", "Since")
SINCE = (date(2024, 3, 5) - date(1899, 12, 30)).days
SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
    for name, long in (
        *(("office", "office"), ("table", "table"), ("text", "text"), ("style", "style")),
        *(("draw", "drawing"), ("chart", "chart")),
    )
)
STYLES = '<style:style style:name="ta2"><style:table-properties table:display="false"/></style:style>'


def events(data: bytes, password: str | None = None) -> list[Event]:
    kind = sniff(io.BytesIO(data), "book")
    return list(FORMATS[kind].reader()(Source("book", io.BytesIO(data), len(data), password), ReadOptions()))


def elements(data: bytes, kind: Kind | None = None) -> list[Element]:
    return [event for event in events(data) if isinstance(event, Element) and kind in (None, event.kind)]


def xls() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Data")
    sheet.write_merge(0, 0, 0, 2, "Partners of the house")
    for column, name in enumerate(HEADER):
        sheet.write(1, column, name)
    for number, (name, share) in enumerate((("Ann", 0.256), ("Bob", 0.5), ("Cid", 0.244)), 2):
        sheet.write(number, 0, name)
        sheet.write(number, 1, share, xlwt.easyxf(num_format_str="0.0%"))
        sheet.write(number, 2, SINCE, xlwt.easyxf(num_format_str="dd/mm/yyyy"))
    sheet.row(3).hidden = True
    secret = book.add_sheet("Secret")
    secret.visibility = 1
    secret.write(0, 0, "a hidden word")
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def xlsb() -> bytes:
    half = struct.pack("<d", 0.5)
    sheet = row(0) + cell(6, 0, text("Partners of the house"))
    sheet += row(1) + b"".join(cell(7, column, struct.pack("<I", column)) for column in range(3))
    for number, (name, share) in enumerate((("Ann", 0.256), ("Bob", 0.5), ("Cid", 0.244)), 2):
        number_of_cell = cell(2, 1, half[4:], 1) if share == 0.5 else cell(5, 1, struct.pack("<d", share), 1)
        since = cell(2, 2, struct.pack("<I", SINCE << 2 | 2), 2)
        sheet += row(number, hidden=number == 3) + cell(62, 0, b"\0" + text(name)) + number_of_cell + since
    sheet += record(176, struct.pack("<4I", 0, 0, 0, 2))
    secret = row(0) + cell(8, 0, text("a hidden word") + bytes(8))
    sheets = [("Data", False, sheet), ("Secret", True, secret)]
    return binary_workbook(sheets, formats=("0.0%", "dd/mm/yyyy"), strings=HEADER)


def ods(content: str | None = None, **parts: str) -> bytes:
    def shown(value: str, kind: str = "string") -> str:
        return f'<table:table-cell office:value-type="{kind}"><text:p>{value}</text:p></table:table-cell>'

    rows = (
        '<table:table-row><table:table-cell table:number-columns-spanned="3"><text:p>Partners <text:span>of the'
        '</text:span> house</text:p></table:table-cell><table:covered-table-cell table:number-columns-repeated="2"/>'
        f"</table:table-row><table:table-row>{''.join(map(shown, HEADER))}</table:table-row>"
    )
    for name, share in (("Ann", "25.6%"), ("Bob", "50.0%"), ("Cid", "24.4%")):
        rows += '<table:table-row table:visibility="filter">' if name == "Bob" else "<table:table-row>"
        rows += f"{shown(name)}{shown(share, 'percentage')}{shown('05/03/2024', 'date')}</table:table-row>"
    tables = (
        f'<table:table table:name="Data">{rows}<table:table-row table:number-rows-repeated="1048570">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>'
        '<table:table table:name="Secret" table:style-name="ta2"><table:table-row>'
        f"{shown('a hidden word')}</table:table-row></table:table>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr(
            "content.xml",
            f"<office:document-content {SPACES}><office:automatic-styles>{STYLES}</office:automatic-styles>"
            f"<office:body><office:spreadsheet>{content or tables}</office:spreadsheet></office:body>"
            "</office:document-content>",
        )
        for name, part in parts.items():
            package.writestr(f"{name}/content.xml", part)
    return buffer.getvalue()


@pytest.mark.parametrize("make", [xls, xlsb, ods])
def test_every_kind_of_spreadsheet_says_the_same(make: Callable[[], bytes]) -> None:
    found = [(e.kind, e.text, e.sheet, e.cells, e.hidden, e.header_rows) for e in elements(make())]
    assert found == [
        (Kind.TITLE, "Data", "Data", None, False, 0),
        (Kind.TITLE, "Partners of the house", "Data", "A1", False, 0),
        (
            *(Kind.TABLE, "Name | Share | Since\nAnn | 25.6% | 05/03/2024\nCid | 24.4% | 05/03/2024"),
            *("Data", "A3:C5", False, 1),
        ),
        (Kind.TABLE, "Name | Share | Since\nBob | 50.0% | 05/03/2024", "Data", "A4:C4", True, 1),
        (Kind.TITLE, "Secret", "Secret", None, True, 0),
        (Kind.TEXT, "a hidden word", "Secret", "A1", True, 0),
    ]


@pytest.mark.parametrize("make", [xls, xlsb, ods])
def test_a_file_that_is_cut_off_or_changed_is_read_in_part_or_refused_with_a_reason(make: Callable[[], bytes]) -> None:
    data = make()
    for size in range(600, len(data), 97):
        for broken in (data[:size], data[:size] + bytes(200) + data[size + 200 :]):
            with contextlib.suppress(UnreadableFile):
                events(broken)


def test_formulas_truth_values_and_errors_of_a_binary_workbook() -> None:
    sheet = (
        row(0)
        + cell(9, 0, struct.pack("<d", 1234.5) + bytes(8), 1)
        + cell(4, 1, b"\1")
        + cell(11, 2, b"\x07" + bytes(8))
    )
    sheet += row(1) + cell(2, 0, struct.pack("<I", 12345 << 2 | 3)) + cell(10, 1, b"\0") + cell(3, 2, b"\x2a")
    (table,) = elements(binary_workbook([("S", False, sheet)], formats=["#,##0.00"]), Kind.TABLE)
    assert table.rows == (("1,234.50", "TRUE", "#DIV/0!"), ("123.45", "FALSE", "#N/A"))


def test_names_comments_hidden_columns_and_1904_dates_of_a_binary_workbook() -> None:
    area = struct.pack("<BH2I2H", 0x3B, 0, 1, 2, 0x4000, 0xC001)
    place = struct.pack("<BHIH", 0x3A, 0, 1, 0)
    names = record(362, struct.pack("<Iiii", 1, 0, 0, 0)) + b"".join(
        record(39, struct.pack("<IBI", 0, 0, 0xFFFFFFFF) + text(name) + struct.pack("<I", len(formula)) + formula)
        for name, formula in (("Days", area), ("First", place))
    )
    sheet = record(60, struct.pack("<4IH", 1, 1, 0, 0, 1)) + row(0) + cell(6, 0, text("Day")) + cell(6, 1, text("Cost"))
    sheet += row(1) + cell(2, 0, struct.pack("<I", 2), 1) + cell(2, 1, struct.pack("<I", 7 << 2 | 2))
    comments = (
        record(632, text("Eve"))
        + record(635, struct.pack("<5I", 0, 1, 1, 0, 0) + bytes(16))
        + record(637, b"\0" + text("Why?"))
    )
    data = binary_workbook(
        [("S", False, sheet)],
        formats=["yyyy-mm-dd"],
        before=record(153, struct.pack("<I", 1) + bytes(8)),
        names=names,
        comments=comments,
    )
    _, seen, unseen, comment, named = elements(data)
    assert (seen.rows, seen.hidden) == ((("Day",), ("1904-01-01",)), False)
    assert (unseen.rows, unseen.hidden) == ((("Day", "Cost"), ("1904-01-01", "7")), True)
    assert (comment.kind, comment.text, comment.cells) == (Kind.COMMENT, "Eve: Why?", "A2")
    assert named.text == "Days = A2:B3\nFirst = 1904-01-01 (A2)"


def test_a_binary_sheet_that_breaks_off_is_a_loss_and_the_others_are_kept() -> None:
    whole = row(0) + cell(6, 0, text("whole"))
    found = events(binary_workbook([("One", False, whole + b"\x00\x7f"), ("Two", False, whole)]))
    assert [event.sheet for event in found if isinstance(event, Loss)] == ["One"]
    assert [event.sheet for event in found if isinstance(event, Element) and event.kind is Kind.TEXT] == ["Two"]


def test_comments_charts_text_boxes_names_and_hidden_columns_of_an_opendocument_spreadsheet() -> None:
    chart = (
        f"<office:document-content {SPACES}><chart:title><text:p>Rain</text:p></chart:title></office:document-content>"
    )
    content = (
        '<table:table table:name="It\'s"><table:shapes><draw:frame><draw:text-box><text:p>In a box</text:p>'
        "</draw:text-box></draw:frame></table:shapes><table:table-column/>"
        '<table:table-column table:visibility="collapse"/>'
        "<table:table-row><table:table-cell><text:p>City</text:p></table:table-cell><table:table-cell><text:p>Cost</text:p>"
        '<draw:frame><draw:object xmlns:x="http://www.w3.org/1999/xlink" x:href="./Object"/></draw:frame>'
        "</table:table-cell></table:table-row><table:table-row><table:table-cell><office:annotation>"
        '<dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/">Eve</dc:creator><text:p>Where?</text:p></office:annotation>'
        '<text:p>Ul<text:s text:c="2"/>m</text:p></table:table-cell><table:table-cell office:value-type="float" '
        'office:value="7.50"/></table:table-row></table:table><table:named-expressions><table:named-range '
        "table:name=\"Town\" table:cell-range-address=\"$'It''s'.$A$2\"/></table:named-expressions>"
    )
    _, seen, unseen, *remarks = elements(ods(content, Object=chart))
    assert seen.rows == (("City",), ("Ul  m",))
    assert (unseen.rows, unseen.hidden) == ((("City", "Cost"), ("Ul  m", "7.5")), True)
    assert [(e.kind, e.text, e.cells) for e in remarks] == [
        (Kind.TEXT, "In a box", None),
        (Kind.CAPTION, "Chart: Rain", "B1"),
        (Kind.COMMENT, "Eve: Where?", "A2"),
        (Kind.TEXT, "Town = Ul  m (A2)", None),
    ]


def test_cells_that_an_opendocument_spreadsheet_repeats_are_repeated_within_reason() -> None:
    content = (
        '<table:table table:name="S"><table:table-row><table:table-cell><text:p>Word</text:p></table:table-cell>'
        "<table:table-cell><text:p>Number</text:p></table:table-cell></table:table-row><table:table-row "
        'table:number-rows-repeated="3"><table:table-cell table:number-columns-repeated="2"><text:p>same</text:p>'
        '</table:table-cell></table:table-row><table:table-row table:number-rows-repeated="1048000"><table:table-cell '
        'table:number-columns-repeated="16384"><text:p>X</text:p></table:table-cell></table:table-row></table:table>'
    )
    tables = elements(ods(content), Kind.TABLE)
    rows = [number for table in tables for number in table.row_numbers]
    assert rows[:3] == [2, 3, 4]
    assert max(rows) < 1100


def locked_ods(password: str, algorithm: str = "http://www.w3.org/2001/04/xmlenc#aes256-cbc") -> bytes:
    """The spreadsheet as LibreOffice encrypts it: deflated, padded, by a key made of the password's digest."""
    salt, vector = bytes(range(16)), bytes(range(16, 32))
    key = hashlib.pbkdf2_hmac("sha1", hashlib.sha256(password.encode()).digest(), salt, 1000, 32)
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(ods())) as plain, zipfile.ZipFile(buffer, "w") as locked:
        content = plain.read("content.xml")
        deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        packed = deflate.compress(content) + deflate.flush()
        padding = 16 - len(packed) % 16
        encryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
        sealed = encryptor.update(packed + bytes(padding - 1) + bytes([padding])) + encryptor.finalize()
        vector64, salt64, checksum = (
            b64encode(part).decode() for part in (vector, salt, hashlib.sha256(packed[:1024]).digest())
        )
        space = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
        manifest = (
            f'<m:manifest xmlns:m="{space}"><m:file-entry m:full-path="content.xml" m:size="{len(content)}">'
            f'<m:encryption-data m:checksum-type="{space}#sha256-1k" m:checksum="{checksum}"><m:algorithm '
            f'm:algorithm-name="{algorithm}" m:initialisation-vector="{vector64}"/><m:start-key-generation '
            'm:start-key-generation-name="http://www.w3.org/2000/09/xmldsig#sha256"/><m:key-derivation m:salt="'
            f'{salt64}" m:key-derivation-name="PBKDF2" m:iteration-count="1000"/></m:encryption-data></m:file-entry>'
            "</m:manifest>"
        )
        locked.writestr("mimetype", plain.read("mimetype"))
        locked.writestr("content.xml", sealed)
        locked.writestr("META-INF/manifest.xml", manifest)
    return buffer.getvalue()


def test_an_encrypted_opendocument_spreadsheet_is_read_with_its_password_only() -> None:
    data = locked_ods("open sesame")
    assert any(isinstance(event, Element) and event.text == "a hidden word" for event in events(data, "open sesame"))
    for wrong in (None, "sesame"):
        with pytest.raises(PasswordNeeded):
            events(data, wrong)
    with pytest.raises(UnsupportedFormat):
        events(locked_ods("open sesame", "http://www.w3.org/2009/xmlenc11#aes256-gcm"), "open sesame")


def locked_xls(password: str) -> bytes:
    """The workbook under the 40-bit RC4 of Excel 97: every block of 1,024 bytes has a key of its own."""
    salt, verifier = bytes(range(16)), bytes(range(16, 32))
    digest = hashlib.md5(password.encode("utf-16-le")).digest()[:5]
    base = hashlib.md5((digest + salt) * 16).digest()[:5]

    def sealed(data: bytes, block: int, skip: int = 0) -> bytes:
        key = hashlib.md5(base + block.to_bytes(4, "little")).digest()
        encryptor = Cipher(ARC4(key), None).encryptor()
        encryptor.update(bytes(skip))
        return encryptor.update(data)

    proof = sealed(verifier + hashlib.md5(verifier).digest(), 0)
    filepass = struct.pack("<HHHHH", 0x2F, 54, 1, 1, 1) + salt + proof
    plain = io.BytesIO(xls())
    stream = olefile.OleFileIO(plain).openstream("Workbook").read()
    filler = bytes.fromhex("c10002000000")  # so that the zeros at the end are a whole number of records
    inserted = bytearray(stream[:20] + filepass + filler + stream[20:])
    at = 20 + len(filepass)
    while at + 4 <= len(inserted):
        kind, length = struct.unpack_from("<HH", inserted, at)
        if kind == 0x85:  # where a sheet begins, which stays in clear
            start = struct.unpack_from("<I", inserted, at + 4)[0] + len(filepass + filler)
            struct.pack_into("<I", inserted, at + 4, start)
        clear = length if kind in (0, 0x809, 0xE1) else 4 * (kind == 0x85)
        for index in range(at + 4 + clear, at + 4 + length):
            inserted[index : index + 1] = sealed(bytes([inserted[index]]), index // 1024, index % 1024)
        at += 4 + length
    buffer = io.BytesIO()
    XlsDoc().save(buffer, bytes(inserted))
    return buffer.getvalue()


def test_an_encrypted_xls_is_read_with_its_password_only() -> None:
    data = locked_xls("open sesame")
    assert any(isinstance(event, Element) and event.text == "a hidden word" for event in events(data, "open sesame"))
    for wrong in (None, "sesame"):
        with pytest.raises(PasswordNeeded):
            events(data, wrong)
    assert events(locked_xls("VelvetSweatshop"), "not needed")
