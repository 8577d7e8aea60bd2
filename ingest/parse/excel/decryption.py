"""OpenDocument packages that are protected by a password, as ODF 1.2 and 1.3 describe it."""

import hashlib
import io
import zipfile
import zlib
from base64 import b64decode
from typing import BinaryIO, NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from lxml import etree

from ingest.errors import PasswordNeeded, TooLarge, UnsupportedFormat
from ingest.model import ReadOptions, Source
from ingest.parse.excel.parts import root

_MANIFEST = "META-INF/manifest.xml"
_SPACE = "{urn:oasis:names:tc:opendocument:xmlns:manifest:1.0}"
_MOST_ITERATIONS = 10_000_000
_CHECKED_BYTES = 1024


class _Lock(NamedTuple):
    """How one part of a package is encrypted."""

    size: int
    vector: bytes
    salt: bytes
    iterations: int
    checksum: bytes


def unlocked(source: Source, options: ReadOptions) -> BinaryIO:
    """The package with its parts decrypted, in memory; as it is, if nothing of it is encrypted.

    Raises PasswordNeeded without the right password, UnsupportedFormat where it is encrypted in another way (as
    LibreOffice 24.8 and later do if asked to), TooLarge, and what zipfile and lxml raise on a broken package.
    """
    with zipfile.ZipFile(source.stream) as package:
        manifest = root(package, _MANIFEST) if _MANIFEST in package.NameToInfo else etree.Element("none")
        entries = {
            entry.get(f"{_SPACE}full-path", ""): entry
            for entry in manifest.iter(f"{_SPACE}file-entry")
            if entry.find(f"{_SPACE}encryption-data") is not None
        }
        if not entries:
            return source.stream
        if not source.password:
            raise PasswordNeeded(source.name)
        locks = {name: _lock(source.name, entry) for name, entry in entries.items()}
        if sum(lock.size for lock in locks.values()) > options.max_unpacked_bytes:
            raise TooLarge(source.name, detail="it unpacks to more than is allowed")
        plain = io.BytesIO()
        with zipfile.ZipFile(plain, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
            for member in package.infolist():
                data = package.read(member)
                lock = locks.get(member.filename)
                target.writestr(member.filename, data if lock is None else _decrypted(source, data, lock))
    return plain


def _lock(name: str, entry: etree._Element) -> _Lock:
    facts: dict[str, str] = {}
    for element in entry.iter():
        facts.update({key.removeprefix(_SPACE): str(value) for key, value in element.attrib.items()})
    known = (
        facts.get("algorithm-name", "").endswith("#aes256-cbc")
        and facts.get("key-derivation-name", "").rpartition("#")[2].upper() == "PBKDF2"
        and facts.get("start-key-generation-name", "").endswith("#sha256")
        and facts.get("checksum-type", "").lower().endswith("#sha256-1k")
        and int(facts["iteration-count"]) <= _MOST_ITERATIONS
    )
    if not known:
        raise UnsupportedFormat(name, detail="an OpenDocument file that is encrypted in an uncommon way")
    vector, salt, checksum = (b64decode(facts[key]) for key in ("initialisation-vector", "salt", "checksum"))
    return _Lock(int(facts["size"]), vector, salt, int(facts["iteration-count"]), checksum)


def _decrypted(source: Source, data: bytes, lock: _Lock) -> bytes:
    start = hashlib.sha256((source.password or "").encode()).digest()
    key = hashlib.pbkdf2_hmac("sha1", start, lock.salt, lock.iterations, 32)
    decryptor = Cipher(algorithms.AES(key), modes.CBC(lock.vector)).decryptor()
    packed = decryptor.update(data) + decryptor.finalize()
    if hashlib.sha256(packed[:_CHECKED_BYTES]).digest() != lock.checksum:
        # Short parts are checked without their padding, whose length its last byte tells.
        packed = packed[: -packed[-1]] if packed else packed
        if hashlib.sha256(packed[:_CHECKED_BYTES]).digest() != lock.checksum:
            raise PasswordNeeded(source.name)
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, lock.size)
