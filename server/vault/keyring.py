"""Data keys: one per file, wrapped by the master key, and what is sealed with them."""

import base64
import binascii
import contextlib
import io
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from server.errors import DamagedSeal, UnknownFile
from server.vault.derive import KEY_BYTES, derive
from server.vault.master import MasterKey
from server.vault.segments import SealedReader, SealedWriter

# A key that another process destroyed is forgotten here after so many seconds.
REMEMBERED_SECONDS = 60.0

_SEALED_TEXT, _PLAIN_TEXT = "s1:", "p1:"
_NONCE_BYTES = 12
_TAG_BYTES = 16


class WrappedKeys(Protocol):
    """Where the wrapped keys lie."""

    def add(self, keys: Mapping[str, bytes]) -> None:
        """Stores the wrapped key of each file; one that is there stays."""
        ...

    def get(self, file_id: str) -> bytes | None:
        """The wrapped key, if there is one."""
        ...

    def get_all(self, file_ids: Sequence[str]) -> Mapping[str, bytes]:
        """File -> its wrapped key, of those that have one."""
        ...

    def remove(self, file_id: str) -> None:
        """Removes the key so that it cannot be found on the disk again; it may be gone already."""
        ...


class _FileKey:
    """The data key of one file and what it is used for. A key derived for one purpose opens nothing of another."""

    def __init__(self, file_id: str, key: bytes) -> None:
        self._file_id = file_id
        self._key = key
        self.known_until = time.monotonic() + REMEMBERED_SECONDS

    @cached_property
    def text(self) -> AESGCM:
        return AESGCM(derive(self._key, "text"))

    def of_object(self, name: str) -> bytes:
        """The key of an object; "files/x" and "elements/x" have different ones."""
        return derive(self._key, "object/" + name.partition("/")[0])

    def binding(self, mode: str, context: str) -> bytes:
        """What a sealed text is bound to."""
        return "\0".join((mode, self._file_id, context)).encode()


