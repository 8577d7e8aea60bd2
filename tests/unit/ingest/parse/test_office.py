import io
import subprocess
import zipfile
from pathlib import Path

import docx
import pptx
import pytest
from docx.enum.text import WD_BREAK
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from PIL import Image, ImageDraw, ImageFont

from ingest.errors import DamagedFile, OutOfTime, PasswordNeeded, TooLarge, UnreadableFile, UnsupportedFormat
from ingest.model import Element, Event, Kind, Notice, ReadOptions, Source
from ingest.parse.office import OfficeMissing, read
from ingest.parse.office import _socket_of as socket_of
from ingest.sandbox import Sandbox

ODT = "application/vnd.oasis.opendocument.text"
NAMES = {
    prefix: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"
    for prefix, name in {"office": "office", "text": "text", "draw": "drawing", "svg": "svg-compatible"}.items()
} | {"xlink": "http://www.w3.org/1999/xlink"}
MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"


def events(data: bytes, name: str = "a.doc", password: str | None = None) -> list[Event]:
    return list(read(Source(name, io.BytesIO(data), len(data), password), ReadOptions(ocr=False)))


def told(data: bytes) -> list[tuple[Kind, str]]:
    return [(event.kind, event.text) for event in events(data) if isinstance(event, Element)]


def odt(body: str, manifest: str = "", content: str | None = None) -> bytes:
    """An OpenDocument text whose body is raw XML."""
    spaces = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in NAMES.items())
    text = f"<office:body><office:text>{body}</office:text></office:body>"
    entries = (
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODT}"/>'
        f'<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml">{manifest}'
        "</manifest:file-entry>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", ODT)
        package.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{MANIFEST}">{entries}</manifest:manifest>',
        )
        package.writestr(
            "content.xml",
            content or f'<office:document-content {spaces} office:version="1.2">{text}</office:document-content>',
        )
    return out.getvalue()


def in_form(data: bytes, suffix: str, target: str, folder: Path) -> bytes:
    """A file as LibreOffice writes it in another form."""
    (folder / f"given.{suffix}").write_bytes(data)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", "--headless", profile, "--convert-to", target, "--outdir", str(folder), f"given.{suffix}"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return (folder / f"given.{target}").read_bytes()


@pytest.fixture(scope="module")
def document() -> bytes:
    """A Word document with a bit of everything that other forms know, too."""
    file = docx.Document()
    file.add_heading("Travel policy", 1)
    file.add_paragraph("Hotels cost at most 120 EUR a night.")
    file.add_paragraph("by train", style="List Bullet")
    file.add_paragraph("first", style="List Number")
    file.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    table = file.add_table(2, 2)
    for cell, text in zip(
        (cell for row in table.rows for cell in row.cells), ("City", "Limit", "Köln", "99"), strict=True
    ):
        cell.text = text
    deleted = "<w:del w:id='1' w:author='a'><w:r><w:delText> old</w:delText></w:r></w:del>"
    file.element.body.insert(-1, parse_xml(f"<w:p {nsdecls('w')}><w:r><w:t>kept</w:t></w:r>{deleted}</w:p>"))
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


@pytest.mark.parametrize("target", ["doc", "rtf", "odt"])
def test_documents_of_other_forms_are_read_as_word_documents_are(document: bytes, target: str, tmp_path: Path) -> None:
    assert told(in_form(document, "docx", target, tmp_path)) == [
        (Kind.TITLE, "Travel policy"),
        (Kind.TEXT, "Hotels cost at most 120 EUR a night."),
        (Kind.LIST_ITEM, "by train"),
        (Kind.LIST_ITEM, "1. first"),
        (Kind.TABLE, "City | Limit\nKöln | 99"),
        (Kind.TEXT, "kept"),
    ]


@pytest.mark.parametrize("target", ["ppt", "odp"])
def test_presentations_of_other_forms_are_read_slide_by_slide(target: str, tmp_path: Path) -> None:
    deck = pptx.Presentation()
    for title in ("Goals", "Means"):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = f"{title}: by 2027"
    out = io.BytesIO()
    deck.save(out)
    found = events(in_form(out.getvalue(), "pptx", target, tmp_path))
    assert [(event.page, event.text) for event in found if isinstance(event, Element)] == [
        (1, "Goals"),
        (1, "Goals: by 2027"),
        (2, "Means"),
        (2, "Means: by 2027"),
    ]


def test_a_notice_says_that_the_file_was_converted_and_no_page_is_claimed(document: bytes, tmp_path: Path) -> None:
    first, *rest = events(in_form(document, "docx", "doc", tmp_path))
    assert isinstance(first, Notice)
    assert "LibreOffice" in first.message
    assert "page numbers are not known" in first.message
    assert {event.page for event in rest if isinstance(event, Element)} == {None}


