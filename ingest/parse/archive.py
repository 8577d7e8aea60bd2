"""The zip package around Word, Excel and PowerPoint files: what is checked before any of it is unpacked."""

import io
import re
import shutil
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO
from xml.parsers import expat

from ingest.errors import DamagedFile, PasswordNeeded, TooLarge, UnsupportedFormat
from ingest.model import ReadOptions, Source

_OLE_MAGIC = bytes.fromhex("D0CF11E0A1B11AE1")
_EXCEL_DEFAULT_PASSWORD = "VelvetSweatshop"  # noqa: S105 - what Excel tries by itself before it asks
_MEBIBYTE = 1024**2
_RATIO_FLOOR = 50 * _MEBIBYTE  # small XML compresses 1000:1 without harm; only large members are suspicious
_PROLOG_LIMIT = _MEBIBYTE
_XML_SUFFIXES = (".xml", ".rels")  # not .svg or .html, which may rightly begin with a doctype
_BLOCK = 64 * 1024
_STRICT = b"http://purl.oclc.org/ooxml/"
_STRICT_NAMESPACE = re.compile(re.escape(_STRICT) + rb"(\w+)/")
_TRANSITIONAL = rb"http://schemas.openxmlformats.org/\1/2006/"

UNZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, struct.error)
"""What zipfile raises on members that are broken or compressed in a way it does not know."""


def open_package(source: Source, options: ReadOptions) -> BinaryIO:
    """The Office package of `source`, checked, decrypted with its password, in the namespaces that libraries know.

    What is decrypted or rewritten stays in memory. Raises as `check_archive`.
    """
    plain = _decrypted(source) if _is_ole(source) else source
    check_archive(plain, options)
    with zipfile.ZipFile(plain.stream) as package, _damage_of(source.name):
        if not any(name.lower() == "[content_types].xml" for name in package.namelist()):
            raise DamagedFile(source.name, detail="it holds no list of its parts, as every Office file does")
        stream = _rewritten(package) if _needs_rewriting(package) else plain.stream
    stream.seek(0)
    return stream


def check_archive(source: Source, options: ReadOptions) -> None:
    """Makes sure that a zip-based file can be unpacked and parsed without harm; leaves its stream at position 0.

    Raises DamagedFile where it is no zip archive or a part declares XML entities, TooLarge where its parts would unpack
    beyond the limits, PasswordNeeded where it is encrypted, UnsupportedFormat for a binary Office 97 file.
    """
    if _is_ole(source):
        if _encrypted_package(source) is None:
            raise UnsupportedFormat(source.name, detail="a file of Office 97-2003 (.doc, .xls, .ppt)")
        raise PasswordNeeded(source.name)
    with _damage_of(source.name), zipfile.ZipFile(source.stream) as package:
        members = package.infolist()
        _check_sizes(source.name, members, options)
        for member in members:
            if member.flag_bits & 1:
                raise PasswordNeeded(source.name)
            if member.filename.endswith(_XML_SUFFIXES) and (fault := _fault(package, member)):
                raise DamagedFile(source.name, detail=f"its part {member.filename[:100]} {fault}")
    source.stream.seek(0)


def _check_sizes(name: str, members: list[zipfile.ZipInfo], options: ReadOptions) -> None:
    """A member never unpacks beyond its declared size (zipfile stops there), so that the declared sizes are enough."""
    total = sum(member.file_size for member in members)
    if total > options.max_unpacked_bytes:
        limit = options.max_unpacked_bytes // _MEBIBYTE
        raise TooLarge(name, detail=f"it unpacks to {total // _MEBIBYTE} MiB, more than the {limit} MiB allowed")
    for member in members:
        ratio = member.file_size // max(member.compress_size, 1)
        if member.file_size > _RATIO_FLOOR and ratio > options.max_unpacked_ratio:
            size = member.file_size // _MEBIBYTE
            raise TooLarge(name, detail=f"a part of it grows {ratio}-fold to {size} MiB when unpacked")


