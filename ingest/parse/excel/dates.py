"""Dates, times and spans of time as a number format displays them."""

import locale
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from ingest.parse.excel.tokens import Token

_DAY = 86_400
_LAST_DAY = 2_958_465  # 31 December 9999
_START = datetime(1899, 12, 30)
_EARLY_START = datetime(1899, 12, 31)  # Excel counts a 29 February 1900, which never was
_SEPARATORS = frozenset({"quoted", "escaped", "currency", "plain", "percent", "slash", "point", "comma", "digit"})
_ENGLISH, _CHINESE = "en", "zh"

Field = Callable[[datetime, float], str]


def moment(serial: float, from_1904: bool, places: int = 0) -> datetime | None:
    """The date and time of a number of days, to so many places of a second; None where there is none."""
    if not -1 < serial < _LAST_DAY + 1:
        return None
    days, seconds = divmod(round(serial * _DAY, places), _DAY)
    start = datetime(1904, 1, 1) if from_1904 else _START if days > 60 else _EARLY_START
    try:
        return start + timedelta(days=int(days), seconds=seconds)
    except OverflowError:
        return None


def dates(section: list[Token], from_1904: bool) -> Callable[[float], str]:
    """A function that shows a number of days as `section` says; a number that is no date is shown as it is."""
    language = next((_language(token.text) for token in section if token.kind == "locale"), None)
    half = any(token.kind == "half" for token in section)
    places = max((_places(token.text) for token in section if token.kind in ("field", "elapsed")), default=0)
    fields = _minutes_told(section)
    parts = [_part(token, language, half=half) for token in fields]
    spans = any(token.kind == "elapsed" for token in section)

    def render(value: float) -> str:
        when = moment(value % 1 if spans else value, from_1904 and not spans, places)
        if when is None:
            return format(value, ".15g")
        seconds = round(value * _DAY, places)
        return "".join([part if isinstance(part, str) else part(when, seconds) for part in parts]).strip()

    return render


def _minutes_told(section: list[Token]) -> list[Token]:
    """The tokens, where m after hours or before seconds has become M for minutes."""
    told = list(section)
    timed = [at for at, token in enumerate(section) if token.kind in ("field", "elapsed")]
    for before, at, after in zip([None, *timed], timed, [*timed[1:], None], strict=False):
        token = section[at]
        if token.kind == "field" and token.text[0] in "mM" and len(token.text) < 3:
            follows = before is not None and section[before].text[0] in "hH"
            leads = after is not None and section[after].text[0] in "sS"
            told[at] = token._replace(kind="minutes") if follows or leads else token
    return told


def _places(text: str) -> int:
    return len(text.partition(".")[2])


def _part(token: Token, language: str | None, *, half: bool) -> str | Field:
    """What a token shows: always the same text, or a function of the moment and the seconds since the beginning."""
    text, length = token.text.lower(), len(token.text)
    match token.kind:
        case "field":
            return _field(text, language, half=half)
        case "minutes":
            return lambda when, _: f"{when.minute:0{length}}"
        case "elapsed":
            unit = {"h": 3600, "m": 60, "s": 1}[text[0]]
            return lambda _, seconds: f"{int(seconds // unit):0{length}}"
        case "half":
            return _half(token.text, language)
        case kind:
            return token.text if kind in _SEPARATORS else ""


def _names(kind: str, width: Any, language: str) -> Mapping[Any, str]:
    """The names of months, days (Monday is 0) or halves of the day in a language."""
    from babel import dates as calendar

    read = {"months": calendar.get_month_names, "days": calendar.get_day_names, "halves": calendar.get_period_names}
    return read[kind](width, "format", language)


def _half(text: str, language: str | None) -> Field:
    if text.upper() == "A/P":
        names = ("A", "P") if text.isupper() else ("a", "p")
    else:
        periods = _names("halves", "abbreviated", language or (_CHINESE if "午" in text else _ENGLISH))
        names = (periods["am"], periods["pm"])
    return lambda when, _: names[when.hour >= 12]


def _field(field: str, language: str | None, *, half: bool) -> Field:
    """What a run of one letter shows of a moment."""
    letter, length = field[0], len(field)
    if letter == "a" or (letter in "md" and length > 2):
        return _named(letter, length, language)
    if letter == "s":
        places = _places(field)
        width = len(field.partition(".")[0])
        return lambda when, _: f"{when.second:0{width}}" + (f".{when.microsecond:06}"[: places + 1] if places else "")
    numbers: dict[str, Callable[[datetime], str]] = {
        "y": lambda when: f"{when.year:04}" if length > 2 else f"{when.year % 100:02}",
        "e": lambda when: str(when.year),
        "b": lambda when: str(when.year + 543),  # of the Buddhist era
        "m": lambda when: f"{when.month:0{length}}",
        "d": lambda when: f"{when.day:0{length}}",
        "h": lambda when: f"{when.hour % 12 or 12:0{length}}" if half else f"{when.hour:0{length}}",
    }
    number = numbers.get(letter)
    return (lambda when, _: number(when)) if number is not None else lambda *_: ""


def _named(letter: str, length: int, language: str | None) -> Field:
    """The name of a month or of a day of the week."""
    if letter == "m":
        months = _names("months", {3: "abbreviated", 5: "narrow"}.get(length, "wide"), language or _ENGLISH)
        return lambda when, _: months[when.month].rstrip(".")
    width = {"a": "narrow", "d": "abbreviated"}[letter] if length == 3 else "wide"
    days = _names("days", width, language or (_CHINESE if letter == "a" else _ENGLISH))
    return lambda when, _: days[when.weekday()].rstrip(".")


@lru_cache(maxsize=64)
def _language(mark: str) -> str | None:
    """The language of a mark such as `-407` or `-de-DE`; None where it names none that is known."""
    from babel import Locale, UnknownLocaleError

    written = mark[1:].partition(",")[0]
    try:
        name = locale.windows_locale.get(int(written, 16) & 0xFFFF, "")
    except ValueError:
        name = written.replace("-", "_")
    try:
        return str(Locale.parse(name)) if name else None
    except (ValueError, UnknownLocaleError):
        return None