class Keyring:
    """Seals and opens text and objects with the keys of files (the port `Keys`).

    With `seal` off what is written lies in clear but stays proven; what was sealed before can still be opened, and the
    other way round: each text and object tells how it was written.
    """

    def __init__(
        self, master: MasterKey, root: bytes, wrapped: WrappedKeys, *, seal: bool = True, remembered: int = 4096
    ) -> None:
        self._master = master
        self._root = root
        self._wrapped = wrapped
        self._seal = seal
        self._remembered = remembered
        self._keys: OrderedDict[str, _FileKey] = OrderedDict()
        self._lock = threading.Lock()
        self._destroyed = 0  # a key read while this grew is not remembered: it may be the destroyed one

    def create(self, *file_ids: str) -> None:
        """Makes the keys of files, together; a file that has one keeps it."""
        self._wrapped.add({file_id: self._master.wrap(file_id, os.urandom(KEY_BYTES)) for file_id in file_ids})

    def destroy(self, file_id: str) -> None:
        """Forgets the file's key: nothing sealed with it can be opened again (other processes forget it within a
        minute)."""
        self._wrapped.remove(file_id)
        with self._lock:
            self._keys.pop(file_id, None)
            self._destroyed += 1

    def secret(self, purpose: str) -> bytes:
        """A 32-byte secret of this installation, always the same for the same purpose."""
        return derive(self._root, "secret/" + purpose)

    def seal_text(self, file_id: str, text: str, context: str, *, always: bool = False) -> str:
        """The text sealed under the file's key, as "s1:" and base64. `context` must be the same to open it. `always`:
        also where nothing else is sealed.

        Raises:
            UnknownFile: the file has no key (any more).
        """
        key = self._key(file_id)
        # 96 random bits are enough for 2^32 texts under one key (NIST SP 800-38D, 8.3).
        nonce, plain = os.urandom(_NONCE_BYTES), text.encode("utf-8", "surrogatepass")
        if self._seal or always:
            sealed = nonce + key.text.encrypt(nonce, plain, key.binding(_SEALED_TEXT, context))
            return _SEALED_TEXT + base64.b64encode(sealed).decode()
        proof = nonce + key.text.encrypt(nonce, b"", key.binding(_PLAIN_TEXT, context) + b"\0" + plain)
        return f"{_PLAIN_TEXT}{base64.b64encode(proof).decode()}:{text}"

    def read(self, file_ids: Sequence[str]) -> None:
        """Reads the keys of files that are about to be opened in one go instead of one by one."""
        with self._lock:
            now = time.monotonic()
            missing = [one for one in file_ids if one not in self._keys or now >= self._keys[one].known_until]
            destroyed = self._destroyed
        if missing:
            for file_id, wrapped in self._wrapped.get_all(missing).items():
                with contextlib.suppress(DamagedSeal):  # whoever opens something with it is told
                    self._unwrap(file_id, wrapped, destroyed)

    def open_text(self, file_id: str, sealed: str, context: str) -> str:
        """The text.

        Raises:
            DamagedSeal: it was changed or moved, or the file's key is gone.
        """
        mode, rest = sealed[: len(_SEALED_TEXT)], sealed[len(_SEALED_TEXT) :]
        try:
            key = self._key(file_id)
            if mode == _SEALED_TEXT:
                stored = _decode(rest)
                plain = key.text.decrypt(stored[:_NONCE_BYTES], stored[_NONCE_BYTES:], key.binding(mode, context))
                return plain.decode("utf-8", "surrogatepass")
            proof, colon, text = rest.partition(":")
            if mode != _PLAIN_TEXT or not colon:
                raise InvalidTag
            stored, plain = _decode(proof), text.encode("utf-8", "surrogatepass")
            bound = key.binding(mode, context) + b"\0" + plain
            key.text.decrypt(stored[:_NONCE_BYTES], stored[_NONCE_BYTES:], bound)
        except (InvalidTag, UnknownFile):
            raise DamagedSeal(name=f"Text {context} of {file_id}") from None
        return text

    def object_writer(self, sink: BinaryIO, name: str, key_of: str) -> SealedWriter:
        """A writer that seals an object into `sink`.

        Raises:
            UnknownFile: the file `key_of` has no key (any more).
        """
        return SealedWriter(sink, self._key(key_of).of_object(name), name, seal=self._seal)

    def object_reader(self, source: io.BufferedIOBase, name: str, key_of: str) -> SealedReader:
        """The object's plain content.

        Raises:
            DamagedSeal: it is not what was sealed, or the key of the file `key_of` is gone.
        """
        try:
            key = self._key(key_of).of_object(name)
        except UnknownFile:
            raise DamagedSeal(name=name) from None
        return SealedReader(source, key, name)

    def _key(self, file_id: str) -> _FileKey:
        with self._lock:
            known = self._keys.get(file_id)
            if known is not None and time.monotonic() < known.known_until:
                self._keys.move_to_end(file_id)
                return known
            destroyed = self._destroyed
        wrapped = self._wrapped.get(file_id)
        if wrapped is None:
            with self._lock:
                self._keys.pop(file_id, None)
            raise UnknownFile(file=file_id)
        return self._unwrap(file_id, wrapped, destroyed)

    def _unwrap(self, file_id: str, wrapped: bytes, destroyed: int) -> _FileKey:
        """The key, which is remembered unless one was destroyed since so many were."""
        try:
            key = _FileKey(file_id, self._master.unwrap(file_id, wrapped))
        except InvalidTag:
            raise DamagedSeal(name=f"The key of {file_id}") from None
        with self._lock:
            if self._destroyed == destroyed:
                self._keys[file_id] = key
            while len(self._keys) > self._remembered:
                self._keys.popitem(last=False)
        return key


def _decode(text: str) -> bytes:
    """Strict base64 of a nonce and a tag at least; one text has one encoding."""
    try:
        stored = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidTag from None
    if len(stored) < _NONCE_BYTES + _TAG_BYTES or base64.b64encode(stored).decode() != text:
        raise InvalidTag
    return stored
