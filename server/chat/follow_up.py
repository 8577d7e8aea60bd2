"""Makes questions that stand alone out of a conversation, by rule."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ingest.terms import terms
from server.chat.mentions import pointed_out, short
from server.chat.split import split
from server.chat.substitution import new_part, substituted

_FEW_TERMS: Final = 2
_FEW_WORDS: Final = 4
_SHORT_CHARS: Final = 120
_MOST_BEFORE: Final = 3
# What is longer needs nothing before it, and is no use behind a question.
_LONGEST: Final = 500
_LONGEST_ANSWER: Final = 4_000
# A pronoun behind so many words may well stand for one of them, in a question of at least so many.
_ANTECEDENT: Final = 3
_WHOLE: Final = 6

# Words that point back: the question means nothing without what was said before.
_POINTS_BACK: Final = re.compile(
    r"\b(?!(?-i:IT|US|HER)\b)(?:it|its|they|them|their|theirs|he|him|his|she|her|hers|this|that|these|those|"
    r"the same|the former|the latter|there|then|(?:that|this|which|another|last|first|next|previous) ones?|the one|"
    r"the others?|such(?! as)|mentioned|the (?:next|following|previous) (?:one|item|type|kind|level|step|entry))\b"
    # "which of them is cheaper": one of the things named before
    r"|\bwhich (?:(?:one|of \w+(?: \w+)?) )?(?:is|are|was|costs?|has) (?:the )?"
    r"(?:more|less|most|least|better|best|worse|\w+er|\w+est)\b"
    r"|(?<!其)[它牠他她]们?|这|那(?!么多)|該|该(?!怎|如何|不该)|此|其(?!他|实|中)|前者|后者|上述|上面|刚才|同样|同一"
    r"|另外?一[个個種种款类](?=[的是呢怎多要有]|\W*$)|^\W*哪[个個種种款类]\w{0,2}更?[\u3400-\u9fff]{1,3}\W*$",
    re.IGNORECASE,
)
_PERSONAL: Final = re.compile(r"its?|they|them|theirs?|he|him|his|she|hers?|[它牠他她]们?|其", re.IGNORECASE)
# Openings that go on from what was said before.
_GOES_ON: Final = re.compile(
    r"^\W*(?:and|but|or|so|also|what about|how about|what else|anything else|which one|why not|how so|really|"
    r"more details?|tell me more|go on|in (?:english|chinese))\b"
    r"|^\W*(?:那么?|还有|而且|但是?|可是|所以|另外|然后|如果|怎么会|真的吗|继续|详细|具体|举例|再)"
    # without a verb: "up to how much?"
    r"|^\W*(?:up to|for|by|from|until|since|at|in|to|with) (?:how|what|when|which|whom|where)(?: \w+){0,3}\W*$"
    r"|呢\W*$",
    re.IGNORECASE,
)
_OPENING: Final = re.compile(
    r"^\W*(?:(?:and|but|or|so|also|then)\b\W*)+|^\W*(?:那么|那|还有|而且|另外|然后|但是)[，,]?", re.IGNORECASE
)
# Short questions that name what they are about: a name, a code, "a trip", "what are clades?".
_STANDS_ALONE: Final = re.compile(
    r"(?<=\s)[A-Z][\w-]{2,}|[\w-]*[A-Za-z]-?\d[\w-]*"
    r"|[“《「][^”》」]+[”》」]|(?<=[\u3400-\u9fff])[A-Z][\w-]+|^[A-Z][\w-]+(?=[\u3400-\u9fff])|^\W*什么是"
    r"|\b(?:[Ww]ho|[Ww]hat|[Ww]hen|[Ww]here|[Hh]ow)\b.*\w\w an? (?!(?:day|night|week|month|year|person|time)\b)\w{3,}"
    r"|^\W*[Ww]hat (?:is|are) (?:an? )?(?!(?:the|it|that|this|they|these|those)\b)\w+\W*$"
)
# "it", "that" and "this" that belong to the question itself: "is it true that …", "the rule that says …".
_OWN_POINTER: Final = re.compile(
    r"\b(?:is|are|was|were) there\b|\bthere (?:is|are|was|were)\b"
    r"|\b(?:is it|it is|was it)(?= \w+ (?:that|to|if|whether|for|a|an|any|\w+s)\b)"
    r"|(?<!\bis )(?<!\bwas )(?<!\bdoes )(?<!\bdo )(?<!\bcan )(?<!\bof )(?<!\bto )(?<!\bin )(?<!\bfor )(?<!\bwith )"
    r"(?<!\babout )(?<!^)\bthat (?=\w)"
    r"|\bthis (?:year|month|week|company|organi[sz]ation|policy|handbook)\b"
    r"|这(?:家公司|个公司|一?年|个?月|周)|那些年",
    re.IGNORECASE,
)
_GAP: Final = re.compile(r"[^\S\n]+|\n\s+")


@dataclass(frozen=True, slots=True)
class Turn:
    """What the user asked, and what was answered (empty: not yet)."""

    asked: str
    answered: str = ""


def turns(messages: Sequence[Mapping[str, Any]]) -> list[Turn]:
    """The turns of a conversation that ask something, oldest first."""
    found: list[Turn] = []
    for message in messages:
        text = _text(message.get("content"))
        if message.get("role") == "user" and text:
            found.append(Turn(text))
        elif message.get("role") == "assistant" and text and found:
            found[-1] = Turn(found[-1].asked, _GAP.sub(_narrow, text[:_LONGEST_ANSWER]))
    return found


def questions(messages: Sequence[Mapping[str, Any]]) -> list[str]:
    """The questions of the last message of the user, each with what it needs of the conversation to stand alone."""
    found = turns(messages)
    if not found:
        return []
    history = found[-1 - _MOST_BEFORE : -1]
    resolved: list[str] = []
    for asked in split(found[-1].asked):
        before = [*history, *map(Turn, resolved)]
        resolved.append(_resolved(asked, before))
    return resolved


def is_follow_up(question: str) -> bool:
    """Whether a question needs what was said before."""
    if new_part(question) is not None:
        return True
    if _GOES_ON.search(question):
        rest = _OPENING.sub("", question)
        return is_follow_up(rest) if rest != question else len(question) <= _SHORT_CHARS
    pointer = _POINTS_BACK.search(_OWN_POINTER.sub(_blank, question))
    if pointer and not _has_antecedent(question, pointer):
        return True
    if _STANDS_ALONE.search(question):
        return False
    few = len(_words(question))
    return few < _FEW_TERMS or (few == _FEW_TERMS and len(question.split()) <= _FEW_WORDS)


def _has_antecedent(question: str, pointer: re.Match[str]) -> bool:
    """Whether what the pointer stands for is likely to stand in the question itself, before it."""
    before = question[: pointer.start()]
    if _PERSONAL.fullmatch(pointer[0]) and _STANDS_ALONE.search(before):
        return True
    return _size(before) >= _ANTECEDENT and _size(question) >= _WHOLE


def _narrow(gap: re.Match[str]) -> str:
    return "\n" if "\n" in gap[0] else " "


def _blank(own: re.Match[str]) -> str:
    return " " * len(own[0])


def _size(text: str) -> float:
    """How much a text says, in words; two pairs of Chinese characters make one."""
    return sum(1 if word.isascii() else 0.5 for word in _words(text))


def _resolved(question: str, history: Sequence[Turn]) -> str:
    if not history or len(question) > _LONGEST:
        return question
    last = history[-1]
    pointed = pointed_out(question, last.answered, last.asked)
    if pointed is None and not is_follow_up(question):
        return question
    before = _resolved(last.asked, history[:-1])[-_LONGEST:]
    if pointed is not None:
        return f"{before}\n{pointed}"
    new = new_part(question)
    if new is not None:
        return substituted(before, new) or f"{before}\n{new}"
    return "\n".join(filter(None, [before, short(last.answered), question]))


def _words(question: str) -> list[str]:
    """The terms, counting Chinese by pairs of characters only."""
    found = terms(question)
    return [term for term in found if term.isascii() or len(term) > 1]


def _text(content: Any) -> str:
    """The text of a message's content, a string or a list of parts."""
    if isinstance(content, str):
        return content.strip()
    if not isinstance(content, Sequence):
        return ""
    parts = (part.get("text") for part in content if isinstance(part, Mapping) and part.get("type") == "text")
    return "\n".join(part for part in parts if isinstance(part, str)).strip()
