"""Finds out in which encoding a text was written, and reads it."""

import codecs
import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, TextIO

_BLOCK = 1 << 20
_SAMPLE = 64 * 1024
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Two-byte encodings with the lead bytes of their everyday characters, in the order of trial: the first wins a draw.
_EAST_ASIAN = {
    "gb18030": range(0xB0, 0xD8),
    "cp932": range(0x88, 0x98),
    "big5": range(0xA4, 0xC7),
    "euc_kr": range(0xB0, 0xC9),
    "euc_jp": range(0xB0, 0xD0),
}
_EVERYDAY = re.compile(
    "[\t\n\r -~\u00a0-\u024f\u0370-\u052f\u2010-\u203a\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff5e]+"
)
_HIGH_RUN = re.compile("[^\x00-\x7f]+")
_KANA = re.compile("[\u3041-\u309f\u30a1-\u30fc]")
_UNLIKELY = re.compile("[\x80-\x9f\uff61-\uff9f\ue000-\uf8ff\u0370-\u05ff\u2500-\u25ff]")
_MARKS_OF_EAST_ASIA = re.compile("[\u3000-\u3011\uff01-\uff1f‘’“”…—·]")
_WESTERN = re.compile("[À-ÖØ-öø-ÿŠšŽžŒœŸ‘’“”–—…€£§°©®«»¿¡ºª·•´]")
_CYRILLIC = re.compile("[а-яёА-ЯЁ№«»–—]")


@contextmanager
def open_text(stream: BinaryIO) -> Iterator[TextIO]:
    """The stream from its start as text, decoded as it is read; what cannot be decoded becomes U+FFFD.

    Line ends are kept as they are. The stream itself stays open.
    """
    encoding = detect(stream)
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")
    try:
        yield text
    finally:
        text.detach()


def decode(data: bytes) -> str:
    """Bytes as text in the encoding they were most likely written in."""
    return data.decode(detect(io.BytesIO(data)), "replace")


def detect(stream: BinaryIO) -> str:
    """The Python name of the encoding of a seekable stream, by its byte order mark or by its content."""
    stream.seek(0)
    head = stream.read(_BLOCK)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    wide = _utf16(head[:_SAMPLE])
    if wide:
        return wide
    block = head
    while block and block.isascii():  # a long file may show its first accent late
        block = stream.read(_BLOCK)
    if not block:
        return "utf-8"
    if _is_utf8(block):
        return "utf-8"
    return _legacy(_around_high(block))


def _utf16(head: bytes) -> str | None:
    """UTF-16 without a byte order mark: some zero bytes, and nearly only everyday characters in one byte order."""
    even = head[: len(head) // 2 * 2]
    if b"\0" not in even:
        return None
    shares = {
        encoding: sum(map(len, _EVERYDAY.findall(even.decode(encoding, "replace")))) * 2 / len(even)
        for encoding in ("utf-16-le", "utf-16-be")
    }
    best = max(shares, key=shares.__getitem__)
    return best if shares[best] > 0.9 else None


def _is_utf8(block: bytes) -> bool:
    """Whether a block is UTF-8, possibly cut within a character at either end, with at most one bad byte in fifty."""
    text = block.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return (bad <= 6 and bad * 50 <= sum(map(len, _HIGH_RUN.findall(text)))) or _is_strict_utf8(block)


def _is_strict_utf8(block: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(block)
    except UnicodeDecodeError:
        return False
    return True


def _around_high(block: bytes) -> bytes:
    """A sample of whole lines that holds the first bytes beyond ASCII."""
    first = next(index for index, byte in enumerate(block) if byte > 0x7F)
    start = block.rfind(b"\n", 0, first) + 1
    sample = block[max(start, first - _SAMPLE) : first + _SAMPLE]
    end = sample.rfind(b"\n")
    return sample[:end] if end > first - start else sample


def _legacy(sample: bytes) -> str:
    """The encoding under which a sample looks most like text that somebody wrote; latin-1 if under none."""
    best, highest = "latin-1", 0.0
    for encoding in (*_EAST_ASIAN, "cp1252", "cp1251"):
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(sample)
        except UnicodeDecodeError:
            continue
        letters = Counter("".join(_HIGH_RUN.findall(text)))
        score = _east_asian(letters, encoding) if encoding in _EAST_ASIAN else _european(text, letters, encoding)
        if score > highest:
            best, highest = encoding, score
    return best


def _east_asian(letters: Counter[str], encoding: str) -> float:
    """Share of everyday characters, from -1 to 1; a little more for what shows kana or nothing but Hangul."""
    total = letters.total()
    if not total:
        return 0.0
    points = 0.0
    kana = 0
    for letter, times in letters.items():
        raw = letter.encode(encoding, "ignore")
        if _KANA.match(letter):
            kana += times
            points += times * (encoding in {"cp932", "euc_jp"})
        elif _MARKS_OF_EAST_ASIA.match(letter) or (len(raw) == 2 and raw[0] in _EAST_ASIAN[encoding]):
            points += times
        else:
            points += times * (-1.0 if _UNLIKELY.match(letter) else 0.2)
    telling = (encoding == "euc_kr" and points == total > 12) or (encoding == "euc_jp" and kana * 6 > total > 6)
    return points / total + 0.1 * telling


def _european(text: str, letters: Counter[str], encoding: str) -> float:
    """Share of letters that fit: single accented ones between Latin letters, or Cyrillic words."""
    total = letters.total()
    if encoding == "cp1251":
        lower = sum(times for letter, times in letters.items() if letter.islower())
        fitting = sum(times for letter, times in letters.items() if _CYRILLIC.match(letter))
        return fitting / total * 0.95 if lower * 2 > total > len(text) / 4 else 0.0
    runs = _HIGH_RUN.findall(text)
    return sum(len(run) for run in runs if len(run) <= 2 and all(map(_WESTERN.match, run))) / max(1, total)
