"""Characters of symbol fonts as text: they have no meaning in Unicode but lie in its private area, U+F020 to U+F0FF."""

import re
from collections.abc import Mapping

TELLING = frozenset("☐☒☑✓✗")
"""Bullets that say something; the others only decorate."""

_PRIVATE = re.compile("[\uf000-\uf0ff]")
_PLACES = range(0xF000, 0xF100)


def _table(*parts: tuple[int, str]) -> dict[int, str]:
    """Places in a font and what stands there: each part names the place of the first of its characters."""
    return {0x20: " "} | {
        start + index: sign for start, signs in parts for index, sign in enumerate(signs) if sign != " "
    }


_SYMBOL = _table(
    (0x21, "!∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_"),
    (0x61, "αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"),
    (0xA0, "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…"),
    (0xC0, "ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓"),
    (0xE5, "∑"),
    (0xF2, "∫"),
)
_WINGDINGS = _table(
    (0x6F, "☐ ☐☐"),
    (0x78, "☒"),
    (0x6C, "●"),
    (0x6E, "■"),
    (0xA7, "▪☐"),
    (0xDF, "←→↑↓"),
    (0xFB, "✗✓☒☑"),
)
_WINGDINGS_2 = _table((0x4F, "✗✓☒☑☒☒"), (0xA3, "☐"))
_FONTS: Mapping[str, dict[int, str]] = {"symbol": _SYMBOL, "wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2}


def symbol(code: int, font: str) -> str:
    """The character of a font as one reads it: "" where it only decorates, or is none at all."""
    if code in _PLACES or (font.lower() in _FONTS and code < 0x100):
        return _FONTS.get(font.lower(), _WINGDINGS).get(code & 0xFF, "")
    return chr(code) if 0x20 <= code < 0xD800 or 0xF900 <= code <= 0x10FFFF else ""


def readable(text: str, font: str) -> str:
    """A text in which characters of symbol fonts may stand, with each of them as one reads it."""
    if text.isascii() or not _PRIVATE.search(text):
        return text
    return _PRIVATE.sub(lambda found: symbol(ord(found[0]), font), text)
