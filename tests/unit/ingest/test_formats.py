import contextlib
import gzip
import io
import struct
import zipfile
from pathlib import Path

import docx
import openpyxl
import pptx
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from ingest.errors import DamagedFile, EmptyFile, PasswordNeeded, UnreadableFile, UnsupportedFormat
from ingest.formats import FORMATS, sniff

ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def word() -> bytes:
    out = io.BytesIO()
    docx.Document().save(out)
    return out.getvalue()


def excel() -> bytes:
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    return out.getvalue()


def slides() -> bytes:
    out = io.BytesIO()
    pptx.Presentation().save(out)
    return out.getvalue()


def pdf() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(72, 720, "Hello")
    canvas.save()
    return out.getvalue()


def picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, kind)
    return out.getvalue()


def archive(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, data in members.items():
            package.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def rewritten(package: bytes, name: str, change: tuple[bytes, bytes]) -> bytes:
    """A zip with one member's bytes replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as before, zipfile.ZipFile(out, "w") as after:
        for member in before.namelist():
            data = before.read(member)
            after.writestr(member, data.replace(*change) if member == name else data)
    return out.getvalue()


def compound(*entries: str) -> bytes:
    """The beginning of an OLE compound file and a directory sector with these entries."""
    head = bytes.fromhex("D0CF11E0A1B11AE1").ljust(512, b"\0")
    return head + b"".join(entry.encode("utf-16-le").ljust(64, b"\0").ljust(128, b"\1") for entry in entries)


def kind(data: bytes, name: str = "upload.bin") -> str:
    stream = io.BytesIO(data)
    stream.seek(min(5, len(data)))
    try:
        return FORMATS[sniff(stream, name)].label
    finally:
        assert stream.tell() == 0


MAIL = b"Received: from a by b\r\nFrom: a@example.org\r\nTo: b@example.org\r\nSubject: Hi\r\n\r\nHello\r\n"
LETTER = b"From: Anna\nTo: Ben\nSubject: The boiler\n\nIt is cold.\n"
CHINESE = "差旅费用：每晚最多一百二十欧元。"


@pytest.mark.parametrize(
    ("data", "label"),
    [
        (word(), "Word document"),
        (excel(), "Excel workbook"),
        (slides(), "PowerPoint presentation"),
        (pdf(), "PDF"),
        (b"\r\n\xef\xbb\xbf" + pdf(), "PDF"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n" + pdf(), "PDF"),
        (picture("PNG"), "PNG image"),
        (picture("JPEG"), "JPEG image"),
        (picture("TIFF"), "TIFF image"),
        (picture("WEBP"), "WebP image"),
        (picture("BMP"), "BMP image"),
        (b"<!DOCTYPE html><p>Hi", "web page"),
        (b"\xef\xbb\xbf\n<!-- saved -->\n<HTML lang=en>", "web page"),
        (b'<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml"/>', "web page"),
        (compound("Root Entry", "WordDocument"), "Word 97-2003 document"),
        (compound("Root Entry", "PowerPoint Document"), "PowerPoint 97-2003 presentation"),
        (compound("Root Entry", "Workbook"), "Excel 97-2003 workbook"),
        (compound("Root Entry", "Book"), "Excel 97-2003 workbook"),
        (b"\x09\x04\x06\x00\x00\x00\x10\x00\x00\x00", "Excel 97-2003 workbook"),
        (rb"{\rtf1\ansi Hello}", "rich text"),
        (archive(mimetype=b"application/vnd.oasis.opendocument.text"), "OpenDocument text"),
        (archive(mimetype=b"application/vnd.oasis.opendocument.text-template"), "OpenDocument text"),
        (archive(mimetype=b"application/vnd.oasis.opendocument.presentation"), "OpenDocument presentation"),
        (archive(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "OpenDocument spreadsheet"),
        (MAIL, "e-mail"),
        (MAIL.decode().encode("utf-16-be"), "e-mail"),
    ],
)
@pytest.mark.parametrize("name", ["upload.bin", "report.docx", "table.xlsx", "scan.pdf", "notes.txt", "x.exe", ""])
def test_content_decides_whatever_the_name_says(data: bytes, label: str, name: str) -> None:
    assert kind(data, name) == label


@pytest.mark.parametrize(
    ("data", "name", "label"),
    [
        (b"Hello", "a.txt", "plain text"),
        (b"Hello", "a.pdf", "plain text"),
        (b"# Hello", "a.md", "Markdown"),
        (b"# Hello\n\nText.", "a.docx", "Markdown"),
        (b"Hello", "a.MARKDOWN", "Markdown"),
        (b"a,b\n1,2\n", "a.csv", "CSV table"),
        (b"a;b\n1;2\n", "a.xlsx", "CSV table"),
        (b"a\tb\n1\t2\n", "a.xlsx", "tab-separated table"),
        (b"a,b\n1,2\n", "a.txt", "plain text"),
        (b"Dear all, thank you.\nIt was good, really.\n", "letter", "plain text"),
        (b"<p>One</p>", "a.html", "web page"),
        (b"<p>One</p>", "page", "web page"),
        (b"<p align=center>One</p>\n\n# Two", "README.md", "Markdown"),
        (b"How to write <html> in Markdown", "a.md", "Markdown"),
        (LETTER, "a.eml", "e-mail"),
        (LETTER, "a.txt", "plain text"),
        (b"MZ is a postcode in Bavaria, says nobody.", "a.txt", "plain text"),
        (b"The mark %PDF-1.7 begins every PDF file.", "a.txt", "plain text"),
        (b"[1] First, [2] second", "a.txt", "plain text"),
        (b"{draft}", "a.txt", "plain text"),
        (CHINESE.encode(), "a.txt", "plain text"),
        (CHINESE.encode("gb18030"), "a.txt", "plain text"),
        (CHINESE.encode("utf-16"), "a.txt", "plain text"),
        (("Hotel, 120\n" + CHINESE).encode("utf-16-le"), "a.txt", "plain text"),
        (("Hotel, 120\n" + CHINESE).encode("utf-16-be"), "a.txt", "plain text"),
        ("Hotel".encode("utf-32"), "a.txt", "plain text"),
        ("日本語のテキストです。\n".encode("shift_jis") * 20, "a.txt", "plain text"),
        ("Überraschung: größer, schöner, älter.\n".encode("latin-1"), "a.txt", "plain text"),
        (("x" * (64 * 1024 - 1) + "漢").encode(), "a.txt", "plain text"),
    ],
)
def test_name_decides_between_kinds_of_text_only(data: bytes, name: str, label: str) -> None:
    assert kind(data, name) == label


@pytest.mark.parametrize(
    ("content_type", "label"),
    [
        (b"application/vnd.ms-word.document.macroEnabled.main+xml", "Word document"),
        (b"application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml", "Word document"),
    ],
)
def test_templates_and_files_with_macros_are_read_as_what_they_are(content_type: bytes, label: str) -> None:
    plain = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    assert kind(rewritten(word(), "[Content_Types].xml", (plain, content_type))) == label


def test_a_binary_workbook_is_told_from_one_in_xml() -> None:
    plain = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    binary = b"application/vnd.ms-excel.sheet.binary.macroEnabled.main"
    assert kind(rewritten(excel(), "[Content_Types].xml", (plain, binary))) == "Excel binary workbook"


def test_workbook_with_an_embedded_document_is_a_workbook() -> None:
    out = io.BytesIO(excel())
    with zipfile.ZipFile(out, "a") as package:
        package.writestr("xl/embeddings/letter.docx", word())
    assert kind(out.getvalue()) == "Excel workbook"


def tar() -> bytes:
    return b"name".ljust(257, b"\0") + b"ustar\x0000" + b"\0" * 300


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (compound("Root Entry", "__properties_version1.0"), "Outlook message"),
        (compound("Root Entry"), "Office 97-2003 or Windows file"),
        (archive(mimetype=b"application/epub+zip"), "e-book"),
        (archive(a=b"1"), "ZIP archive"),
        (archive(), "ZIP archive"),
        (gzip.compress(b"hello", mtime=0), "gzip archive"),
        (tar(), "tar archive"),
        (b"MZ\x90\0" + bytes(range(256)), "Windows program"),
        (b"MZ\0\0" + b"\0" * 50 + pdf(), "Windows program"),
        (b"\x7fELF" + bytes(60), "Linux program"),
        (picture("GIF"), "GIF image"),
        (b"\0\0\0\x18ftypheic" + bytes(40), "HEIC"),
        (b"\0\0\0\x18ftypisom" + bytes(40), "sound or video"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "sound or video"),
        (b'<?xml version="1.0"?><a/>', "XML file"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG drawing"),
        (b'{"a": [1, 2]}', "JSON data file"),
        (b"[" * 70_000 + b"]" * 70_000, "JSON data file"),
        (bytes(range(256)) * 8, "does not know"),
        (b"\0" * 1000, "does not know"),
        (struct.pack("<100d", *range(100)), "does not know"),
    ],
)
@pytest.mark.parametrize("name", ["upload.bin", "report.docx", "scan.pdf"])
def test_what_cannot_be_read_is_refused_by_its_own_name(data: bytes, says: str, name: str) -> None:
    with pytest.raises(UnsupportedFormat) as raised:
        kind(data, name)
    assert says in raised.value.message
    assert name in raised.value.message


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", EmptyFile),
        (word()[:900], DamagedFile),
        (excel()[: len(excel()) * 2 // 3], DamagedFile),
        (b"PK\x03\x04", DamagedFile),
        (archive(word__document=b"<w:document/>"), DamagedFile),
        (compound("Root Entry", "EncryptedPackage", "EncryptionInfo"), PasswordNeeded),
    ],
)
def test_empty_cut_off_and_locked_files_are_told_apart(data: bytes, expected: type[UnreadableFile]) -> None:
    with pytest.raises(UnreadableFile) as raised:
        kind(data, "a.docx")
    assert type(raised.value) is expected


def test_encrypted_member_is_a_locked_file() -> None:
    data = bytearray(word())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(mark, at + 4)
    with pytest.raises(PasswordNeeded):
        kind(bytes(data), "a.docx")


@pytest.mark.parametrize("cut", range(0, 400, 7))
def test_any_beginning_of_a_file_is_named_or_refused_cleanly(cut: int) -> None:
    for data in (word(), excel(), pdf(), picture("PNG"), compound("WordDocument"), MAIL, CHINESE.encode("gb18030")):
        with contextlib.suppress(UnreadableFile):
            assert kind(data[:cut])


def test_every_format_has_a_reader() -> None:
    for known in FORMATS.values():
        assert callable(known.reader())
        assert all(ending.startswith(".") for ending in known.extensions)


def test_endings_belong_to_one_format_each() -> None:
    endings = [ending for known in FORMATS.values() for ending in known.extensions]
    assert len(endings) == len(set(endings))
    assert Path("a.docx").suffix in endings