def _fault(package: zipfile.ZipFile, member: zipfile.ZipInfo) -> str | None:
    """What is wrong with the beginning of an XML part: only there can entities be declared.

    A part that is not well-formed, or whose checksum is wrong, is left to whoever reads it.
    """
    found: list[str] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *_: found.append("doctype")
    parser.StartElementHandler = lambda *_: found.append("root")
    try:
        with package.open(member) as part:
            while not found and part.tell() < _PROLOG_LIMIT and (block := part.read(4096)):
                try:
                    parser.Parse(block)
                except (LookupError, ValueError):
                    return "is not in UTF-8 or UTF-16"
            if not found and part.tell() >= _PROLOG_LIMIT:
                return "does not begin for a megabyte"
    except (expat.ExpatError, *UNZIP_ERRORS):
        pass  # what was found until then counts
    return "declares XML entities, which no Office file does" if "doctype" in found else None


def _is_ole(source: Source) -> bool:
    source.stream.seek(0)
    magic = source.stream.read(len(_OLE_MAGIC))
    source.stream.seek(0)
    return magic == _OLE_MAGIC


def _encrypted_package(source: Source) -> BinaryIO | None:
    """The stream that holds an encrypted package, None in other OLE files."""
    import olefile

    with _damage_of(source.name):
        container = olefile.OleFileIO(source.stream)
        if not container.exists("EncryptedPackage"):
            return None
        stream: BinaryIO = container.openstream("EncryptedPackage")
        return stream


def _decrypted(source: Source) -> Source:
    if _encrypted_package(source) is None:
        raise UnsupportedFormat(source.name, detail="a file of Office 97-2003 (.doc, .xls, .ppt)")
    from msoffcrypto import exceptions
    from msoffcrypto.format.ooxml import OOXMLFile

    plain = io.BytesIO()
    try:
        package = OOXMLFile(source.stream)
        package.load_key(password=source.password or _EXCEL_DEFAULT_PASSWORD, verify_password=True)
        package.decrypt(plain)
    except exceptions.DecryptionError as error:
        raise PasswordNeeded(source.name) from error
    except (
        exceptions.FileFormatError,
        exceptions.ParseError,
        expat.ExpatError,
        LookupError,
        TypeError,
        *UNZIP_ERRORS,
    ) as error:
        raise DamagedFile(source.name, detail="its encryption could not be understood") from error
    return Source(source.name, plain, plain.tell())


def _needs_rewriting(package: zipfile.ZipFile) -> bool:
    """Whether the package is Strict Open XML, or names its parts with backslashes as some programs do."""
    names = package.namelist()
    return any("\\" in name for name in names) or ("_rels/.rels" in names and _STRICT in package.read("_rels/.rels"))


def _rewritten(package: zipfile.ZipFile) -> BinaryIO:
    """The package with part names and namespaces that every library knows."""
    rewritten = io.BytesIO()
    with zipfile.ZipFile(rewritten, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        members = {member.filename.replace("\\", "/"): member for member in package.infolist() if not member.is_dir()}
        for name, member in members.items():
            with package.open(member) as part, target.open(name, "w", force_zip64=True) as copy:
                if name.endswith(_XML_SUFFIXES):
                    copy.writelines(_with_transitional_namespaces(part))
                else:
                    shutil.copyfileobj(part, copy, _BLOCK)
    return rewritten


def _with_transitional_namespaces(part: IO[bytes]) -> Iterator[bytes]:
    tail = b""
    while block := part.read(_BLOCK):
        text = tail + block
        # A name may be cut by the end of the block: what begins in the last bytes waits for the next one.
        cut = text.rfind(b"http", max(len(text) - 128, 0))
        cut = len(text) if cut < 0 else cut
        tail = text[cut:]
        yield _STRICT_NAMESPACE.sub(_TRANSITIONAL, text[:cut])
    yield _STRICT_NAMESPACE.sub(_TRANSITIONAL, tail)


@contextmanager
def _damage_of(name: str) -> Iterator[None]:
    try:
        yield
    except UNZIP_ERRORS as error:
        raise DamagedFile(name, detail=f"its package could not be opened ({error})"[:200]) from error
