"""The sealed stream format: independently readable segments of 1 MiB under AES-256-GCM.

An object is a header of 16 bytes and one or more segments, each followed by its tag of 16 bytes::

    "LSEG" | version 1 | mode "S" or "P" | log2 of the segment size | 0 0 | nonce prefix, 7 random bytes

This is the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its
Nonce-Reuse Misuse-Resistance, CRYPTO 2015): the nonce of a segment is prefix | number | last flag, so that no segment
can stand in another place and nothing can be cut off or added. The additional data binds it to the header and to the
object's name, so that no object can stand in for another. All segments but the last are full; an empty object has one
empty segment.

In mode P (LECTERN_SEAL off, the control experiment) the content lies in clear, but its tag (GMAC, NIST SP 800-38D)
still proves it: nobody can replace a sealed object by one of his own that claims to be written while the seal was off.
"""

import io
import os
import struct
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from typing_extensions import Buffer

from server.errors import DamagedSeal

SEGMENT_BITS = 20
HEADER_BYTES = 16
TAG_BYTES = 16

Bytes = bytes | bytearray | memoryview

_MAGIC = b"LSEG"
_VERSION = 1
_SEALED, _PLAIN = b"S", b"P"
CLEAR = _MAGIC + bytes([_VERSION]) + _PLAIN
"""How an object begins that was written while the seal was off."""

_PREFIX_BYTES = 7
_HEADER = struct.Struct(f">4sBcBH{_PREFIX_BYTES}s")
_SMALLEST_BITS, _LARGEST_BITS = 4, 26


class _Seal:
    """Seals and opens the single segments of one object."""

    def __init__(self, key: bytes, name: str, header: bytes) -> None:
        magic, version, mode, bits, reserved, self._prefix = _HEADER.unpack(header)
        known = (magic, version, reserved) == (_MAGIC, _VERSION, 0) and mode in (_SEALED, _PLAIN)
        if not known or not _SMALLEST_BITS <= bits <= _LARGEST_BITS:
            raise DamagedSeal(name=name)
        self.hides: bool = mode == _SEALED
        self.size: int = 1 << bits
        self._aead = AESGCM(key)
        self._name = name
        encoded = name.encode()
        self._bound = header + struct.pack(">I", len(encoded)) + encoded

    def seal(self, number: int, last: bool, plain: Bytes, into: memoryview) -> None:
        """Writes the segment as it is stored, its tag at the end, to `into`."""
        nonce, bound = self._place(number, last)
        if self.hides:
            self._aead.encrypt_into(nonce, plain, bound, into)
        else:
            into[:-TAG_BYTES] = plain
            into[-TAG_BYTES:] = self._aead.encrypt(nonce, b"", bound + plain)

    def open(self, number: int, last: bool, stored: memoryview, into: memoryview) -> None:
        """Writes the segment's content to `into`."""
        nonce, bound = self._place(number, last)
        try:
            if self.hides:
                self._aead.decrypt_into(nonce, stored, bound, into)
            else:
                into[:] = stored[:-TAG_BYTES]
                self._aead.decrypt(nonce, stored[-TAG_BYTES:], bound + into)
        except InvalidTag:
            raise DamagedSeal(name=self._name) from None

    def _place(self, number: int, last: bool) -> tuple[bytes, bytes]:
        place = struct.pack(">I?", number, last)
        return self._prefix + place, self._bound + place


