"""Reads the numbers of a text, however they are written: 1,250 and 1250, fifteen, 十五, 3.5 million, 350万."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

_FIGURES: Final = re.compile(r"[0-9]{1,40}(?:[.,'\u2019\u202f][0-9]{1,40}){0,20}")
_DECIMAL: Final = re.compile(r"(\d+)[.,](\d+)")
_GROUPED: Final = re.compile(r"\d{1,3}(?:[,'\u2019\u202f.]\d{3})+")
_GROUPED_DECIMAL: Final = re.compile(r"(\d{1,3}(?:,\d{3})+)\.(\d+)|(\d{1,3}(?:\.\d{3})+),(\d+)")
_SCALE: Final = re.compile(r"\s?(thousand|million|billion|trillion|[千万萬亿億])", re.IGNORECASE)
_SCALES: Final = {
    "thousand": 3, "million": 6, "billion": 9, "trillion": 12, "千": 3, "万": 4, "萬": 4, "亿": 8, "億": 8,
}  # fmt: skip
_UNITS: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety hundred"
_WORDS: Final = {word: value for value, word in enumerate(_UNITS.split())} | {
    word: 10 * value for value, word in enumerate(_TENS.split(), 2)
}
_WORD: Final = re.compile(rf"\b({'|'.join(_WORDS)})(?:[- ]({'|'.join(list(_WORDS)[1:10])}))?\b", re.IGNORECASE)
_HAN_DIGITS: Final = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_HAN_UNITS: Final = {"十": 10, "百": 100, "千": 1000}
_HAN_GROUPS: Final = {"万": 10_000, "萬": 10_000, "亿": 10**8, "億": 10**8}
_HAN: Final = re.compile("[零〇一二三四五六七八九两兩十百千万萬亿億]+")


def figures(text: str) -> list[frozenset[Decimal]]:
    """The numbers of a text that are written in figures, each with all it may mean: 1.250 is 1.25 or 1250."""
    return list(_figures(text))


def numbers(text: str) -> frozenset[Decimal]:
    """All that numbers of a text may mean, those in English and Chinese words as well."""
    found = {value for readings in _figures(text) for value in readings}
    for word in _WORD.finditer(text):
        tens, ones = _WORDS[word[1].lower()], _WORDS[word[2].lower()] if word[2] else 0
        found |= {Decimal(tens), Decimal(ones), Decimal(tens + ones)}
    found |= {Decimal(_han(run[0])) for run in _HAN.finditer(text)}
    return frozenset(found)


def _figures(text: str) -> Iterator[frozenset[Decimal]]:
    for run in _FIGURES.finditer(text):
        scale = _SCALE.match(text, run.end())
        for values in _meanings(run[0]):
            scaled = {value.scaleb(_SCALES[scale[1].lower()]) for value in values} if scale else set()
            yield frozenset(value.normalize() for value in values | scaled)


def _meanings(run: str) -> list[set[Decimal]]:
    """The numbers in a run of figures: one, or, of a date like 2027.05.14, several."""
    values = set()
    if decimal := _DECIMAL.fullmatch(run):
        values.add(Decimal(f"{decimal[1]}.{decimal[2]}"))
    if _GROUPED.fullmatch(run):
        values.add(Decimal(re.sub(r"\D", "", run)))
    if both := _GROUPED_DECIMAL.fullmatch(run):
        whole, part = (both[1], both[2]) if both[1] else (both[3], both[4])
        values.add(Decimal(f"{re.sub(r'[.,]', '', whole)}.{part}"))
    return [values] if values else [{Decimal(part)} for part in re.split(r"\D", run)]


def _han(run: str) -> int:
    """The value of Chinese numerals; a row of digits such as 二〇二七 is read digit by digit."""
    if len(run) > 1 and all(sign in _HAN_DIGITS for sign in run):
        return int("".join(str(_HAN_DIGITS[sign]) for sign in run[:20]))
    total = group = digit = 0
    for sign in run:
        if sign in _HAN_DIGITS:
            digit = _HAN_DIGITS[sign]
        elif sign in _HAN_UNITS:
            group += (digit or 1) * _HAN_UNITS[sign]
            digit = 0
        else:
            total += (group + digit or 1) * _HAN_GROUPS[sign]
            group = digit = 0
    return total + group + digit
