"""Cell values as Excel displays them: number formats of the common kinds, dates in ISO form."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from openpyxl.styles.numbers import BUILTIN_FORMATS

CellValue = str | int | float | bool | datetime | date | time | timedelta
Renderer = Callable[[CellValue], str]

# The built-in formats 27-36 and 50-58 follow the language of Excel; these are the simplified Chinese ones.
_YEAR_MONTH, _MONTH_DAY, _DATE = 'yyyy"年"m"月"', 'm"月"d"日"', 'yyyy"年"m"月"d"日"'
_EAST_ASIAN = {
    **dict.fromkeys((27, 36, 50, 52, 57), _YEAR_MONTH),
    **dict.fromkeys((28, 29, 51, 53, 54, 58), _MONTH_DAY),
    **dict.fromkeys((30, 31), _DATE),
    **dict.fromkeys((32, 34, 55), 'h"时"mm"分"'),
    **dict.fromkeys((33, 35, 56), 'h"时"mm"分"ss"秒"'),
}

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_.|\*.|\[\$(?P<currency>[^\]-]*)[^\]]*\]|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<exponent>E[+-]0+)|(?P<digits>[0#?][0#?,]*(?:\.[0#?]*)?,*|\.[0#?]+)|(?P<plain>.)",
    re.IGNORECASE | re.DOTALL,
)
_DATE_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_.|\*.|\[(?P<elapsed>h+|m+|s+)\]|\[[^\]]*\]'
    r"|(?P<half>AM/PM|A/P|上午/下午)|(?P<field>y+|e+|m+|d+|a{3,4}|h+|s+(?:\.0+)?)|(?P<plain>.)",
    re.IGNORECASE | re.DOTALL,
)
_SECTIONS = re.compile(r'(?:"[^"]*"?|\\.|\[[^\]]*\]|[^;])+|(?<=;)(?=;)', re.DOTALL)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_DAYS_ZH = "一二三四五六日"


def format_code(format_id: int, custom: dict[int, str]) -> str:
    """The number format with an id: of the workbook, or one that Excel builds in."""
    return custom.get(format_id) or _EAST_ASIAN.get(format_id) or BUILTIN_FORMATS.get(format_id, "General")


def renderer(code: str) -> Renderer:
    """A function that shows values in the number format `code`; a format it does not know shows them as General."""
    sections = _SECTIONS.findall(code) or ["General"]
    numbers = [_number(section) for section in sections[:3]]
    dates = _date(sections[0])

    def render(value: CellValue) -> str:
        if isinstance(value, str):
            return value
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        if isinstance(value, int | float):
            return _signed(numbers, value)
        return dates(value)

    return render


def general(value: float) -> str:
    """A number in at most 15 digits, as Excel keeps it."""
    if isinstance(value, int):
        return str(value)
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return format(value, ".15g")


def _signed(sections: list[Callable[[float], str]], value: float) -> str:
    """Positive; negative; zero. Without a section of its own a negative number gets a minus sign."""
    if value == 0 and len(sections) > 2:
        return sections[2](0)
    if value < 0 and len(sections) > 1:
        return sections[1](-value)
    text = sections[0](abs(value))
    return f"-{text}" if value < 0 and any(character in "123456789" for character in text) else text


def _number(section: str) -> Callable[[float], str]:
    """A function for numbers of one sign."""
    before, after = "", ""
    digits, exponent = "", ""
    percent = 0
    if "general" in section.lower():
        return general
    for token in _TOKEN.finditer(section):
        if token["digits"] and not digits:
            digits = token["digits"]
            continue
        if token["exponent"] and digits:
            exponent = token["exponent"]
            continue
        literal = token["quoted"] or token["escaped"] or token["currency"] or token["plain"] or ""
        if token["digits"] or (token["plain"] in ("/", "@") and digits):
            return general  # fractions, telephone numbers
        percent += literal.count("%") if token["plain"] else 0
        before, after = (before, after + literal) if digits else (before + literal, after)
    before, after = before.lstrip(), after.rstrip()
    if not digits:
        return general if section.strip() == "@" else lambda _: before.strip()
    body = _digits(digits, exponent)
    return lambda value: f"{before}{body(value * 100**percent)}{after}"


def _digits(pattern: str, exponent: str) -> Callable[[float], str]:
    """A function for the digits alone, by a pattern like `#,##0.00`."""
    scale = 1000 ** (len(pattern) - len(pattern.rstrip(",")))
    whole, _, fraction = pattern.rstrip(",").partition(".")
    grouping = "," if "," in whole else ""
    width = whole.count("0")
    places, least = len(fraction), len(fraction.rstrip("#?"))
    if exponent:
        return lambda value: format(value, f".{places}E")

    def digits(value: float) -> str:
        number = value / scale if scale > 1 else value
        text = format(_rounded(number, places), f"{grouping}.{places}f")
        if least < places:
            text = text[: len(text) - (places - least)] + text[len(text) - (places - least) :].rstrip("0")
            text = text.removesuffix(".")
        return text if width <= 1 or grouping else text.zfill(width + (places + 1 if places else 0))

    return digits


def _rounded(number: float, places: int) -> float:
    """Half away from zero at the 15 digits Excel keeps, where Python would round 2.5 to 2 and 1.005 to 1.00."""
    if isinstance(number, int) or abs(number) >= 1e15:
        return number
    return round(number + 10.0**-places * 1e-6, places) if places < 9 else number


def _date(section: str) -> Callable[[CellValue], str]:
    """A function for dates and times: ISO where the format shows a whole date in figures, else as the format says."""
    tokens = [(token.lastgroup, token[0], token[token.lastgroup or 0] or "") for token in _DATE_TOKEN.finditer(section)]
    fields = [text.lower() for kind, _, text in tokens if kind == "field"]
    spelled = any(character > "\u2e80" for kind, _, text in tokens if kind != "field" for character in text)
    named = any(field[0] in "amd" and len(field) > 2 for field in fields)
    kinds = {field[0] for field in fields}
    elapsed = any(kind == "elapsed" for kind, _, _ in tokens)
    whole_date = {"y", "m", "d"} <= kinds and not spelled and not named
    seconds = "s" in kinds
    partial = not whole_date and (spelled or named or bool(kinds & {"y", "e", "d"}) or kinds == {"m"})

    def render(value: CellValue) -> str:
        if isinstance(value, timedelta):
            return _elapsed(value, seconds=seconds or not elapsed)
        if isinstance(value, datetime | date) and not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day)
        if isinstance(value, datetime) and partial:
            return _spelled(tokens, value)
        if isinstance(value, datetime):
            return _iso(value, with_time="h" in kinds or not fields, seconds=seconds)
        if isinstance(value, time):
            return value.isoformat("seconds" if seconds or value.second else "minutes")
        return str(value)

    return render


def _iso(value: datetime, *, with_time: bool, seconds: bool) -> str:
    if not with_time or value.time() == time():
        return value.date().isoformat()
    return value.isoformat(" ", "seconds" if seconds else "minutes")


def _elapsed(value: timedelta, *, seconds: bool) -> str:
    total = round(value.total_seconds())
    sign, total = ("-", -total) if total < 0 else ("", total)
    text = f"{sign}{total // 3600}:{total // 60 % 60:02}"
    return f"{text}:{total % 60:02}" if seconds else text


def _spelled(tokens: list[tuple[str | None, str, str]], value: datetime) -> str:
    """The date by every token of its format."""
    half = any(kind == "half" for kind, _, _ in tokens)
    parts: list[str] = []
    previous = ""
    for index, (kind, _, text) in enumerate(tokens):
        field = text.lower()
        if kind == "half":
            afternoon = value.hour >= 12
            parts.append(("下午" if afternoon else "上午") if "午" in text else ("PM" if afternoon else "AM"))
        elif kind == "field":
            following = next((after.lower() for name, _, after in tokens[index + 1 :] if name == "field"), "")
            minutes = field[0] == "m" and (previous[:1] == "h" or following[:1] == "s") and len(field) < 3
            parts.append(_field(field, value, minutes=minutes, half=half))
            previous = field
        elif kind in ("quoted", "escaped", "plain"):
            parts.append("" if text == "@" else text)
    return "".join(parts).strip()


def _field(field: str, value: datetime, *, minutes: bool, half: bool) -> str:
    letter, length = field[0], len(field)
    if letter in "ye":
        return f"{value.year:04}" if length > 2 or letter == "e" else f"{value.year % 100:02}"
    if letter == "m" and not minutes:
        name = _MONTHS[value.month - 1]
        return {1: str(value.month), 2: f"{value.month:02}", 3: name[:3], 5: name[0]}.get(length, name)
    if letter == "a" or (letter == "d" and length > 2):
        if letter == "a":
            return ("星期" if length > 3 else "周") + _DAYS_ZH[value.weekday()]
        return _DAYS[value.weekday()][: 3 if length == 3 else None]
    number = {"d": value.day, "m": value.minute, "h": value.hour, "s": value.second}[letter]
    if letter == "h" and half:
        number = number % 12 or 12
    return f"{number:02}" if length > 1 else str(number)
