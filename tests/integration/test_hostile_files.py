"""Hostile and broken files through the real readers in the real sandbox: a clear error or the text, never more."""

import contextlib
import io
import socket
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import openpyxl
import pytest
from msoffcrypto.format.ooxml import OOXMLFile
from PIL import Image
from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

from ingest.errors import (
    DamagedFile,
    EmptyFile,
    NoText,
    PasswordNeeded,
    TooLarge,
    UnreadableFile,
    UnsupportedFormat,
)
from ingest.model import Element, ReadOptions, Source
from ingest.sandbox import Sandbox

SENTENCE = "The boiler in hall seven is inspected every fourteen months."
WORD_NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(memory_mb=1024, seconds=120) as built:
        yield built


def read(sandbox: Sandbox, data: bytes, name: str, password: str | None = None) -> str:
    source = Source(name, io.BytesIO(data), len(data), password)
    events = sandbox.read(source, ReadOptions(ocr=name.endswith(".png"), ocr_languages="eng"))
    return "\n".join(event.text for event in events if isinstance(event, Element))


def word(text: str = SENTENCE) -> bytes:
    document = docx.Document()
    document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def excel() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("Plan", 0)
    for row in (["What", "Due"], [SENTENCE, "May"], ["The lift", "June"]):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def pdf(pages: int = 1) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, invariant=True)
    for _ in range(pages):
        canvas.drawString(72, 720, SENTENCE)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def png() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((300, 300), 80).save(out, "PNG")
    return out.getvalue()


def with_part(package: bytes, part: str, data: bytes) -> bytes:
    """An Office file with one of its parts replaced."""
    assert part in zipfile.ZipFile(io.BytesIO(package)).namelist()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for member in before.infolist():
            after.writestr(member, data if member.filename == part else before.read(member))
    return out.getvalue()


