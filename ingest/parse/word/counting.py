"""Whole numbers in the number formats of Word: letters, Roman and Chinese numerals, words."""

from collections.abc import Callable

_HIGHEST = 10_000  # from here on Word, too, writes figures
_DIGITS, _UNITS = "零一二三四五六七八九", ("", "十", "百", "千")
_LEGAL_DIGITS, _LEGAL_UNITS = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟")
_TRADITIONAL_DIGITS = "零壹貳參肆伍陸柒捌玖"
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl")),
    *((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_WORDS = """
one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen
"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth"}


def render(count: int, kind: str) -> str:
    """A number in one of Word's number formats; decimal where the format is not known or the number too large."""
    shape = _FORMATS.get(kind)
    return shape(count) if shape is not None and 0 < count < _HIGHEST else str(count)


def _roman(count: int) -> str:
    letters = ""
    for size, letter in _ROMAN:
        letters += letter * (count // size)
        count %= size
    return letters


def _letter(count: int) -> str:
    """a to z, then aa, bb, cc as Word goes on."""
    rounds, index = divmod(count - 1, 26)
    return chr(97 + index) * (rounds + 1)


def _chinese(count: int) -> str:
    """一, 十, 十一, 二十, 一百零五 …"""
    text = _numeral(count, _DIGITS, _UNITS)
    return text.removeprefix("一") if text.startswith("一十") else text


def _numeral(count: int, digits: str, units: tuple[str, ...]) -> str:
    """A number by digits and the units of their places, one zero for each gap."""
    text, gap = "", False
    for place, unit in reversed(list(enumerate(units))):
        digit, count = divmod(count, 10**place)
        if digit:
            text += (digits[0] if gap else "") + digits[digit] + unit
        gap = not digit and bool(text)
    return text


def _digits(count: int) -> str:
    return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(count))


def _ordinal(count: int) -> str:
    suffix = "th" if 10 <= count % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}{suffix}"


def _cardinal_text(count: int) -> str:
    """In English words below one hundred, which lists do not go beyond."""
    if count >= 100:
        return str(count)
    if count < 20:
        return _WORDS.split()[count - 1]
    tens, ones = _TENS.split()[count // 10 - 2], count % 10
    return f"{tens}-{_WORDS.split()[ones - 1]}" if ones else tens


def _ordinal_text(count: int) -> str:
    if count >= 100:
        return _ordinal(count)
    *before, last = _cardinal_text(count).split("-")
    if last.endswith("y"):
        ordinal = f"{last[:-1]}ieth"
    else:
        ordinal = _ORDINALS.get(last, "twelfth" if last == "twelve" else f"{last}th")
    return "-".join([*before, ordinal])


def _cycle(signs: str) -> Callable[[int], str]:
    """One sign each, again from the start when they are used up."""
    return lambda count: signs[(count - 1) % len(signs)]


def _enclosed(count: int) -> str:
    return chr(0x245F + count) if count <= 20 else str(count)


def _chicago(count: int) -> str:
    """* † ‡ §, then each twice, three times …"""
    rounds, index = divmod(count - 1, 4)
    return "*†‡§"[index] * (rounds + 1)


_FORMATS: dict[str, Callable[[int], str]] = {
    "lowerLetter": _letter,
    "upperLetter": lambda count: _letter(count).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda count: _roman(count).upper(),
    "decimalZero": lambda count: f"{count:02}",
    "ordinal": _ordinal,
    "cardinalText": lambda count: _cardinal_text(count).capitalize(),
    "ordinalText": lambda count: _ordinal_text(count).capitalize(),
    "numberInDash": lambda count: f"- {count} -",
    "chicago": _chicago,
    "decimalEnclosedCircle": _enclosed,
    "decimalEnclosedCircleChinese": _enclosed,
    "ideographEnclosedCircle": lambda count: chr(0x327F + count) if count <= 10 else str(count),
    "decimalEnclosedParen": lambda count: f"({count})",
    "decimalEnclosedFullstop": lambda count: f"{count}.",
    "decimalFullWidth": str,
    "ideographTraditional": _cycle("甲乙丙丁戊己庚辛壬癸"),
    "ideographZodiac": _cycle("子丑寅卯辰巳午未申酉戌亥"),
    "ideographDigital": _digits,
    "japaneseDigitalTenThousand": _digits,
    "taiwaneseDigital": _digits,
    "chineseLegalSimplified": lambda count: _numeral(count, _LEGAL_DIGITS, _LEGAL_UNITS),
    "ideographLegalTraditional": lambda count: _numeral(count, _TRADITIONAL_DIGITS, _LEGAL_UNITS),
    **dict.fromkeys(("chineseCounting", "chineseCountingThousand", "japaneseCounting"), _chinese),
    **dict.fromkeys(("taiwaneseCounting", "taiwaneseCountingThousand"), _chinese),
    **dict.fromkeys(
        ("aiueo", "aiueoFullWidth"), _cycle("アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホ")
    ),
    **dict.fromkeys(
        ("iroha", "irohaFullWidth"), _cycle("イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマ")
    ),
    "ganada": _cycle("가나다라마바사아자차카타파하"),
    "chosung": _cycle("ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ"),
    "russianLower": _cycle("абвгдежзиклмнопрстуфхцчшщыэюя"),
    "russianUpper": _cycle("АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЫЭЮЯ"),
}
