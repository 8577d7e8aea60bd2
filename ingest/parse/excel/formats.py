"""Number formats: a function that shows numbers as Excel displays them."""

import re
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from math import floor, log10
from operator import eq, ge, gt, le, lt, ne

from openpyxl.styles.numbers import BUILTIN_FORMATS

from ingest.parse.excel.dates import dates
from ingest.parse.excel.tokens import Token, is_date, is_moment, sections, tokens

Shown = Callable[[float], str]

# The built-in formats 14 and 22 follow the settings of the reader's machine: ISO is understood everywhere. 27-36 and
# 50-58 follow the language of Excel; these are the simplified Chinese ones.
_YEAR_MONTH, _MONTH_DAY, _DATE = 'yyyy"年"m"月"', 'm"月"d"日"', 'yyyy"年"m"月"d"日"'
LOCAL_FORMATS = {
    14: "yyyy-mm-dd",
    22: "yyyy-mm-dd hh:mm",
    **dict.fromkeys((27, 36, 50, 52, 57), _YEAR_MONTH),
    **dict.fromkeys((28, 29, 51, 53, 54, 58), _MONTH_DAY),
    **dict.fromkeys((30, 31), _DATE),
    **dict.fromkeys((32, 34, 55), 'h"时"mm"分"'),
    **dict.fromkeys((33, 35, 56), 'h"时"mm"分"ss"秒"'),
}
_CONDITION = re.compile(r"([<>=]{1,2})\s*(-?\d+(?:\.\d+)?)")
_COMPARE = {"<": lt, "<=": le, ">": gt, ">=": ge, "=": eq, "<>": ne}


def format_code(format_id: int, custom: dict[int, str]) -> str:
    """The number format with an id: of the workbook, or one that Excel builds in."""
    return custom.get(format_id) or LOCAL_FORMATS.get(format_id) or BUILTIN_FORMATS.get(format_id, "General")


def general(value: float) -> str:
    """A number in at most 15 digits, as Excel keeps it."""
    if isinstance(value, int):
        return str(value)
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return format(value, ".15g")


@lru_cache(maxsize=512)
def renderer(code: str, from_1904: bool = False) -> Shown:
    """A function that shows numbers in the number format `code`; dates are days since 1900, or since 1904."""
    parts = [(_condition(section), section) for section in map(tokens, sections(code))]
    texts = [section for _, section in parts if not _is_text(section)][:3]
    if not texts:
        return general
    shown = [_section(section, from_1904) for section in texts]
    conditions = [condition for condition, section in parts if not _is_text(section)][:3]
    render = (_by_condition if any(conditions) else _by_sign)(shown, conditions)
    if any(map(is_moment, texts)):
        return lambda value: render(value) if value >= 0 else general(value)
    return render


def text_renderer(code: str) -> Callable[[str], str] | None:
    """A function that shows texts in the number format `code`, where that adds something to them."""
    for section in map(tokens, sections(code)):
        if _is_text(section) and any(token.literal for token in section):
            parts = [token.literal if token.kind != "text" else None for token in section]
            return lambda text: "".join(text if part is None else part for part in parts).strip()
    return None


def _is_text(section: list[Token]) -> bool:
    return any(token.kind == "text" for token in section)


def _condition(section: list[Token]) -> Callable[[float], bool] | None:
    for token in section:
        if token.kind == "bracket" and (found := _CONDITION.fullmatch(token.text)) and found[1] in _COMPARE:
            compare, limit = _COMPARE[found[1]], float(found[2])
            return lambda value: bool(compare(value, limit))
    return None


def _by_sign(shown: list[Shown], _conditions: object) -> Shown:
    """Positive; negative; zero. Without a section of its own a negative number gets a minus sign."""
    positive, *others = shown

    def render(value: float) -> str:
        if value > 0 or not others:
            return _signed(positive, value)
        if value == 0:
            return others[1](0) if len(others) > 1 else positive(0)
        return others[0](-value)

    return render


def _by_condition(shown: list[Shown], conditions: list[Callable[[float], bool] | None]) -> Shown:
    """The first section whose condition holds, else the last one."""

    def render(value: float) -> str:
        for show, holds in zip(shown, conditions, strict=True):
            if holds is not None and holds(value):
                return _signed(show, value)
        last = next((show for show, holds in zip(shown, conditions, strict=True) if holds is None), general)
        return _signed(last, value)

    return render


def _signed(show: Shown, value: float) -> str:
    """A negative number keeps its sign, unless all that is shown of it is zero."""
    if value >= 0:
        return show(value)
    text = show(-value)
    return f"-{text}" if any(character in "123456789" for character in text) else text


