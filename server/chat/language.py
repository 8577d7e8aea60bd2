"""Which of Lectern's languages a text is written in."""

import re

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_LETTER = re.compile(r"[^\W\d_]")


def language_of(text: str) -> str:
    """`zh` if Chinese characters carry the text, else `en`; one Han character weighs as much as two letters."""
    han = len(_HAN.findall(text))
    letters = len(_LETTER.findall(text)) - han
    return "zh" if han * 2 > letters and han else "en"
