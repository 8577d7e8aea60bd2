"""Ways to spoil a file. Every one takes the file and a source of chance, and gives another file."""

import contextlib
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from functools import cache
from random import Random

from tests.golden.documents import DOCUMENTS
from tests.golden.package import zipped

Mutation = Callable[[bytes, Random], bytes]

_NUMBERS = ["0", "-1", "1", "65536", "2147483647", "4294967296", "-2147483649", "1e999", "NaN", "0.0000001"]
_WORDS = [*_NUMBERS, "", "../../../etc/passwd", "\ufffe", "A" * 5000, "%s%n", "http://127.0.0.1:9/", "\U0001f600" * 40]
_BYTES = [b"\0", b"\xff" * 2, b"\xff" * 4, b"\x7f\xff\xff\xff", b"\0\0\0\x80", b"\x00" * 16]
_TAG = re.compile(rb"<[^<>]+>")
_VALUE = re.compile(rb'="[^"]*"')
_NUMBER = re.compile(rb"(?<![\w.])-?\d+(?:\.\d+)?")
_NAME = re.compile(rb"/[A-Za-z]+")


def mutant(seed: int, names: Sequence[str]) -> tuple[str, bytes]:
    """One of the golden documents, spoilt one to three times; the same for the same seed and names."""
    chance = Random(seed)
    name = chance.choice(names)
    data = original(name)
    for _ in range(chance.choice((1, 1, 2, 3))):
        data = chance.choice(_fitting(data))(data, chance)
    return name, data


@cache
def original(name: str) -> bytes:
    """A golden document."""
    return DOCUMENTS[name]()


def _fitting(data: bytes) -> list[Mutation]:
    general: list[Mutation] = [flip, cut, splice, overwrite, repeat]
    if _parts(data):
        return [*general, member, member, markup_in_member, markup_in_member, markup_in_member, shuffle_members]
    if data.startswith(b"%PDF"):
        return [*general, *[pdf_number, pdf_name, pdf_object] * 2]
    return [*general, markup, markup] if b"<" in data else general


def flip(data: bytes, chance: Random) -> bytes:
    """Turns over single bits."""
    spoilt = bytearray(data)
    for _ in range(chance.randint(1, 24) if spoilt else 0):
        spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
    return bytes(spoilt)


def cut(data: bytes, chance: Random) -> bytes:
    """Takes off the end, the beginning, or a piece in between."""
    start, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    return chance.choice((data[:end], data[start:], data[:start] + data[end:]))


def splice(data: bytes, chance: Random) -> bytes:
    """Puts a piece of another document somewhere."""
    other = original(chance.choice(sorted(DOCUMENTS)))
    start = chance.randrange(len(other) + 1)
    piece = other[start : start + chance.randrange(1, 4096)]
    place = chance.randrange(len(data) + 1)
    return data[:place] + piece + data[place + chance.choice((0, len(piece))) :]


def overwrite(data: bytes, chance: Random) -> bytes:
    """Puts bytes that lie at the ends of a number's range somewhere."""
    place, value = chance.randrange(len(data) + 1), chance.choice(_BYTES)
    return data[:place] + value + data[place + len(value) :]


def repeat(data: bytes, chance: Random) -> bytes:
    """Repeats a piece, up to a thousand times."""
    place = chance.randrange(len(data) + 1)
    piece = data[place : place + chance.randrange(1, 200)]
    return data[:place] + piece * chance.choice((2, 50, 1000)) + data[place:]


def member(data: bytes, chance: Random) -> bytes:
    """Spoils one member of a package, whose checksum is right all the same."""
    return _in_member(data, chance, chance.choice((flip, cut, splice, overwrite, repeat)))


def markup_in_member(data: bytes, chance: Random) -> bytes:
    """Changes the markup of one member of a package."""
    return _in_member(data, chance, markup)


def shuffle_members(data: bytes, chance: Random) -> bytes:
    """Leaves a member out, or gives it the name or the content of another."""
    parts = _parts(data)
    if len(parts) > 1:
        one, other = chance.sample(sorted(parts), 2)
        match chance.randrange(3):
            case 0:
                del parts[one]
            case 1:
                parts[one] = parts[other]
            case _:
                parts[chance.choice((f"../{one}", one.upper(), other))] = parts.pop(one)
    return zipped(parts)


def _in_member(data: bytes, chance: Random, mutation: Mutation) -> bytes:
    parts = _parts(data)
    if parts:
        name = chance.choice(sorted(parts))
        parts[name] = mutation(parts[name], chance)
    return zipped(parts)


def _parts(data: bytes) -> dict[str, bytes]:
    """The members that can still be read; an earlier mutation may have spoilt the package in any way."""
    parts = {}
    with contextlib.suppress(Exception), zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            with contextlib.suppress(Exception):
                parts[name] = archive.read(name)
    return parts


def markup(data: bytes, chance: Random) -> bytes:
    """Leaves a tag out, doubles, moves or nests it, or changes the value of an attribute or the text between tags."""
    tags = list(_TAG.finditer(data))
    if not tags:
        return data
    tag = chance.choice(tags)
    before, after = data[: tag.start()], data[tag.end() :]
    value = chance.choice(_WORDS).encode(errors="replace")
    other = chance.choice(tags).start()
    spoilt = (
        before + after,
        before + tag[0] * chance.choice((2, 40, 3000)) + after,
        before + tag[0] + value + after,
        before + _VALUE.sub(lambda _: b'="' + value + b'"', tag[0], count=chance.randint(1, 3)) + after,
        data[:other] + tag[0] + data[other:],
        data[:other] + data[tag.start() : tag.start() + 20_000] + data[other:],
    )
    return chance.choice(spoilt)


def pdf_number(data: bytes, chance: Random) -> bytes:
    """Changes a number outside of what is compressed: a length, an offset, a size, a reference."""
    return _instead(data, _NUMBER, chance.choice(_NUMBERS).encode(), chance)


def pdf_name(data: bytes, chance: Random) -> bytes:
    """Puts one name in the place of another."""
    names = _NAME.findall(data[:20_000]) + _NAME.findall(data[-20_000:])
    return _instead(data, _NAME, chance.choice(names), chance) if names else data


def pdf_object(data: bytes, chance: Random) -> bytes:
    """Puts one object's content in the place of another's, or leaves an object out."""
    objects = list(re.finditer(rb"\d+ 0 obj\b(.*?)endobj", data, re.DOTALL))
    if not objects:
        return data
    one, other = chance.choice(objects), chance.choice(objects)
    return data[: one.start(1)] + (other[1] if chance.random() < 0.8 else b"") + data[one.end(1) :]


def _instead(data: bytes, pattern: re.Pattern[bytes], value: bytes, chance: Random) -> bytes:
    found = list(pattern.finditer(data))
    if not found:
        return data
    place = chance.choice(found)
    return data[: place.start()] + value + data[place.end() :]
