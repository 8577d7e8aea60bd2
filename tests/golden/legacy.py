"""The old binary formats: a workbook written record by record, a Word document and slides as LibreOffice saved them.

`python -m tests.golden.legacy` makes the files of LibreOffice (`soffice` on PATH) anew.
"""

import struct
import subprocess
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.golden import word
from tests.golden.package import open_document

SAVED = Path(__file__).parent / "saved"
_SECTOR = 512
_END, _FREE, _TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def compound(name: str, stream: bytes) -> bytes:
    """A compound file ([MS-CFB]) with one stream, made long enough to need no short sectors."""
    stream = stream.ljust(max(4096, -(-len(stream) // _SECTOR) * _SECTOR), b"\0")
    count = len(stream) // _SECTOR
    head = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, _END, 0, _END, 0) + struct.pack("<109I", 0, *[_FREE] * 108)
    chain = [_TABLE, _END, *range(3, count + 2), _END]
    table = struct.pack("<128I", *chain, *[_FREE] * (128 - len(chain)))

    def entry(label: str, kind: int, child: int, start: int, size: int) -> bytes:
        wide = label.encode("utf-16-le")
        links = struct.pack("<HBBIII", len(wide) + 2, kind, 1, _FREE, _FREE, child)
        return wide.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", start, size)

    empty = bytes(68) + struct.pack("<III", _FREE, _FREE, _FREE) + bytes(48)
    folder = entry("Root Entry", 5, 1, _END, 0) + entry(name, 2, _FREE, 2, len(stream)) + empty * 2
    return head + table + folder + stream


def xls() -> bytes:
    """Excel 97: texts, numbers, a date and a percentage in a visible sheet, and a hidden one."""

    def record(kind: int, data: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    def wide(text: str, length: str = "<H") -> bytes:
        return struct.pack(length, len(text)) + b"\1" + text.encode("utf-16-le")

    def label(row: int, column: int, text: str) -> bytes:
        return record(0x204, struct.pack("<HHH", row, column, 0) + wide(text))

    def number(row: int, column: int, value: float, style: int = 0) -> bytes:
        return record(0x203, struct.pack("<HHHd", row, column, style, value))

    def sheet(*cells: bytes) -> bytes:
        return record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 6)) + b"".join(cells) + record(0x0A)

    def style(form: int) -> bytes:
        return record(0xE0, struct.pack("<HHH", 0, form, 1) + bytes(14))

    first = sheet(
        label(0, 0, "Meter"), label(0, 1, "Read on"), label(0, 2, "Share"),
        label(1, 0, "Water 水"), number(1, 1, 46090, 1), number(1, 2, 0.25, 2),
        label(2, 0, "Power"), number(2, 1, 46091, 1), number(2, 2, 0.75, 2),
    )  # fmt: skip
    second = sheet(label(0, 0, "Key"), label(0, 1, "Value"), label(1, 0, "secret"), number(1, 1, 7))
    names = ("Meters", 0), ("Internal", 1)
    before = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 6)) + record(0x42, struct.pack("<H", 1200))
    before += style(0) + style(14) + style(9)
    size = len(before) + sum(len(record(0x85, struct.pack("<IBB", 0, 0, 0) + wide(name, "<B"))) for name, _ in names)
    start = size + len(record(0x0A))
    bounds = b""
    for (name, hidden), data in zip(names, (first, second), strict=True):
        bounds += record(0x85, struct.pack("<IBB", start, hidden, 0) + wide(name, "<B"))
        start += len(data)
    return compound("Workbook", before + bounds + record(0x0A) + first + second)


def odp() -> bytes:
    """OpenDocument slides, which LibreOffice turns into a PowerPoint presentation."""

    def frame(top: int, words: str) -> str:
        place = f'svg:x="2cm" svg:y="{top}cm" svg:width="20cm" svg:height="3cm"'
        return f"<draw:frame {place}><draw:text-box><text:p>{words}</text:p></draw:text-box></draw:frame>"

    first = f'<draw:page draw:name="one">{frame(1, "Ferry timetable")}{frame(6, "Every hour from six")}</draw:page>'
    second = f'<draw:page draw:name="two">{frame(1, "Fares")}{frame(6, "Adults four euros")}</draw:page>'
    return open_document("presentation", first + second)


_SOURCES: dict[str, Callable[[], bytes]] = {"tables-merged.docx": word.tables_merged, "ferry.odp": odp}


def save() -> None:
    """Has LibreOffice save two of the golden documents in the old formats."""
    with tempfile.TemporaryDirectory() as folder:
        for name, made in _SOURCES.items():
            source = Path(folder, name)
            source.write_bytes(made())
            old = "doc" if name.endswith(".docx") else "ppt"
            profile = f"-env:UserInstallation=file://{folder}/profile"
            subprocess.run(
                ["soffice", profile, "--headless", "--convert-to", old, "--outdir", str(SAVED), str(source)], check=True
            )


DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "excel-97.xls": xls,
    "open-document.odp": odp,
    **{path.name: partial(path.read_bytes) for path in sorted(SAVED.glob("*.*"))},
}

if __name__ == "__main__":
    save()
