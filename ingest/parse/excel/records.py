"""The records that the parts of a binary workbook (.xlsb) are made of."""

import zipfile
from collections.abc import Iterator
from struct import Struct

_BLOCK = 1024 * 1024
_LONGEST = 16 * 1024 * 1024  # no record of a workbook comes near it
LONG = Struct("<I").unpack_from
DOUBLE = Struct("<d").unpack_from
_SIGNED = Struct("<i").unpack_from


def records(package: zipfile.ZipFile, part: str) -> Iterator[tuple[int, bytes]]:
    """Type and content of every record of a part, in constant memory.

    Raises ValueError where a record breaks off, and what zipfile raises.
    """
    with package.open(part) as stream:
        data = b""
        at = 0
        while block := stream.read(_BLOCK):
            data, at = data[at:] + block, 0
            while (found := _header(data, at)) is not None:
                kind, start, end = found
                if end > len(data):
                    break
                yield kind, data[start:end]
                at = end
        if at < len(data):
            raise ValueError("it ends in the middle of a record")


def _header(data: bytes, at: int) -> tuple[int, int, int] | None:
    """Type, start and end of the record at a position; None where its header is cut off.

    Both numbers are written in groups of seven bits, the lowest first: a type in at most two, a length in four.
    """
    try:
        kind = data[at]
        at += 1
        if kind & 0x80:
            kind = kind & 0x7F | (data[at] & 0x7F) << 7
            at += 1
        length = shift = 0
        for _ in range(4):
            byte = data[at]
            at += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
    except IndexError:
        return None
    if length > _LONGEST:
        raise ValueError("it has a record of impossible length")
    return kind, at, at + length


def text_at(data: bytes, at: int) -> tuple[str, int]:
    """A text and the position after it. Raises ValueError where it reaches beyond the record."""
    (length,) = LONG(data, at)
    end = at + 4 + 2 * length
    if length == 0xFFFFFFFF:  # no text
        return "", at + 4
    if end > len(data):
        raise ValueError("a text is longer than its record")
    return data[at + 4 : end].decode("utf-16-le", "replace"), end


def compact_number(data: bytes, at: int) -> float:
    """A number in 30 bits: a whole one, or the upper bits of a double; maybe in hundredths."""
    (raw,) = LONG(data, at)
    value: float = _SIGNED(data, at)[0] >> 2 if raw & 2 else DOUBLE(bytes(4) + (raw & ~3).to_bytes(4, "little"))[0]
    return value / 100 if raw & 1 else value