def test_it_works_inside_the_sandbox_and_counts_as_the_reader() -> None:
    data = rb"{\rtf1\ansi Hello from rich text.}"
    with Sandbox(memory_mb=1024, seconds=120) as sandbox:
        plain = sandbox.read(Source("a.txt", io.BytesIO(b"Hello"), 5), ReadOptions())
        assert list(plain)
        reading = sandbox.read(Source("a.rtf", io.BytesIO(data), len(data)), ReadOptions())
        assert [event.text for event in reading if isinstance(event, Element)] == ["Hello from rich text."]
    assert reading.media_type == "application/rtf"
    assert reading.peak_mb > plain.peak_mb + 50


def test_a_conversion_that_takes_too_long_is_ended_and_leaves_no_socket_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    sockets: list[tuple[Path, bool]] = []

    def watched(profile: str) -> Path:
        path = socket_of(profile)
        sockets.append((path, path.exists()))
        return path

    monkeypatch.setattr("ingest.parse.office._socket_of", watched)
    monkeypatch.setattr("ingest.parse.office._SECONDS", 1.5)
    with pytest.raises(OutOfTime):
        events(rb"{\rtf1 " + rb"another word and one more \par " * 200_000 + b"}", "letter.rtf")
    ((path, was_there),) = sockets
    assert was_there
    assert not path.exists()


def test_without_libreoffice_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OfficeMissing) as raised:
        events(rb"{\rtf1 Hello}", "letter.rtf")
    for words in ("letter.rtf", "rich text", "LibreOffice", "libreoffice-writer-nogui", ".docx"):
        assert words in raised.value.message


def test_links_to_files_of_this_machine_bring_nothing_in(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the combination is 4711")
    picture = tmp_path / "secret.png"
    image = Image.new("RGB", (600, 100), "white")
    font = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf", 40)
    ImageDraw.Draw(image).text((20, 20), "combination 4711", "black", font)
    image.save(picture)
    section = f'<text:section text:name="s"><text:section-source xlink:type="simple" xlink:href="{secret.as_uri()}"/>'
    frame = '<draw:frame svg:width="5cm" svg:height="4cm" text:anchor-type="as-char">'
    linked = f'<text:p>{frame}<draw:image xlink:type="simple" xlink:href="{picture.as_uri()}"/></draw:frame></text:p>'
    given = odt(f"<text:p>before</text:p>{section}</text:section>{linked}")
    rich = (
        r"{\rtf1\ansi before {\field{\*\fldinst INCLUDETEXT " + f'"{secret}"' + r"}{\fldrslt }}"
        r"{\field{\*\fldinst INCLUDEPICTURE " + f'"{picture.as_uri()}"' + r"}{\fldrslt }}}"
    )
    for data in (given, rich.encode()):
        found = read(Source("a", io.BytesIO(data), len(data)), ReadOptions(ocr_engine="tesseract"))
        assert [event.text for event in found if isinstance(event, Element)] == ["before"]


def test_protected_files_ask_for_their_password(document: bytes, tmp_path: Path) -> None:
    plain = bytearray(in_form(document, "docx", "doc", tmp_path))
    header = plain.find(bytes.fromhex("eca5"))  # where the Word stream begins
    plain[header + 11] |= 1  # says that it is encrypted
    with pytest.raises(PasswordNeeded):
        events(bytes(plain))
    with pytest.raises((DamagedFile, OutOfTime, PasswordNeeded)):
        events(bytes(plain), password="wrong")
    sealed = odt("<text:p>x</text:p>", manifest="<manifest:encryption-data/>")
    with pytest.raises(PasswordNeeded):
        events(sealed)
    with pytest.raises(UnsupportedFormat, match="protected by a password"):
        events(sealed, password="right")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (odt("", content="<office:document-content"), DamagedFile),
        (odt("<text:p>x</text:p>", content='<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), DamagedFile),
        (odt(f"<text:p>{'x' * (70 << 20)}</text:p>"), TooLarge),
        (odt("<text:p>x</text:p>")[:-40], DamagedFile),
        (
            bytes.fromhex("D0CF11E0A1B11AE1").ljust(512, b"\0") + "WordDocument".encode("utf-16-le").ljust(128, b"\0"),
            DamagedFile,
        ),
    ],
)
def test_hostile_files_end_in_a_clear_error(data: bytes, expected: type[UnreadableFile]) -> None:
    with pytest.raises(expected) as raised:
        events(data, "b.odt")
    assert "b.odt" in raised.value.message
