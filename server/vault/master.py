"""The master key: 32 random bytes in a file that only its owner may read.

It wraps other keys and nothing else. Beside it, `seal.json` holds the root secret of the installation, wrapped: it
proves that the key is the right one, and as the secrets come of the root, a later change of the master key re-wraps
keys and changes no data.
"""

import base64
import binascii
import hashlib
import json
import os
import stat
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from server.errors import MissingMasterKey, WrongMasterKey, WrongSetting
from server.vault.derive import KEY_BYTES, derive

KEY_FILE = "master.key"
ROOT_FILE = "seal.json"

_ROOT_NAME = "root"
_WRAP_VERSION = 1
_ID_BYTES = 8
_NONCE_BYTES = 12


class MasterKey:
    """Wraps keys: version | id of the wrapping key, 8 bytes | nonce, 12 bytes | AES-256-GCM of the key.

    AES-GCM (NIST SP 800-38D) rather than AES-KW (RFC 3394), because it binds a wrapped key to the name it was made for:
    keys cannot be exchanged between files by somebody who can only write to the database.
    """

    def __init__(self, key: bytes) -> None:
        self.bytes = key
        self.id = hashlib.sha256(derive(key, "key id")).digest()[:_ID_BYTES]
        self._aead = AESGCM(derive(key, "wrap"))

    def wrap(self, name: str, key: bytes) -> bytes:
        """The key, sealed for this name."""
        nonce = os.urandom(_NONCE_BYTES)
        head = bytes([_WRAP_VERSION]) + self.id
        return head + nonce + self._aead.encrypt(nonce, key, head + name.encode())

    def unwrap(self, name: str, wrapped: bytes) -> bytes:
        """The key that was wrapped for this name.

        Raises:
            InvalidTag: another master key or name, or damage.
        """
        head, rest = wrapped[: 1 + _ID_BYTES], wrapped[1 + _ID_BYTES :]
        if len(rest) < _NONCE_BYTES or head != bytes([_WRAP_VERSION]) + self.id:
            raise InvalidTag
        return self._aead.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], head + name.encode())

    def root_file(self, root: bytes) -> bytes:
        """The text of `seal.json` for a root secret."""
        wrapped = base64.b64encode(self.wrap(_ROOT_NAME, root)).decode()
        return json.dumps({"version": 1, "master_key_id": self.id.hex(), "root": wrapped}, indent=1).encode() + b"\n"

    def root(self, text: bytes) -> bytes:
        """The root secret of a `seal.json`.

        Raises:
            InvalidTag: it was made with another master key, or is damaged.
        """
        try:
            return self.unwrap(_ROOT_NAME, base64.b64decode(json.loads(text)["root"], validate=True))
        except (ValueError, KeyError, TypeError):
            raise InvalidTag from None


def open_master_key(data: Path, *, sealed_elsewhere: bool = False) -> tuple[MasterKey, bytes]:
    """The master key and the root secret of a data folder; both are made when nothing has been sealed yet.

    `sealed_elsewhere`: whether the database knows of sealed files.

    Raises:
        MissingMasterKey: a key file is gone although there is sealed data.
        WrongMasterKey: the key is not the one of this data.
        WrongSetting: others may read the key file, or it does not hold a key.
    """
    key_path, root_path = data / KEY_FILE, data / ROOT_FILE
    has_data = sealed_elsewhere or any((data / "files").glob("*/*"))
    if not key_path.exists():
        if has_data or root_path.exists():
            raise MissingMasterKey(data=data, path=key_path)
        write_secret(key_path, encode_key(os.urandom(KEY_BYTES)))
    master = MasterKey(read_master_key(key_path))
    if not root_path.exists():
        if has_data:
            raise MissingMasterKey(data=data, path=root_path)
        write_secret(root_path, master.root_file(os.urandom(KEY_BYTES)))
    try:
        return master, master.root(root_path.read_bytes())
    except InvalidTag:
        raise WrongMasterKey(path=key_path) from None


def read_master_key(path: Path) -> bytes:
    """The key in a key file.

    Raises:
        WrongSetting: others may read the file, or it does not hold a key.
    """
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        detail = f"its permissions are {mode:04o}, so others may read the master key. Run: chmod 600 {path}"
        raise WrongSetting(setting=path, detail=detail)
    try:
        return decode_key(path.read_bytes())
    except ValueError as error:
        raise WrongSetting(setting=path, detail=str(error)) from None


def encode_key(key: bytes) -> bytes:
    """A key as it stands in a key file."""
    return base64.b64encode(key) + b"\n"


def decode_key(text: bytes) -> bytes:
    """The key of a key file's text.

    Raises:
        ValueError: it is not 32 bytes in base64.
    """
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError(f"a master key is {KEY_BYTES} bytes in base64")
    return key


def write_secret(path: Path, content: bytes) -> None:
    """Writes a file only its owner may read, whole and durable or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
