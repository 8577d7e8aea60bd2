"""What the last answer names, for questions that point at it: "the second one", "the latter", "them"."""

import re
from typing import Final

from ingest.terms import terms

_SHORT_ANSWER: Final = 120

_MARKER: Final = re.compile(r"\s*[\[【]\d{1,2}[\]】]")
# Where an item begins: at the start of a line, or within one behind a mark and before a number.
_ITEM: Final = re.compile(
    r"(?:^|\n)\s*(?:\(?\d{1,2}[.)、）]|[-*•])\s+|(?:(?<=[：；，,;:。.])|(?<=[:;,.]\s))\(?\d{1,2}[.)、）]\s*(?=\D)|(?:^|\n)\s*\d{1,2}[、）]"
)
_ENUMERATED: Final = re.compile(r"\s*(?:,\s*(?:and|or)\s|,(?!\d)|\band\b|\bor\b|、|，|和|以及|与)\s*")
# What introduces an enumeration: "There are …", "分为…".
_LEAD: Final = re.compile(
    r"^.*?\b(?:are|is|has|have|include[sd]?|lists?|treats?|namely|between)\b\s*:?\s*|^.*?(?:分为|包括|包含|有|是)[：:]?|^.*[：:]\s*"
)
_ENDS: Final = re.compile(r"[\s.,;:。，；：]+$")

_WORDS: Final = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_DIGITS: Final = "一二三四五六七八九十"
_KIND: Final = "个種种类類项項条條款步位点點台家份"
# An ordinal that stands for a thing, and does not count the noun behind it: "the second", "the second one costs".
_ALONE: Final = (
    r"(?=\s+ones?\b|\s+(?:is|are|was|were|do|does|did|can|may|must|has|have|costs?|means?|works?|ends?|begins?|starts?|"
    r"says?|apply|applies|and|of (?:them|these|those|the))\b|\W*$|\s*[,;])(?:\s+ones?\b)?"
)
_ORDINAL: Final = re.compile(
    rf"\bthe\s+(?:(?P<word>{'|'.join(_WORDS)})|(?P<former>former)|(?P<latter>latter|last)){_ALONE}"
    rf"|第(?P<number>[{_DIGITS}]|\d{{1,2}})[{_KIND}]|(?P<qian>前者)|(?P<hou>后者|後者)|最后[一]?[{_KIND}]",
    re.IGNORECASE,
)
_OTHER: Final = re.compile(
    r"\b(?:the )?other (?:one|two)\b|\bthe others?\b(?!\s+[a-z])"
    r"|另外?一[个種种类類项項]|另外那[个种]|其他的?呢|其余的?呢",
    re.IGNORECASE,
)


def items(answer: str) -> list[str]:
    """The items of the list in an answer, or of the enumeration in its first sentence that holds one."""
    plain = _MARKER.sub("", answer)
    listed = [_ENDS.sub("", item.partition("\n")[0]) for item in _ITEM.split(plain)[1:]]
    if len(listed) > 1:
        return listed
    for sentence in re.split(r"(?<=[a-z)\d])[.!?](?:\s|$)|[。！？\n]", plain):
        found = [_ENDS.sub("", part) for part in _ENUMERATED.split(_LEAD.sub("", sentence, count=1)) if part.strip()]
        if len(found) > 1:
            return found
    return []


def pointed_out(question: str, answer: str, asked: str) -> str | None:
    """The question with the item of the answer that it points at in the pointer's place; None if it points at none.

    `asked` is the question that was answered: what it names is not "the other one".
    """
    if ordinal := _ORDINAL.search(question):
        found, place = items(answer), _place(ordinal)
        if -len(found) <= place < len(found):
            return f"{question[: ordinal.start()]}{found[place]}{question[ordinal.end() :]}"
    if other := _OTHER.search(question):
        known = set(terms(asked))
        left = [item for item in items(answer) if not known.issuperset(terms(item))]
        left = [item for item in left if not known & set(terms(item))] or left
        if len(left) == 1:
            return f"{question[: other.start()]}{left[0]}{question[other.end() :]}"
    return None


def short(answer: str) -> str:
    """The answer without its markers, if it is short and cites its sources; else empty."""
    plain = _MARKER.sub("", answer)
    return plain if plain != answer and len(plain) <= _SHORT_ANSWER else ""


def _place(ordinal: re.Match[str]) -> int:
    """Which item, counted from 0; the last is -1."""
    if word := ordinal["word"]:
        return _WORDS.index(word.lower())
    if number := ordinal["number"]:
        return (_DIGITS.index(number) if number in _DIGITS else int(number) - 1) if number else 0
    return 0 if ordinal["former"] or ordinal["qian"] else -1
