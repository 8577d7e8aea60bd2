"""Splits a message that asks several questions."""

import re
from typing import Final

from ingest.terms import terms

MOST_QUESTIONS: Final = 4

_WH: Final = r"(?:who|whom|whose|what|when|where|which|why|how)"
_AUXILIARY: Final = r"(?:is|are|was|were|do|does|did|can|could|may|must|should|shall|will|would|has|have|had)"
_ASKS_ZH: Final = re.compile(
    r"什么|什麼|怎么|怎麼|怎样|如何|为何|为什么|多少|多久|多长|多大|多高|多远|哪|谁|誰|何时|何地|几[^乎何]|是否|能不能|可不可以|"
    r"有没有|要不要|是不是|[吗嗎]\W*$"
)
_ASKS_EN: Final = re.compile(rf"\b{_WH}\b|^\W*{_AUXILIARY}\b", re.IGNORECASE)

# Ends of questions and statements. An English mark ends one only before a space, a Chinese one always.
_END: Final = re.compile(
    r"(?<=[?!.;])(?<!\b[A-Z]\.)(?<!\b[A-Z][a-z]\.)\s+(?=[\"'“(]?[A-Z\d\u3400-\u9fff])|(?<=[？！。；])|\n+"
)
_NUMBERED: Final = re.compile(r"^\s*(?:\(?\d{1,2}[.):、）]|[-*•])\s*(?=\S)")
# "…, and who approves it": a second question behind a comma, or without one if the word order is a question's.
_AND_ASKS: Final = re.compile(
    rf"(?:,|;|，)\s*(?:and|or|but)\s+(?:also\s+)?(?={_WH}\b|(?:do|does|did|is|are|can|may|must)\s+(?:i|we|you|it|they|there)\b)"
    rf"|,\s*(?=(?:who|what|when|where|why|how)\s+(?:\w+\s+)?{_AUXILIARY}\s)"
    rf"|(?<!\s)\s+and\s+(?:also\s+)?(?=(?:who|what|when|where|why|how)\s+(?:(?:\w+\s+){{0,3}}?{_AUXILIARY}\s+\w+\s+\w)"
    rf"|(?:do|does|can|may|must)\s+(?:i|we|you|it|they)\b)",
    re.IGNORECASE,
)
_COMMA_ZH: Final = re.compile(
    r"[，,；;]\s*(?:还有|另外|以及|并且|而且|同时|和)?|(?:还有|另外|以及)(?=.{0,6}(?:谁|多少|几|什么|怎|哪))"
)


def split(message: str) -> list[str]:
    """The questions of a message in their order, at most four; a message that asks one is returned as it is.

    What is stated before a question stays with it.
    """
    asked: list[str] = []
    stated: list[str] = []
    for sentence in filter(None, (_NUMBERED.sub("", part).strip() for part in _sentences(message))):
        if not _is_question(sentence):
            stated.append(sentence)
            continue
        first, *more = _clauses(sentence)
        asked += [" ".join([*stated, first]), *more]
        stated = []
    if len(asked) < 2:
        return [message.strip()]
    if stated:
        asked[-1] = " ".join([asked[-1], *stated])
    if len(asked) > MOST_QUESTIONS:
        asked[MOST_QUESTIONS - 1 :] = [" ".join(asked[MOST_QUESTIONS - 1 :])]
    return asked


def _sentences(message: str) -> list[str]:
    """The sentences; a list whose items are not all questions stays together with what introduces it."""
    parts = [part.strip() for part in _END.split(message) if part.strip()]
    # "1." and the like end no sentence.
    joined: list[str] = []
    for part in parts:
        if joined and re.fullmatch(r"\W*\d{1,2}\.", joined[-1]):
            joined[-1] = f"{joined[-1]} {part}"
        else:
            joined.append(part)
    return joined


def _is_question(sentence: str) -> bool:
    return sentence.endswith(("?", "？")) or (
        len(_ASKS_ZH.findall(sentence)) > 0 and sentence.endswith(("。", "；", ";"))
    )


def _clauses(sentence: str) -> list[str]:
    """The questions of one sentence."""
    for pattern, asks in ((_AND_ASKS, _ASKS_EN), (_COMMA_ZH, _ASKS_ZH)):
        parts = [part.strip() for part in pattern.split(sentence)]
        if len(parts) > 1:
            merged = _merged(parts, asks)
            if len(merged) > 1:
                return merged
    return [sentence]


def _merged(parts: list[str], asks: re.Pattern[str]) -> list[str]:
    """The clauses, those that do not ask or hold no term of their own behind the one before."""
    found: list[str] = []
    for part in parts:
        whole = bool(asks.search(part)) and bool(terms(part))
        if found and not (whole and asks.search(found[-1]) and terms(found[-1])):
            found[-1] = f"{found[-1]}, {part}"
        else:
            found.append(part)
    return found
