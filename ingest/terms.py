"""Splits text into the terms of the sparse index, the same way for documents and questions.

Words of scripts with spaces are lower-cased, stripped of accents, freed of stop words and stemmed (English rules, which
do little to other languages). Chinese, Japanese and the like become words and pairs of neighbouring characters.
Whatever holds a digit (numbers, part codes, dates, amounts with units) is kept whole and in its parts.
"""

import re
import unicodedata
from collections.abc import Iterator

from ingest.stems import stem

# Scripts written without spaces between words (and Hangul, whose particles cling to the word).
_DENSE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_PIECE = re.compile(
    rf"(?P<run>[{_DENSE}]+)"
    rf"|(?P<code>(?:[^\W_{_DENSE}]+(?:[-./:_,'+#&@][^\W_{_DENSE}]+)*)[%°]?[CFcf]?(?<=[%°\w]))"
)
_PART = re.compile(r"\d+|[^\W\d_]+")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")

# Particles and question words part the runs: pairs across them mean nothing and would only dilute the rest.
_BREAK = re.compile(
    "为什么|為什麼|什么|什麼|怎么样|怎样|怎么|怎麼|如何|多少|哪一|哪些|哪个|哪裡|哪里|哪儿|哪|是否|请问|"
    "[的了吗呢吧啊嘛谁誰地得着过]"
)
_STOP = frozenset(
    "a about above after again against all am an and any are as at be because been before being below between both but "
    "by can could did do does doing don down during each few for from further had has have having he her here hers him "
    "his how i if in into is it its itself just me more most my no nor not now of off on once only or other our ours "
    "out over own same she should so some such than that the their theirs them then there these they this those "
    "through to too under until up upon us very was we were what when where which while who whom whose why will with "
    "would you your yours s t d ll m o re ve".split()
)


def terms(text: str) -> list[str]:
    """The terms of the text in their order, repeated as often as they occur."""
    return list(_terms(text))


def _terms(text: str) -> Iterator[str]:
    for piece in _PIECE.finditer(unicodedata.normalize("NFKC", text).lower()):
        if piece["run"]:
            yield from _run_terms(piece["run"])
        else:
            yield from _code_terms(piece["code"])


def _code_terms(code: str) -> Iterator[str]:
    if not any(character.isdigit() for character in code):
        for word in re.split(r"[-./:_,'+#&@]", code):
            if word not in _STOP:
                yield stem(_plain(word))
        return
    whole = code.replace(",", "") if _GROUPED.fullmatch(code) else code
    yield whole
    parts = _PART.findall(whole)
    if len(parts) > 1 or parts[0] != whole:
        yield from (part if part.isdigit() else stem(_plain(part)) for part in parts)


def _plain(word: str) -> str:
    if word.isascii():
        return word
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))


def _run_terms(run: str) -> Iterator[str]:
    # Single characters and pairs find more than a dictionary's words (measured on XQuAD and CMRC), need no dictionary
    # in memory and know no language: the rarity of a term decides what it is worth.
    for part in _BREAK.split(run):
        yield from part
        for start in range(len(part) - 1):
            yield part[start : start + 2]