def with_members(package: bytes, *members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    out = io.BytesIO(package)
    with zipfile.ZipFile(out, "a") as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def word_xml(body: str, doctype: str = "") -> bytes:
    head = f'<?xml version="1.0"?>{doctype}<w:document {WORD_NAMESPACE}><w:body>'
    return with_part(word(), "word/document.xml", (head + body + "</w:body></w:document>").encode())


def zip_bomb() -> bytes:
    return with_part(word(), "word/document.xml", b" " * (150 << 20))


def deep_word() -> bytes:
    depth = 60_000
    return word_xml("<w:sdt><w:sdtContent>" * depth + "</w:sdtContent></w:sdt>" * depth)


def billion_laughs(reference: str = "&l9;") -> tuple[str, str]:
    steps = "".join(f'<!ENTITY l{step} "{f"&l{step - 1};" * 10}">' for step in range(1, 10))
    return f'<!DOCTYPE x [<!ENTITY l0 "ha">{steps}]>', reference


def laughing_word() -> bytes:
    doctype, reference = billion_laughs()
    return word_xml(f"<w:p><w:r><w:t>{reference}</w:t></w:r></w:p>", doctype)


def laughing_excel() -> bytes:
    doctype, reference = billion_laughs()
    cell = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{reference}</t></is></c></row>'
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'{doctype}<worksheet xmlns="{main}"><sheetData>{cell}</sheetData></worksheet>'
    return with_part(excel(), "xl/worksheets/sheet1.xml", sheet.encode())


def external_entity(address: str) -> bytes:
    return word_xml("<w:p><w:r><w:t>&x;</w:t></w:r></w:p>", f'<!DOCTYPE x [<!ENTITY x SYSTEM "{address}">]>')


def pixel_bomb(side: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    squeeze = zlib.compressobj(1)
    rows = b"\0" * ((side // 8 + 1) * 1000)
    data = b"".join(squeeze.compress(rows) for _ in range(side // 1000)) + squeeze.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def endless_flate_pdf() -> bytes:
    """A page whose content unpacks to a gigabyte behind two layers of Flate."""
    once = zlib.compressobj(9)
    content = b"".join(once.compress(b" " * (1 << 20)) for _ in range(1024)) + once.flush()
    content = zlib.compress(content, 9)
    stream = f"<< /Length {len(content)} /Filter [/FlateDecode /FlateDecode] >>\nstream\n".encode() + content
    return written_pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 4 0 R >>",
        stream + b"\nendstream",
    )


def looping_pdf() -> bytes:
    return written_pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2000000000 >>"
    )


def written_pdf(*objects: bytes) -> bytes:
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, text in enumerate(objects, 1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n".encode() + text + b"\nendobj\n")
    start = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    out.writelines(f"{place:010} 00000 n \n".encode() for place in places)
    out.write(f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode())
    return out.getvalue()


def long_pdf() -> bytes:
    pages = 10_000
    kids = " ".join(f"{number} 0 R" for number in range(4, pages + 4))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 3 0 R /Resources << >> >>"
    return written_pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
        b"<< /Length 0 >>\nstream\n\nendstream",
        *[page] * pages,
    )


def locked_pdf() -> bytes:
    writer = PdfWriter(PdfReader(io.BytesIO(pdf())))
    writer.encrypt("geheim", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def locked(package: bytes) -> bytes:
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(package)).encrypt("geheim", out)
    return out.getvalue()


def locked_word() -> bytes:
    return locked(word())


def locked_excel() -> bytes:
    return locked(excel())


def cut(whole: bytes) -> bytes:
    return whole[: len(whole) // 2]


REFUSED: list[tuple[Callable[[], bytes], str, tuple[type[UnreadableFile], ...]]] = [
    (bytes, "empty.pdf", (EmptyFile,)),
    (zip_bomb, "bomb.docx", (TooLarge,)),
    (deep_word, "deep.docx", (DamagedFile,)),
    (laughing_word, "laughs.docx", (DamagedFile,)),
    (laughing_excel, "laughs.xlsx", (DamagedFile,)),
    (lambda: pixel_bomb(50_000), "big.png", (TooLarge,)),
    (long_pdf, "long.pdf", (TooLarge,)),
    (looping_pdf, "loop.pdf", (DamagedFile, NoText, TooLarge)),
    (locked_pdf, "locked.pdf", (PasswordNeeded,)),
    (locked_word, "locked.docx", (PasswordNeeded,)),
    (locked_excel, "locked.xlsx", (PasswordNeeded,)),
    (lambda: cut(word()), "cut.docx", (DamagedFile,)),
    (lambda: cut(excel()), "cut.xlsx", (DamagedFile,)),
    (lambda: cut(png()), "cut.png", (DamagedFile,)),
    (lambda: pdf()[:30], "cut.pdf", (DamagedFile,)),
    (lambda: b"%PDF-1.7\n", "header.pdf", (DamagedFile,)),
    (lambda: b"MZ\x90\0" + bytes(500), "invoice.pdf", (UnsupportedFormat,)),
    (lambda: bytes(range(256)) * 40, "noise.docx", (UnsupportedFormat,)),
]


@pytest.mark.parametrize(("make", "name", "expected"), REFUSED, ids=[name for _, name, _ in REFUSED])
def test_hostile_file_is_refused_with_its_reason_and_the_next_one_is_read(
    sandbox: Sandbox, make: Callable[[], bytes], name: str, expected: tuple[type[UnreadableFile], ...]
) -> None:
    with pytest.raises(UnreadableFile) as raised:
        read(sandbox, make(), name)
    assert isinstance(raised.value, expected), repr(raised.value)
    assert raised.value.message.find(name) >= 0
    assert SENTENCE in read(sandbox, word(), "good.docx")


@pytest.mark.parametrize(
    ("make", "name"), [(locked_pdf, "a.pdf"), (locked_word, "a.docx"), (locked_excel, "a.xlsx"), (locked_word, "a.pdf")]
)
def test_locked_file_opens_with_its_password_and_with_no_other(
    sandbox: Sandbox, make: Callable[[], bytes], name: str
) -> None:
    assert SENTENCE in read(sandbox, make(), name, "geheim")
    with pytest.raises(PasswordNeeded):
        read(sandbox, make(), name, "wrong")


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (pdf, "report.docx"),
        (word, "report.pdf"),
        (excel, "report.txt"),
        (f"<!doctype html><p>{SENTENCE}</p>".encode, "report.xlsx"),
        (SENTENCE.encode, "report.jpg"),
    ],
)
def test_mislabelled_file_is_read_as_what_it_is(sandbox: Sandbox, make: Callable[[], bytes], name: str) -> None:
    assert SENTENCE in read(sandbox, make(), name)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/cron.d/x", "a\0b.docx", "x" * 5000 + ".docx", "", "..", "-rf"]
)
def test_name_is_never_used_as_a_path(sandbox: Sandbox, name: str) -> None:
    assert SENTENCE in read(sandbox, word(), name)


def test_members_that_point_elsewhere_are_neither_written_nor_followed(sandbox: Sandbox, tmp_path: Path) -> None:
    link = zipfile.ZipInfo("word/link.xml")
    link.external_attr = 0o120777 << 16
    target = tmp_path / "escaped.txt"
    package = with_members(word(), (link, b"/etc/passwd"), (str(target), b"x"), (f"../../../../../..{target}", b"x"))
    text = read(sandbox, package, "slip.docx")
    assert SENTENCE in text
    assert "root:" not in text
    assert not target.exists()


def test_external_entity_reads_no_file_and_calls_nobody(sandbox: Sandbox, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the combination is 4711")
    with pytest.raises(DamagedFile) as raised:
        read(sandbox, external_entity(secret.as_uri()), "xxe.docx")
    assert "4711" not in str(raised.value)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        with pytest.raises(DamagedFile):
            read(sandbox, external_entity(address), "xxe.docx")
        page = f'<html><img src="{address}"><link rel=stylesheet href="{address}"><p>{SENTENCE}</p></html>'
        assert SENTENCE in read(sandbox, page.encode(), "remote.html")
        with pytest.raises(BlockingIOError):
            server.accept()


def test_content_that_unpacks_to_a_gigabyte_ends_only_its_own_reading(sandbox: Sandbox) -> None:
    with pytest.raises(UnreadableFile):
        read(sandbox, endless_flate_pdf(), "flate.pdf")
    assert SENTENCE in read(sandbox, pdf(), "good.pdf")


def test_page_nested_60000_deep_ends_only_its_own_reading(sandbox: Sandbox) -> None:
    data = b"<html>" + b"<div>" * 60_000 + SENTENCE.encode()
    with contextlib.suppress(DamagedFile, NoText):
        assert SENTENCE in read(sandbox, data, "deep.html")
    assert SENTENCE in read(sandbox, word(), "good.docx")


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-16-le", "big5", "utf-8-sig"])
def test_chinese_text_in_any_encoding_comes_out_right(sandbox: Sandbox, encoding: str) -> None:
    text = "會議室的鑰匙在前台。\n每天早上八點開門，晚上十點關門。\n" * 3
    assert "每天早上八點開門" in read(sandbox, text.encode(encoding), "text.txt")


def test_western_text_in_latin_1_comes_out_right(sandbox: Sandbox) -> None:
    assert "Größe" in read(sandbox, "Die Größe der Räume beträgt fünf Meter.\n".encode("latin-1"), "text.txt")
