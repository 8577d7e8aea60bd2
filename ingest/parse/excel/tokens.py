"""The parts a number format is written in: sections, and in them digits, dates and literal text."""

import re
from typing import NamedTuple

_SECTIONS = re.compile(r'(?:"[^"]*"?|\\.|[_*].|\[[^\]]*\]|[^;])+|(?<=;)(?=;|$)|^(?=;)', re.DOTALL)
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|(?P<air>[_*].)'
    r"|\[\$(?P<currency>[^\]-]*)(?P<locale>-[^\]]*)?\]|\[(?P<elapsed>h+|m+|s+)\]|\[(?P<bracket>[^\]]*)\]"
    r"|(?P<general>General)|(?P<half>AM/PM|A/P|上午/下午)|(?P<exponent>E[+-](?=[0#?]))"
    r"|(?P<field>y+|m+|d+|h+|s+(?:\.0+)?|e+|a{3,4}|b{2,4}|g+)"
    r"|(?P<digit>[0#?1-9])|(?P<point>\.)|(?P<comma>,)|(?P<percent>%)|(?P<slash>/)|(?P<text>@)|(?P<plain>.)",
    re.IGNORECASE | re.DOTALL,
)
_LONGEST = 255  # characters, in Excel
_LITERALS = frozenset({"quoted", "escaped", "currency", "plain", "percent", "slash"})


class Token(NamedTuple):
    """A part of a format: what it is, and the text it is written by, without quotes and brackets."""

    kind: str
    text: str

    @property
    def literal(self) -> str:
        """What it shows by itself."""
        return self.text if self.kind in _LITERALS else ""


def sections(code: str) -> list[str]:
    """The up to four sections of a format, which are parted by semicolons."""
    return _SECTIONS.findall(code[:_LONGEST])[:4] or ["General"]


def tokens(section: str) -> list[Token]:
    """The parts of a section in order."""
    found: list[Token] = []
    for match in _TOKEN.finditer(section):
        kind = match.lastgroup or "plain"
        if kind == "locale":
            found.append(Token("currency", match["currency"]))
        found.append(Token(kind, match[kind]))
    return found


def is_date(section: list[Token]) -> bool:
    """Whether a section shows a date, a time or a span of time."""
    kinds = {token.kind for token in section}
    if "elapsed" in kinds or "half" in kinds:
        return True
    return (
        "field" in kinds
        and not kinds & {"exponent", "general"}
        and not any(token.kind == "digit" and token.text in "#?" for token in section)
    )


def is_moment(section: list[Token]) -> bool:
    """Whether a section shows a date or a time of the day, of which there is none before the first day."""
    return is_date(section) and not any(token.kind == "elapsed" for token in section)