def _section(section: list[Token], from_1904: bool) -> Shown:
    """A function for numbers that are not negative."""
    if is_date(section):
        return dates(section, from_1904)
    kinds = [token.kind for token in section]
    if "general" in kinds:
        before, after = _around(section, kinds.index("general"), kinds.index("general"))
        return lambda value: f"{before}{general(value)}{after}"
    places = [index for index, kind in enumerate(kinds) if kind in ("digit", "point", "exponent")]
    if not places:
        text = "".join(token.literal for token in section).strip()
        return lambda _: text
    before, after = _around(section, places[0], places[-1])
    body = section[places[0] : places[-1] + 1]
    scale = 100.0 ** kinds.count("percent")
    while section[places[-1] + 1 :] and section[places[-1] + 1].kind == "comma":
        scale /= 1000
        places[-1] += 1
    digits = _digits(body)
    if scale == 1:
        return lambda value: f"{before}{digits(value)}{after}"
    return lambda value: f"{before}{digits(value * scale)}{after}"


def _around(section: list[Token], first: int, last: int) -> tuple[str, str]:
    """What stands before and after the digits."""
    before = "".join(token.literal for token in section[:first])
    after = "".join(token.literal for token in section[last + 1 :] if token.kind != "comma")
    return before.lstrip(), after.rstrip()


def _digits(body: list[Token]) -> Shown:
    """A function for what lies between the first and the last digit of a format."""
    kinds = [token.kind for token in body]
    if "slash" in kinds:
        return _fraction(body, kinds.index("slash"))
    if "exponent" in kinds:
        return _scientific(body[: kinds.index("exponent")], body[kinds.index("exponent") :])
    point = kinds.index("point") if "point" in kinds else len(body)
    whole, decimals = body[:point], [token for token in body[point + 1 :] if token.kind == "digit"]
    places = len(decimals)
    least = max((at for at, token in enumerate(decimals, 1) if token.text != "#"), default=0)
    marks = [token for token in whole if token.kind == "digit"]
    grouping = "," if any(token.kind == "comma" for token in whole) else ""
    width = sum(token.text == "0" for token in marks)
    parted = any(token.literal for token in whole)

    def render(value: float) -> str:
        text = format(_rounded(value, places), f"{grouping}.{places}f")
        integer, _, fraction = text.partition(".")
        if least < places:
            fraction = fraction[:least] + fraction[least:].rstrip("0")
        if parted:
            integer = _filled(whole, integer)
        elif not width and integer == "0" and (fraction or places == 0):
            integer = ""
        elif len(integer) < width:
            integer = format(
                int(integer.replace(",", "")), f"0{width + (width - 1) // 3 if grouping else width}{grouping}"
            )
        return f"{integer}.{fraction}" if fraction else integer

    return render


def _filled(marks: list[Token], digits: str) -> str:
    """Digits set from the right into a format with text between them, such as a telephone number."""
    left = list(digits.replace(",", ""))
    parts: list[str] = []
    first = next(at for at, token in enumerate(marks) if token.kind == "digit")
    for at in range(len(marks) - 1, -1, -1):
        token = marks[at]
        if token.kind != "digit":
            parts.append(token.literal)
        elif at == first:
            parts.append("".join(left) or ("0" if token.text == "0" else ""))
        elif left:
            parts.append(left.pop())
        elif token.text == "0":
            parts.append("0")
    return "".join(reversed(parts))


def _scientific(mantissa: list[Token], exponent: list[Token]) -> Shown:
    """`0.00E+00`; several digits before the point keep the exponent a multiple of their number."""
    kinds = [token.kind for token in mantissa]
    point = kinds.index("point") if "point" in kinds else len(kinds)
    step = max(1, kinds[:point].count("digit"))
    digits = _digits(mantissa)
    sign = "+" if "+" in exponent[0].text else ""
    width = sum(token.kind == "digit" for token in exponent)
    places = kinds[point:].count("digit")

    def render(value: float) -> str:
        power = floor(log10(value) / step) * step if value else 0
        if value and _rounded(value / 10.0**power, places) >= 10**step:
            power += step
        return f"{digits(value / 10.0**power)}E{'-' if power < 0 else sign}{abs(power):0{width}}"

    return render


def _fraction(body: list[Token], slash: int) -> Shown:
    """`# ?/?` and the like: a whole number or none, then a fraction, whose denominator may be given."""
    below = "".join(token.text for token in body[slash + 1 :]).strip()
    fixed = int(below) if below.isdecimal() and int(below) > 0 else 0
    most = 10 ** max(1, sum(token.kind == "digit" for token in body[slash + 1 :])) - 1
    above = "".join(token.text if token.kind == "digit" else " " for token in body[:slash]).split()
    is_mixed = len(above) > 1

    def render(value: float) -> str:
        whole = floor(value) if is_mixed else 0
        rest = Fraction(value - whole)
        part = Fraction(round(rest * fixed), fixed) if fixed else rest.limit_denominator(most)
        whole, part = (whole + 1, Fraction(0)) if is_mixed and part >= 1 else (whole, part)
        if is_mixed and not part:
            return str(whole)
        above, below = (part * fixed, fixed) if fixed else (part.numerator, part.denominator)
        return f"{whole} {above}/{below}" if whole else f"{above}/{below}"

    return render


def _rounded(number: float, places: int) -> float:
    """Half away from zero at the 15 digits Excel keeps, where Python would round 2.5 to 2 and 1.005 to 1.00."""
    if isinstance(number, int) or abs(number) >= 1e15:
        return number
    return round(number + 10.0**-places * 1e-6, places) if places < 9 else number
