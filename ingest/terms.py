"""Splits text into the terms of the sparse index, the same way for documents and questions.

Words of scripts with spaces are lower-cased, stripped of accents, freed of stop words and stemmed (by English rules,
which do little to other languages). Chinese, Japanese and the like become characters and pairs of neighbours. Whatever
holds a digit (numbers, part codes, dates, amounts with units) is kept whole and in its parts.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from ingest.stems import stem

# Scripts written without spaces between words, and Hangul, whose particles cling to the word.
_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_JOINT: Final = "-./:_,'+#&@"
_RUN: Final = re.compile(f"[{_UNSPACED}]")
_PIECE: Final = re.compile(rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}]+(?:[{_JOINT}][^\W_{_UNSPACED}]+)*(?:%|°(?:[cf]\b)?)?")
_LONGEST_CODE: Final = 64
# Line ends, and gaps that recognised text has between characters, part no words in these scripts.
_GAP: Final = re.compile(rf"(?<=[{_UNSPACED}])\s+(?=[{_UNSPACED}])")
_JOINTS: Final = re.compile(f"[{_JOINT}]")
_PART: Final = re.compile(r"\d+|[^\W\d_]+")
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?%?")

# Particles and question words part a run: pairs across them mean nothing and would only dilute the rest.
_BREAK: Final = re.compile(
    "为什么|為什麼|什么|什麼|怎么样|怎样|怎么|怎麼|如何|多少|哪一|哪些|哪个|哪個|哪裡|哪里|哪儿|哪|是否|请问|請問|"
    "[的了吗嗎呢吧啊嘛谁誰地得着过]"
)
_STOP_WORDS: Final = (
    "a about above after again against all am an and any are as at be because been before being below between both but "
    "by can could d did do does doing don down during each few for from further had has have having he her here hers "
    "him his how i if in into is it its itself just ll m me more most my no nor not now o of off on once only or other "
    "our ours out over own re s same she should so some such t than that the their theirs them then there these they "
    "this those through to too under until up upon us ve very was we were what when where which while who whom whose "
    "why will with would you your yours"
)
_STOP: Final = frozenset(_STOP_WORDS.split())


def terms(text: str) -> list[str]:
    """The terms of the text in their order, repeated as often as they occur."""
    found: list[str] = []
    for piece in pieces(text):
        found.extend(piece_terms(piece))
    return found


def pieces(text: str) -> list[str]:
    """What terms are made of: words, numbers and codes, and runs of Chinese and the like."""
    text = text.lower()
    return _PIECE.findall(text if text.isascii() else _GAP.sub("", unicodedata.normalize("NFKC", text).lower()))


def piece_terms(piece: str) -> Sequence[str]:
    """The terms of one piece, in their order."""
    return _word_terms(piece) if piece.isascii() or not _RUN.match(piece) else _run_terms(piece)


@lru_cache(maxsize=50_000)
def _word_terms(piece: str) -> tuple[str, ...]:
    if not any(character.isdigit() for character in piece):
        words = (_plain(word) for word in _JOINTS.split(piece))
        return tuple(stem(word) for word in words if word not in _STOP)
    whole = piece.replace(",", "") if _THOUSANDS.fullmatch(piece) else piece
    parts = [_plain(part) for part in _PART.findall(whole)]
    stems = tuple(stem(part) for part in parts)
    return stems if parts == [whole] or len(whole) > _LONGEST_CODE else (whole, *stems)


def _plain(word: str) -> str:
    """The word without accents."""
    if word.isascii():
        return word
    return "".join(letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter))


def _run_terms(run: str) -> list[str]:
    # Characters and pairs find more than a dictionary's words (measured on XQuAD and CMRC), need no dictionary in
    # memory and know no language: the rarity of a term decides what it is worth.
    found: list[str] = []
    for part in _BREAK.split(run):
        found += part
        found += map("".join, pairwise(part))
    return found