class SealedWriter(io.BufferedIOBase):
    """Seals what is written into `sink`, at most a segment of it in memory.

    Only `finish` completes the object: closing without it leaves one that no reader accepts. The sink stays open.
    """

    def __init__(
        self, sink: BinaryIO, key: bytes, name: str, *, seal: bool = True, segment_bits: int = SEGMENT_BITS
    ) -> None:
        mode = _SEALED if seal else _PLAIN
        header = _HEADER.pack(_MAGIC, _VERSION, mode, segment_bits, 0, os.urandom(_PREFIX_BYTES))
        self._seal = _Seal(key, name, header)
        self._size = 1 << segment_bits
        self._sink = sink
        # The same two buffers for all segments: new ones of this size cost more than the cipher (page faults).
        self._stored = memoryview(bytearray(self._size + TAG_BYTES))
        self._waiting = memoryview(
            bytearray(self._size)
        )  # a full segment waits until it is known whether it is the last
        self._held = 0
        self._number = 0
        sink.write(header)

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: Buffer, /) -> int:
        """Takes all bytes."""
        if self.closed:
            raise ValueError("write to a finished object")
        with memoryview(data).cast("B") as view:
            taken = 0
            while taken < len(view):
                if self._held == self._size:
                    self._put(last=False)
                room = min(self._size - self._held, len(view) - taken)
                self._waiting[self._held : self._held + room] = view[taken : taken + room]
                self._held += room
                taken += room
            return taken

    def finish(self) -> None:
        """Writes the last segment and closes the writer."""
        if self.closed:
            raise ValueError("the object is finished")
        self._put(last=True)
        self.close()

    def _put(self, *, last: bool) -> None:
        stored = self._stored[: self._held + TAG_BYTES]
        self._seal.seal(self._number, last, self._waiting[: self._held], stored)
        self._sink.write(stored)
        self._number += 1
        self._held = 0


class SealedReader(io.BufferedIOBase):
    """The plain content of an object as a seekable stream; reads and opens only the segments asked for.

    Opening it proves the object's length by its last segment. It belongs to one thread, keeps one segment in memory and
    closes `source` with itself.

    Raises:
        DamagedSeal: (from opening and from reading) the object is not what was sealed under this key and name.
    """

    def __init__(self, source: io.BufferedIOBase, key: bytes, name: str) -> None:
        self._source = source
        self._name = name
        self._end = source.seek(0, os.SEEK_END)
        stored = self._end - HEADER_BYTES
        if stored < TAG_BYTES:
            raise DamagedSeal(name=name)
        source.seek(0)
        self._seal = _Seal(key, name, source.read(HEADER_BYTES))
        self._size = self._seal.size
        self._last = (stored - 1) // (self._size + TAG_BYTES)
        self._length = stored - (self._last + 1) * TAG_BYTES
        self._position = 0
        longest = min(self._size, stored)
        self._stored = memoryview(bytearray(longest + TAG_BYTES))
        self._plain = memoryview(bytearray(longest))
        self._number = -1
        self._load(self._last)

    @property
    def sealed(self) -> bool:
        """False for an object that was written while the seal was off."""
        return self._seal.hides

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """Position in the plain content."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Moves to a position in the plain content, as files do; past the end is allowed."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._length}[whence]
        if base + offset < 0:
            raise ValueError(f"negative position {base + offset}")
        self._position = base + offset
        return self._position

    def read(self, size: int | None = -1, /) -> bytes:
        """The next `size` bytes, or all that are left; fewer only at the end."""
        if self.closed:
            raise ValueError("read of a closed object")
        left = max(0, self._length - self._position)
        wanted = left if size is None or size < 0 else min(size, left)
        parts: list[bytes] = []
        while wanted:
            number, start = divmod(self._position, self._size)
            if number != self._number:
                self._load(number)
            part = bytes(self._plain[start : min(start + wanted, self._size)])
            parts.append(part)
            self._position += len(part)
            wanted -= len(part)
        return b"".join(parts)

    def read1(self, size: int = -1, /) -> bytes:
        """As `read`, but at most to the end of the current segment."""
        left = self._size - self._position % self._size
        return self.read(left if size < 0 else min(size, left))

    def close(self) -> None:
        """Closes the source too."""
        if not self.closed:
            self._source.close()
        super().close()

    def _load(self, number: int) -> None:
        self._number = -1
        stride = self._size + TAG_BYTES
        start = HEADER_BYTES + number * stride
        self._source.seek(start)
        stored = self._stored[: min(stride, self._end - start)]
        if len(stored) < TAG_BYTES or self._source.readinto(stored) != len(stored):
            raise DamagedSeal(name=self._name)
        self._seal.open(number, number == self._last, stored, self._plain[: len(stored) - TAG_BYTES])
        self._number = number


def lies_in_clear(start: bytes) -> bool:
    """Whether an object that starts with these bytes was written while the seal was off."""
    return start.startswith(CLEAR)
