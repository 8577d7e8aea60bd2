"""Writes binary workbooks (.xlsb), which no library does, as far as the tests need them."""

import io
import struct
import zipfile
from collections.abc import Sequence

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def text(value: str) -> bytes:
    return struct.pack("<I", len(value)) + value.encode("utf-16-le")


def record(kind: int, data: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length = len(data)
    while length > 0x7F:
        head += bytes([length & 0x7F | 0x80])
        length >>= 7
    return head + bytes([length]) + data


def row(number: int, *, hidden: bool = False) -> bytes:
    return record(0, struct.pack("<IIHBB", number, 0, 300, 0, 0x10 if hidden else 0) + bytes(5))


def cell(kind: int, column: int, value: bytes, style: int = 0) -> bytes:
    return record(kind, struct.pack("<II", column, style) + value)


def relations(*links: tuple[str, str, str]) -> str:
    inner = "".join(f'<Relationship Id="{key}" Type="{RELATIONS}/{kind}" Target="{to}"/>' for key, kind, to in links)
    return f'<Relationships xmlns="{PACKAGE}/relationships">{inner}</Relationships>'


def binary_workbook(
    sheets: Sequence[tuple[str, bool, bytes]],
    *,
    formats: Sequence[str] = (),
    strings: Sequence[str] = (),
    before: bytes = b"",
    names: bytes = b"",
    comments: bytes = b"",
) -> bytes:
    """Sheets are name, hidden and records; cell style 1 has the first of the formats, 2 the second, and so on."""
    book = before
    for number, (name, hidden, _) in enumerate(sheets, 1):
        book += record(156, struct.pack("<II", int(hidden), number) + text(f"rId{number}") + text(name))
    styles = b"".join(record(44, struct.pack("<H", 164 + at) + text(code)) for at, code in enumerate(formats))
    styles += record(617) + b"".join(
        record(47, struct.pack("<HH", 0, code) + bytes(12)) for code in (0, *range(164, 164 + len(formats)))
    )
    links = [(f"rId{number}", "worksheet", f"worksheets/sheet{number}.bin") for number in range(1, len(sheets) + 1)]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        kind = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
        override = f'<Override PartName="/xl/workbook.bin" ContentType="{kind}"/>'
        package.writestr("[Content_Types].xml", f'<Types xmlns="{PACKAGE}/content-types">{override}</Types>')
        package.writestr("_rels/.rels", relations(("r", "officeDocument", "xl/workbook.bin")))
        package.writestr("xl/workbook.bin", book + names)
        links += [("s", "styles", "styles.bin"), ("t", "sharedStrings", "sharedStrings.bin")]
        package.writestr("xl/_rels/workbook.bin.rels", relations(*links))
        package.writestr("xl/styles.bin", styles + record(618))
        package.writestr("xl/SharedStrings.bin", b"".join(record(19, b"\0" + text(value)) for value in strings))
        for number, (_, _, records) in enumerate(sheets, 1):
            package.writestr(f"xl/worksheets/sheet{number}.bin", records)
        if comments:
            package.writestr("xl/comments1.bin", comments)
            package.writestr("xl/worksheets/_rels/sheet1.bin.rels", relations(("c", "comments", "../comments1.bin")))
    return buffer.getvalue()
