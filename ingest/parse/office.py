"""Documents and presentations of Office 97-2003, OpenDocument and rich text: converted by LibreOffice, then read.

LibreOffice is a large program with a long history of faults in its importers. It runs inside the sandbox like every
reader, under its limits and without a network. Besides, it sees no files but its own and the document, and its profile
switches macros and links off.
"""

import hashlib
import io
import os
import shutil
import signal
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.errors import DamagedFile, OutOfTime, PasswordNeeded, ReaderCrashed, UnreadableFile, UnsupportedFormat
from ingest.model import Element, Event, Loss, Notice, ReadOptions, Source
from ingest.parse import slides, word
from ingest.parse.archive import UNZIP_ERRORS, check_archive
from ingest.sandbox.confinement import keep_to_files
from ingest.sniff import DOC, ODP, ODT, PPT, RTF, recognise

_SECONDS = 600
_RESTART = 81  # how LibreOffice ends when it has made a new profile and wishes to be started again
_BLOCK = 1 << 20
_MANIFEST_LIMIT = 4 << 20

# Beside its own folder: its libraries, what Debian keeps of it elsewhere, fonts, and who the user is.
_READABLE = tuple(
    map(
        Path,
        (
            *("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/passwd", "/etc/nsswitch.conf", "/etc/locale.alias"),
            *("/etc/libreoffice", "/var/spool/libreoffice", "/var/lib/libreoffice"),
            *("/etc/fonts", "/var/cache/fontconfig", "/dev/urandom"),
        ),
    )
)
_SOCKETS = Path("/tmp")  # noqa: S108  where LibreOffice puts the one it listens on; it cannot be told otherwise

