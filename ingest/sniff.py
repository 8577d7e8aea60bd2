"""Finds out what a file really is by looking into it; its name only decides between kinds of plain text."""

import io
import re
import struct
import zipfile
import zlib
from collections import Counter
from typing import BinaryIO

from ingest.errors import DamagedFile, EmptyFile, PasswordNeeded, UnsupportedFormat
from ingest.parse.encoding import detect

# What is read, by its registered media type.
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSB = "application/vnd.ms-excel.sheet.binary.macroenabled.12"
XLS = "application/vnd.ms-excel"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
DOC = "application/msword"
RTF = "application/rtf"
ODT = "application/vnd.oasis.opendocument.text"
PPT = "application/vnd.ms-powerpoint"
ODP = "application/vnd.oasis.opendocument.presentation"
PDF = "application/pdf"
PNG = "image/png"
JPEG = "image/jpeg"
TIFF = "image/tiff"
WEBP = "image/webp"
BMP = "image/bmp"
HTML = "text/html"
MARKDOWN = "text/markdown"
CSV = "text/csv"
TSV = "text/tab-separated-values"
MAIL = "message/rfc822"
PLAIN = "text/plain"

_HEAD = 64 * 1024
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PLAIN_TO_SEE = (
    (re.compile(rb"(\xef\xbb\xbf)?\s*%PDF-\d"), PDF),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), PNG),
    (re.compile(rb"\xff\xd8\xff"), JPEG),
    (re.compile(rb"II[*+]\0|MM\0[*+]"), TIFF),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), WEBP),
    (re.compile(rb"BM.{4}\0{4}", re.DOTALL), BMP),
    (re.compile(rb"\s*\{\\rtf"), RTF),
    (re.compile(rb"\x09(\x00\x04|\x02\x06|\x04\x06|\x08[\x08\x10])\x00"), XLS),  # Excel 2 to 4, or a bare stream
)
_OTHERS = (
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a Linux program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"\xcf\xfa\xed\xfe", "a macOS program"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"%!PS", "a PostScript file"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"8BPS", "a Photoshop image"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 image"),
    (b"AT&TFORM", "a DjVu document"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"ID3", "a sound file"),
    (b"OggS", "a sound or video file"),
    (b"fLaC", "a sound file"),
    (b"\x1aE\xdf\xa3", "a video file"),
    (b"wOFF", "a font"),
    (b"wOF2", "a font"),
    (b"!BDN", "an Outlook data file (.pst)"),
)
_READ_LEGACY = {"WordDocument": DOC, "PowerPoint Document": PPT, "Workbook": XLS, "Book": XLS}
_LEGACY = (
    ("__properties_version1.0", "an Outlook message (.msg)"),
    ("VisioDocument", "a Visio drawing (.vsd)"),
)
_OFFICE = (
    (rb"(wordprocessingml|ms-word)\.(document|template)\.(main|macroEnabled)", DOCX),
    (rb"(spreadsheetml|ms-excel)\.(sheet|template)\.(main|macroEnabled)", XLSX),
    (rb"(presentationml|ms-powerpoint)\.(presentation|slideshow|template)\.(main|macroEnabled)", PPTX),
)
_PARTS = (("word/", DOCX), ("xl/", XLSX), ("ppt/", PPTX))
_OPEN_DOCUMENTS = (ODT, ODS, ODP)  # and their templates
_PACKAGES = (
    ("application/vnd.oasis.opendocument", "an OpenDocument file"),
    ("application/epub+zip", "an e-book (.epub)"),
)
_TEXTS = {HTML, MAIL, MARKDOWN, CSV, TSV, PLAIN}
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a\x1b"))
_WEB_PAGE = re.compile(r"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
_MARKUP = re.compile(
    r"\s*(<!--.*?-->\s*)*<(p|div|table|h[1-6]|ul|ol|span|section|article|title|meta)[\s>]", re.IGNORECASE | re.DOTALL
)
_XML = re.compile(r"\s*(<\?xml[\s?]|<!DOCTYPE\s|<!ENTITY\s|<svg[\s>])", re.IGNORECASE)
_JSON = re.compile(r'\s*(\{\s*(["}])|\[\s*[\[{"\d\]])')
_HEADER = re.compile(r"([!-9;-~]+):[ \t]")
_POSTAL = {"received", "message-id", "mime-version", "return-path", "delivered-to", "content-transfer-encoding"}
_LETTER = {"from", "to", "subject", "date", "cc", "reply-to"}


def recognise(stream: BinaryIO, name: str, named: str | None) -> str:
    """The media type of a seekable stream, which is left at its start. `named` is the type that the name stands for.

    Raises EmptyFile, DamagedFile, PasswordNeeded or UnsupportedFormat.
    """
    stream.seek(0)
    head = stream.read(_HEAD)
    try:
        if not head:
            raise EmptyFile(name)
        return _binary(stream, head, name) or _textual(stream, head, name, named)
    finally:
        stream.seek(0)


def is_locked(stream: BinaryIO) -> bool:
    """Whether this is an Office file (docx, xlsx, pptx) inside the container its encryption makes of it."""
    stream.seek(0)
    locked = stream.read(len(_OLE)) == _OLE and _holds(stream, ["EncryptedPackage"]) is not None
    stream.seek(0)
    return locked


def _binary(stream: BinaryIO, head: bytes, name: str) -> str | None:
    """The type by the bytes a file begins with; None if it may be text."""
    for pattern, kind in _PLAIN_TO_SEE:
        if pattern.match(head):
            return kind
    if head.startswith(_ZIP):
        return _package(stream, name)
    if head.startswith(_OLE):
        return _compound(stream, name)
    if refused := _foreign(head):
        raise UnsupportedFormat(name, detail=refused)
    with_prefix = b" obj" in head and re.search(rb"%PDF-\d", head[:1024])
    return PDF if with_prefix else None


def _foreign(head: bytes) -> str | None:
    """What a file is that nobody here reads, by the bytes it begins with."""
    if head.startswith(b"RIFF") or head[4:8] == b"ftyp":
        picture = head[8:12] in {b"heic", b"heix", b"mif1", b"msf1", b"avif"}
        return "a HEIC or AVIF image" if picture else "a sound or video file"
    if head[257:262] == b"ustar":
        return "a tar archive"
    text = _decode(head) is not None
    for magic, what in _OTHERS:
        if head.startswith(magic) and not (text and magic.isalnum() and len(magic) < 4):  # a text may begin with "MZ"
            return what
    return None


def _package(stream: BinaryIO, name: str) -> str:
    """The type of a zip archive: an Office file by the content type of its main part, else what it is, refused."""
    try:
        with zipfile.ZipFile(stream) as archive:
            names = archive.namelist()
            if any(member.flag_bits & 1 for member in archive.infolist()):
                raise PasswordNeeded(name)
            types = _member(archive, "[Content_Types].xml", 1 << 20).replace(b"\0", b"")  # NULs: UTF-16
            label = _member(archive, "mimetype", 200).decode("ascii", "replace").strip()
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise DamagedFile(name, detail=f"its archive cannot be opened ({type(error).__name__})") from error
    if "spreadsheet" not in label and b"sheet.binary.macroEnabled.main" in types:
        return XLSB
    for pattern, kind in _OFFICE:
        if re.search(pattern, types, re.IGNORECASE):
            return kind
    if (kind := label.removesuffix("-template")) in _OPEN_DOCUMENTS:
        return kind
    for prefix, what in _PACKAGES:
        if label.startswith(prefix):
            raise UnsupportedFormat(name, detail=what)
    for folder, kind in _PARTS:
        if any(member.replace("\\", "/").lower().startswith(folder) for member in names):
            if types:
                return kind
            raise DamagedFile(name, detail="the list of its contents, [Content_Types].xml, is missing")
    raise UnsupportedFormat(name, detail="a ZIP archive")


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """The first `most` bytes of a member, or nothing if there is no such member."""
    found = next((entry for entry in archive.infolist() if entry.filename.lower() == name.lower()), None)
    if found is None:
        return b""
    with archive.open(found) as member:
        return member.read(most)


def _compound(stream: BinaryIO, name: str) -> str:
    """The type of an OLE compound file, the container of Office 97-2003 and of encrypted Office files.

    Streams of embedded files stand in the same directory as those of the file itself, so that only those at its root
    tell what it is; where that cannot be found, all of them.
    """
    if is_locked(stream):
        raise PasswordNeeded(name)
    known = [*_READ_LEGACY, *(entry for entry, _ in _LEGACY)]
    at_root = _root_of(stream)
    found = next((entry for entry in known if entry.lower() in at_root), None) or _holds(stream, known)
    if found in _READ_LEGACY:
        return _READ_LEGACY[found]
    raise UnsupportedFormat(name, detail=dict(_LEGACY)[found] if found else "an Office 97-2003 or Windows file")


def _root_of(stream: BinaryIO) -> set[str]:
    """The names, in small letters, of what stands at the root of a compound file; none if its directory is broken."""
    import olefile

    stream.seek(0)
    try:
        return {path[0].lower() for path in olefile.OleFileIO(stream).listdir(streams=True) if len(path) == 1}
    except (OSError, ValueError, IndexError, TypeError, struct.error, RecursionError):
        return set()


def _holds(stream: BinaryIO, entries: list[str]) -> str | None:
    """The first of the directory entries that a compound file names; entries are 128 bytes, names UTF-16."""
    wanted = {entry.encode("utf-16-le").ljust(64, b"\0"): entry for entry in entries}
    seen: set[str] = set()
    stream.seek(0)
    while block := stream.read(512 * 2048):
        for start in range(0, len(block) - 63, 128):
            entry = wanted.get(block[start : start + 64])
            if entry:
                seen.add(entry)
    return next((entry for entry in entries if entry in seen), None)


def _decode(head: bytes) -> str | None:
    """The beginning of a text, or None if these bytes are not text."""
    encoding = detect(io.BytesIO(head))
    if not encoding.startswith(("utf-16", "utf-32")) and len(head.translate(None, _CONTROLS)) < len(head) * 0.99:
        return None
    return head.decode(encoding, "replace")


def _textual(stream: BinaryIO, head: bytes, name: str, named: str | None) -> str:
    """The kind of text a file holds; the name decides where the content leaves a choice."""
    text = _decode(head)
    if text is None:
        raise UnsupportedFormat(name, detail="a file of a kind that Lectern does not know")
    told = named if named in _TEXTS else None
    if _WEB_PAGE.search(text[:2048]) and told not in {MARKDOWN, CSV, TSV, MAIL}:
        return HTML
    if told not in {MARKDOWN, CSV, TSV} and _is_mail(text, told):
        return MAIL
    if told in {None, PLAIN, HTML} and (refused := _refused(stream, text, told)):
        raise UnsupportedFormat(name, detail=refused)
    return told or _untold(text)


def _is_mail(text: str, told: str | None) -> bool:
    """Whether a text begins with the header of an e-mail; without the transport's fields only if it is so named."""
    fields: set[str] = set()
    for line in text.lstrip("\r\n").splitlines()[:200]:
        found = _HEADER.match(line)
        if found:
            fields.add(found[1].lower())
        elif not line or (line[0] not in " \t" and not line.endswith(":")):
            break
    return bool(fields & _LETTER) and (told == MAIL or bool(fields & _POSTAL))


def _refused(stream: BinaryIO, text: str, told: str | None) -> str | None:
    """What data file a text is, if it is one: nothing that people would read."""
    if _XML.match(text) and told != HTML:
        return "an SVG drawing" if "<svg" in text[:4096].lower() else "an XML file"
    if _JSON.match(text):
        stream.seek(0, 2)
        stream.seek(max(0, stream.tell() - 64))
        if stream.read().replace(b"\0", b"").rstrip().endswith((b"}", b"]")):
            return "a JSON data file"
    return None


def _untold(text: str) -> str:
    """The kind of a text whose name says nothing."""
    if _MARKUP.match(text):
        return HTML
    lines = [line for line in text.splitlines()[:50] if line.strip()][:20]
    for mark, kind in (("\t", TSV), (",", CSV), (";", CSV)):
        counts = Counter(line.count(mark) for line in lines)
        if len(lines) > 1 and len(counts) == 1 and 0 not in counts and not any(line.endswith(".") for line in lines):
            return kind
    if any(re.match(r"#{1,6} \S", line) for line in lines):
        return MARKDOWN
    return PLAIN
