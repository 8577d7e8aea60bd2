"""Splits text into the terms of the sparse index, the same way for documents and questions.

Words of scripts with spaces are lower-cased, stripped of accents, freed of stop words and stemmed, in the same way
whatever their language. Chinese, Japanese and the like become characters and pairs of neighbours. Whatever holds a
digit (numbers, part codes, dates, amounts with units) is kept whole and in its parts.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from ingest.endings import root
from ingest.notation import in_one_notation

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
# Spaces that do not break lines part thousands; ordinary ones may part two numbers.
_WIDE_THOUSANDS: Final = re.compile(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")
# Accents that no letter has of its own, and vowel signs of Hebrew and Arabic, which mostly are not written.
_MARKS: Final = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u0640\u064b-\u0652\u0670]")
_LETTERS: Final = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"})
_JOINTS: Final = re.compile(f"[{_JOINT}]")
_PART: Final = re.compile(r"\d+|[^\W\d_]+")
_APART: Final = re.compile(r"[.']")
_THOUSANDS_APART: Final = re.compile(r"\d{1,3}(?:\.\d{3})+|\d{1,3}(?:'\d{3})+")
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?:%|[^\W\d_]+)?")
_DECIMAL_WITH_UNIT: Final = re.compile(r"(\d+\.\d+)(?:%|[^\W\d_]+)")

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
# Of German, French, Spanish, Italian, Portuguese and Dutch only what names nothing in any of them, nor in English.
_OTHER_STOP_WORDS: Final = (
    "aan alla auf aus bei bij cette che chi combien como cual cuales cuando cuanta cuantas cuanto cuantos dans das "
    "dass dat de degli dei del della delle dello dem der des deze di dieser dieses dit donde du durch een ein eine "
    "einem einen einer eines el elle elles es et gli haben het hoeveel ich ihr il ils im ist kann la las le les leur "
    "leurs lo los muss nach nao nel nella nelle nicht niet noch nous oder onde ook para pela pelo perche por pourquoi "
    "quais qual quale quali quand quando quante quanti quanto quantos que quel quelle quelles quels quem qui quien "
    "quoi se sich sie sind sont uma una und une vom von vous waar waarom wann wanneer warum wat welche welchem "
    "welchen welcher welches welke wenn wer werd werden wie wieviel wir wird worden wordt wurde wurden zijn zum zur"
)
_STOP: Final = frozenset(f"{_STOP_WORDS} {_OTHER_STOP_WORDS}".split())


def terms(text: str) -> list[str]:
    """The terms of the text in their order, repeated as often as they occur."""
    found: list[str] = []
    for piece in pieces(text):
        found.extend(piece_terms(piece))
    return found


def pieces(text: str) -> list[str]:
    """What terms are made of: words, numbers and codes, and runs of Chinese and the like."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _WIDE_THOUSANDS.sub("", text)).lower()
        text = _GAP.sub("", _MARKS.sub("", text))
    return _PIECE.findall(in_one_notation(text.lower()))


def piece_terms(piece: str) -> Sequence[str]:
    """The terms of one piece, in their order."""
    return _word_terms(piece) if piece.isascii() or not _RUN.match(piece) else _run_terms(piece)


@lru_cache(maxsize=50_000)
def _word_terms(piece: str) -> tuple[str, ...]:
    if not any(character.isdigit() for character in piece):
        words = (_plain(word) for word in _JOINTS.split(piece))
        return tuple(root(word) for word in words if word not in _STOP)
    whole = piece.replace(",", "") if _THOUSANDS.fullmatch(piece) else piece
    parts = [_plain(part) for part in _PART.findall(whole)]
    stems = tuple(root(part) for part in parts)
    if parts == [whole] or len(whole) > _LONGEST_CODE:
        return stems
    decimal = _DECIMAL_WITH_UNIT.fullmatch(whole)
    if decimal:
        return (whole, decimal[1], *stems)
    # 1.000 is a thousand in much of Europe and one elsewhere: it is found as both.
    return (whole, _APART.sub("", whole), *stems) if _THOUSANDS_APART.fullmatch(whole) else (whole, *stems)


def _plain(word: str) -> str:
    """The word without accents."""
    if word.isascii():
        return word
    word = word.replace("ée", "é").translate(_LETTERS)
    return "".join(letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter))


def _run_terms(run: str) -> list[str]:
    # Characters and pairs find more than a dictionary's words (measured on XQuAD and CMRC), need no dictionary in
    # memory and know no language: the rarity of a term decides what it is worth.
    found: list[str] = []
    for part in _BREAK.split(run):
        found += part
        found += map("".join, pairwise(part))
    return found