_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop>
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop>
</item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update">
<prop oor:name="Link" oor:op="fuse"><value>0</value></prop>
</item>
</oor:items>
"""


class OfficeMissing(UnreadableFile):
    """{name} is {detail}, which Lectern reads by means of LibreOffice, and that is not installed here. Save the file as
    {target} and upload that, or ask the operator to install LibreOffice (on Debian: apt-get install
    libreoffice-writer-nogui libreoffice-impress-nogui)."""

    code = "office_missing"


@dataclass(frozen=True, slots=True)
class _Conversion:
    """How one kind of file is read: what people call it, the ending it is given, and what it becomes."""

    label: str
    suffix: str
    target: str


_CONVERSIONS = {
    DOC: _Conversion("a Word 97-2003 document", "doc", "docx"),
    RTF: _Conversion("a rich text document", "rtf", "docx"),
    ODT: _Conversion("an OpenDocument text", "odt", "docx"),
    PPT: _Conversion("a PowerPoint 97-2003 presentation", "ppt", "pptx"),
    ODP: _Conversion("an OpenDocument presentation", "odp", "pptx"),
}


def read(source: Source, options: ReadOptions) -> Iterator[Event]:
    """The events of the converted file, after a notice that it was converted; pages are known for presentations only.

    Raises OfficeMissing where LibreOffice is not installed, PasswordNeeded, UnsupportedFormat (an encrypted
    OpenDocument file), DamagedFile (also where LibreOffice cannot open the file), OutOfTime, and what the readers of
    Word and PowerPoint files raise.
    """
    kind = recognise(source.stream, source.name, None)
    conversion = _CONVERSIONS[kind]
    program = _program(source.name, conversion)
    if kind in (ODT, ODP):
        check_archive(source, options)
        _check_manifest(source)
    elif kind in (DOC, PPT):
        source = _decrypted(source)
    with tempfile.TemporaryDirectory(prefix="office-") as folder:
        converted = _converted(program, source, conversion, Path(folder))
    is_document = conversion.target == "docx"
    pages = " Its page numbers are not known." if is_document else ""
    yield Notice(f"This file is {conversion.label}; what was read is what LibreOffice made of it.{pages}")
    for event in (word if is_document else slides).read(converted, options):
        # LibreOffice breaks pages elsewhere than the program that made the file: no page is better than a wrong one.
        yield replace(event, page=None) if is_document and isinstance(event, Element | Loss | Notice) else event


def _program(name: str, conversion: _Conversion) -> Path:
    """LibreOffice itself, without the script and the splash screen around it that only add processes."""
    for command in ("soffice", "libreoffice"):
        if (found := shutil.which(command)) and (program := Path(found).resolve().with_name("soffice.bin")).exists():
            return program
    raise OfficeMissing(name, detail=conversion.label, target=f".{conversion.target}")


def _converted(program: Path, source: Source, conversion: _Conversion, folder: Path) -> Source:
    """The file in its new form, read into memory; the folder holds the old one, the new one and a profile."""
    given = folder / f"document.{conversion.suffix}"
    source.stream.seek(0)
    with given.open("wb") as copy:
        shutil.copyfileobj(source.stream, copy, _BLOCK)
    settings = folder / "profile" / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True)
    settings.write_text(_PROFILE)
    try:
        code = _run(program, given, conversion.target, folder)
    except subprocess.TimeoutExpired as error:
        raise OutOfTime(source.name, seconds=_SECONDS) from error
    if code < 0:
        raise ReaderCrashed(source.name, detail=f"LibreOffice, {signal.Signals(-code).name}")
    made = folder / "made" / f"document.{conversion.target}"
    if not made.is_file() or made.is_symlink():
        raise DamagedFile(source.name, detail=f"LibreOffice could not open it as {conversion.label}")
    data = made.read_bytes()
    return Source(source.name, io.BytesIO(data), len(data))


def _run(program: Path, given: Path, target: str, folder: Path) -> int:
    """How LibreOffice ended; what it made of the given file, if anything, is in the folder `made`."""
    profile = (folder / "profile").as_uri()
    command = [
        str(program),
        *("--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck"),
        f"-env:UserInstallation={profile}",
        *("--convert-to", target, "--outdir", str(folder / "made"), str(given)),
    ]
    environment = {
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "SAL_USE_VCLPLUGIN": "svp",  # draws into memory, where there is no screen
    }
    readable = (*_READABLE, program.parent.parent)

    def run() -> int:
        return subprocess.run(
            command,
            # A link in the document must not bring in what else lies on this machine.
            preexec_fn=lambda: keep_to_files(folder, readable, _SOCKETS),
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
        ).returncode

    try:
        code = run()
        return run() if code == _RESTART else code
    finally:
        _socket_of(profile).unlink(missing_ok=True)  # it removes that itself, unless it was killed or crashed


def _socket_of(profile: str) -> Path:
    """Where LibreOffice listens while it uses a profile."""
    digest = hashlib.md5(profile.encode("utf-16-le"), usedforsecurity=False).digest()
    return _SOCKETS / f"OSL_PIPE_{os.getuid()}_SingleOfficeIPC_{''.join(f'{byte:x}' for byte in digest)}"


def _check_manifest(source: Source) -> None:
    """Refuses what is encrypted, as the manifest of an OpenDocument package tells."""
    try:
        with zipfile.ZipFile(source.stream) as package, package.open("META-INF/manifest.xml") as part:
            encrypted = b"encryption-data" in part.read(_MANIFEST_LIMIT)
    except (KeyError, *UNZIP_ERRORS) as error:
        raise DamagedFile(source.name, detail="the list of its parts, META-INF/manifest.xml, is missing") from error
    source.stream.seek(0)
    if encrypted and source.password:
        raise UnsupportedFormat(source.name, detail="an OpenDocument file protected by a password")
    if encrypted:
        raise PasswordNeeded(source.name)


def _decrypted(source: Source) -> Source:
    """An Office 97-2003 file without its encryption, if it has any."""
    from msoffcrypto import OfficeFile, exceptions

    broken = (exceptions.DecryptionError, exceptions.FileFormatError, exceptions.ParseError, LookupError, TypeError)
    try:
        file = OfficeFile(source.stream)
        is_encrypted = file.is_encrypted()
    except (*broken, *UNZIP_ERRORS):
        return source  # older or broken: LibreOffice may know better
    if not is_encrypted:
        return source
    if source.password is None:
        raise PasswordNeeded(source.name)
    plain = io.BytesIO()
    try:
        file.load_key(password=source.password)
        file.decrypt(plain)
    except exceptions.InvalidKeyError as error:
        raise PasswordNeeded(source.name) from error
    except (*broken, *UNZIP_ERRORS) as error:
        raise DamagedFile(source.name, detail="its encryption could not be understood") from error
    return replace(source, stream=plain, size=plain.tell(), password=None)
