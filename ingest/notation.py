"""Gives numbers, amounts and dates one notation beside the one they are written in, so that all notations meet."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Final

_MONTHS: Final = (
    "january jan januar janvier enero gennaio janeiro januari",
    "february feb februar février fevrier febrero febbraio fevereiro februari",
    "march mar märz maerz mars marzo março marco maart",
    "april apr avril abril aprile",
    "may mai mayo maggio maio mei",
    "june jun juni juin junio giugno junho",
    "july jul juli juillet julio luglio julho",
    "august aug août aout agosto augustus",
    "september sep sept septembre septiembre settembre setembro",
    "october oct oktober octobre octubre ottobre outubro",
    "november nov novembre noviembre novembro",
    "december dec dezember décembre decembre diciembre dicembre dezembro",
)
_MONTH: Final = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_NAME: Final = "|".join(sorted(_MONTH, key=len, reverse=True))
_DAY: Final = r"\b(?P<{}>[0-9]{{1,2}})(?:st|nd|rd|th|er|\.|º)?"
# A day before its month's name or after it; year first, by signs or in Chinese and Japanese; European with full stops.
# 3/5/2024 is May in some countries and March in others, and stays as it is.
_DATE: Final = re.compile(
    rf"{_DAY.format('d1')} (?:of |de )?(?P<m1>{_NAME})\.?,? (?:de )?(?P<y1>[0-9]{{4}})\b"
    rf"|\b(?P<m2>{_NAME})\.? {_DAY.format('d2')},? (?P<y2>[0-9]{{4}})\b"
    r"|(?<![0-9])(?P<y3>[0-9]{4}) ?年 ?(?P<m3>[0-9]{1,2}) ?月 ?(?P<d3>[0-9]{1,2}) ?[日号號]"
    r"|(?<![0-9])(?P<y4>[0-9]{4})(?P<sign>[-/.])(?P<m4>[0-9]{1,2})(?P=sign)(?P<d4>[0-9]{1,2})(?![0-9])"
    r"|(?<![0-9])(?P<d5>[0-9]{1,2})\.(?P<m5>[0-9]{1,2})\.(?P<y5>[0-9]{4})(?![0-9])"
)
_YEAR: Final = re.compile(r"(?<![0-9])[12][0-9]{3}(?![0-9])")
_REACH: Final = 30  # characters from a year to its date's other end
_DIGIT: Final = re.compile(r"[0-9]")

_UNIT: Final = re.compile(
    r"(?<=[0-9]) (?=(?:%|°[cf]?|[kmcnμ]?m|[mkμ]?g|m?l|[km]?wh?|k?v|"
    r"[kmg]?hz|[kmgt]b|ms|min|h|db|bar|[km]?pa)(?![a-z0-9]))"
)
_CODES: Final = {
    "€": "eur", "$": "usd", "£": "gbp", "欧元": "eur", "歐元": "eur", "美元": "usd", "英镑": "gbp", "英鎊": "gbp",
    "euro": "eur", "euros": "eur", "dollar": "usd", "dollars": "usd",
}  # fmt: skip
_CURRENCIES: Final = ("eur", "usd", "gbp", "cny", "jpy", "chf", *_CODES)
_NUMBER: Final = r"[0-9][0-9.,]{0,20}(?<=[0-9])"
_BEFORE: Final = re.compile(rf"([€$£]|\b(?:eur|usd|gbp|cny|jpy|chf)(?= ?[0-9])) ?({_NUMBER})(?![a-z0-9])")
_BEHIND: Final = re.compile(
    rf"(?<![a-z0-9.,])({_NUMBER}) ?([€$£]|(?:eur|usd|gbp|cny|jpy|chf)(?![a-z0-9])|欧元|歐元|美元|英[镑鎊])"
)
_IN_WORDS: Final = re.compile(rf"(?<![a-z0-9.,])({_NUMBER}) (euros?|dollars?)(?![a-z0-9])")


def in_one_notation(text: str) -> str:
    """A lower-case text (NFKC) with units joined to their numbers ("5kg"), amounts of money with the currency's code
    behind ("5eur"), and the digits of each full date ("20240305") at the end."""
    if not _DIGIT.search(text):
        return text
    text = _UNIT.sub("", text)
    if any(name in text for name in _CURRENCIES):
        text = _BEFORE.sub(_amount_before, text)
        text = _BEHIND.sub(_amount_behind, text)
        text = _IN_WORDS.sub(lambda found: f"{found[1]}{_CODES[found[2]]} {found[2]}", text)
    return " ".join([text, *_dates(text)])


def _amount_before(found: re.Match[str]) -> str:
    return f" {found[2]}{_CODES.get(found[1], found[1])}"


def _amount_behind(found: re.Match[str]) -> str:
    # The name stays, where it is one, for questions that name it without a number.
    name = found[2] if found[2] in _CODES and len(found[2]) > 1 else ""
    return f"{found[1]}{_CODES.get(found[2], found[2])}{name} "


def _dates(text: str) -> Iterator[str]:
    # Only around what may be a year: names of months are slow to look for everywhere.
    for year in _YEAR.finditer(text):
        for found in _DATE.finditer(text, max(0, year.start() - _REACH), year.end() + _REACH):
            which = next(number for number in "12345" if found[f"y{number}"])
            if found.span(f"y{which}") == year.span():
                month = found[f"m{which}"]
                with suppress(ValueError):  # no such day
                    yield f"{date(int(year[0]), _MONTH.get(month) or int(month), int(found[f'd{which}'])):%Y%m%d}"
