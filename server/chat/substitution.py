"""Puts what a follow-up names into the place it takes in the question before: "And in Zurich?", "那病假呢？"."""

import re
from typing import Final

from ingest.stems import stem

_NEW_EN: Final = re.compile(
    r"^\W*(?:(?:and|but|or|so|then|ok|okay|also)\b\W*)*(?:(?:what|how) about|what of|and)\s+"
    r"(?P<new>\S.*?)[\s?!.,？。]*$",
    re.IGNORECASE,
)
_NEW_ZH: Final = re.compile(r"^\W*(?:那么|那|还有|而|至于|如果是|换成)?(?P<new>[^？?！!。]+?)(?:的话|的)?呢\W*$")
# Without an opening: "In Zurich?", "Zurich?", "SC-4480?".
_BARE: Final = re.compile(
    r"^\W*(?P<new>(?:in|for|at|on|with|from|to|by|during|per) (?:[\w-]+ ){0,3}[\w-]+"
    r"|[A-Z][\w&]*(?: [A-Z][\w&]*){0,2}|[A-Z]+-?\d[\w-]*)\W*$"
)
_ASKS: Final = re.compile(
    r"^(?:who|whom|whose|what|when|where|which|why|how|is|are|was|were|do|does|did|can|could|may|must|should|will|would|if)\b"
    r"|什么|怎么|怎样|如何|为什么|多少|多久|哪|谁|几[^乎]|是否|[吗嘛]",
    re.IGNORECASE,
)
_PREPOSITION: Final = "in|for|at|on|with|from|to|of|by|during|per|after|before|under|outside|inside"
_LEADING: Final = re.compile(rf"^(?P<preposition>{_PREPOSITION})\s+(?P<rest>.+)$", re.IGNORECASE)
_STOPS: Final = (
    rf"(?:\s+(?:{_PREPOSITION}|is|are|was|were|be|do|does|did|can|may|must|have|has|and|or|that|who|when)\b|[?,;.!]|$)"
)
_CODE: Final = re.compile(
    r"(?<![A-Za-z\d-])(?=[A-Za-z-]*\d)[A-Za-z\d]+(?:-[A-Za-z\d]+)*(?![A-Za-z\d-])|'[^']{1,30}'|\"[^\"]{1,30}\""
)
_PROPER: Final = re.compile(r"(?<!^)(?<![.?!]\s)\b[A-Z][\w&]*(?:\s+[A-Z][\w&]*)*")
_DETERMINER: Final = re.compile(r"^(?:the|a|an|my|our|your|their|one|any|some)\s+", re.IGNORECASE)
# What points instead of naming takes no place: "the next one".
_POINTS: Final = re.compile(
    r"\b(?:ones?|next|last|previous|following|above|below|that|this|it|them|other)\b|[这那它其另]|最后", re.IGNORECASE
)
_HAN: Final = re.compile(r"^[\u3400-\u9fff]+$")
_FEWEST_HAN: Final = 2


def new_part(question: str) -> str | None:
    """What a question of the kind "what about X?" asks about; None if it is not of that kind, or a whole question."""
    found = _NEW_EN.match(question) or _NEW_ZH.match(question) or _BARE.match(question)
    return None if found is None or _ASKS.search(found["new"]) else found["new"].strip()


def substituted(before: str, new: str) -> str | None:
    """The question before with `new` in the place of what is of the same kind; None if nothing there is.

    Of the same kind are: what follows the same preposition, codes of one pattern, names, and phrases that end alike.
    """
    if _POINTS.search(new):
        return None
    for swap in (_after_preposition, _code, _same_head, _name, _same_ending):
        found = swap(before, new)
        if found is not None and found != before:
            return found
    return None


def _after_preposition(before: str, new: str) -> str | None:
    leading = _LEADING.match(new)
    if leading is None:
        return None
    place = re.compile(rf"\b{leading['preposition']}\s+(?P<old>\S.*?)(?={_STOPS})", re.IGNORECASE)
    found = list(place.finditer(before))
    return _put(before, *found[-1].span("old"), leading["rest"]) if found else None


def _code(before: str, new: str) -> str | None:
    bare = _bare(new)
    if not _CODE.fullmatch(bare):
        return None
    alike = [one for one in _CODE.finditer(before) if _pattern(one[0]) == _pattern(bare)]
    return _put(before, *alike[-1].span(), bare) if alike else None


def _same_head(before: str, new: str) -> str | None:
    """ "sick leave" for "annual leave": the words before a noun that both share."""
    words = _bare(new).split()
    if len(words) < 2 or not all(word.isascii() for word in words):
        return None
    found = list(re.finditer(r"[\w-]+", before))
    for number in range(len(found) - 1, 0, -1):
        if stem(found[number][0].lower()) == stem(words[-1].lower()):
            first = max(0, number - len(words) + 1)
            return _put(before, found[first].start(), found[number].end(), " ".join(words))
    return None


def _name(before: str, new: str) -> str | None:
    bare = re.sub(rf"^(?:{_PREPOSITION})\s+", "", _bare(new), flags=re.IGNORECASE)
    if not re.fullmatch(r"[A-Z][\w&]*(?:\s+[A-Z][\w&]*)*", bare):
        return None
    alike = [one for one in _PROPER.finditer(before) if one[0].isupper() == bare.isupper()]
    return _put(before, *alike[-1].span(), bare) if alike else None


def _same_ending(before: str, new: str) -> str | None:
    """病假 for 年假: as many characters as the new ones, with the same last."""
    if not _HAN.match(new) or len(new) < _FEWEST_HAN:
        return None
    for start in range(len(before) - len(new), -1, -1):
        old = before[start : start + len(new)]
        if old[-1] == new[-1] and _HAN.match(old):
            return _put(before, start, start + len(new), new)
    return None


def _bare(phrase: str) -> str:
    return _DETERMINER.sub("", phrase)


def _pattern(code: str) -> str:
    """The shape of a code: letters as they are, each run of digits as one."""
    return "''" if code[0] in "'\"" else re.sub(r"\d+", "0", code.upper())


def _put(text: str, start: int, end: int, new: str) -> str:
    return f"{text[:start]}{new}{text[end:]}"
