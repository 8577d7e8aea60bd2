"""Makes a question that can be searched on its own out of a conversation, without a model."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ingest.terms import terms

_FEW_TERMS: Final = 2
_SHORT_CHARS: Final = 60
_MOST_BEFORE: Final = 2

# Words that point back: the question means nothing without what was said before.
_POINTS_BACK: Final = re.compile(
    r"\b(?:it|its|they|them|their|theirs|he|him|his|she|her|hers|this|that|these|those|the same|the former|the latter|"
    r"there|then|(?:that|this|which|another|last|first) ones?|such|mentioned)\b"
    r"|(?<!其)[它牠他她]们?|这|那(?!么多)|該|该(?!怎|如何|不该)|此|其(?!他|实|中)|前者|后者|上述|上面|刚才|同样|同一",
    re.IGNORECASE,
)
# Openings that go on from what was said before.
_GOES_ON: Final = re.compile(
    r"^\W*(?:and|but|or|so|also|what about|how about|what else|anything else|which one|why not|how so|really|"
    r"more details?|tell me more|go on|in (?:english|chinese))\b"
    r"|^\W*(?:那么?|还有|而且|但是?|可是|所以|另外|然后|如果|怎么会|真的吗|继续|详细|具体|举例|再)"
    r"|呢\W*$",
    re.IGNORECASE,
)
# "it", "that" and "this" that belong to the question itself: "is it true that …", "the rule that says …".
_OWN_POINTER: Final = re.compile(
    r"\b(?:is it|it is|was it|is there|are there|there is|there are|was there|were there)\b"
    r"|(?<!\bis )(?<!\bwas )(?<!\bdoes )(?<!\bdo )(?<!\bcan )(?<!\bof )(?<!\bto )(?<!\bin )(?<!\bfor )(?<!\bwith )"
    r"(?<!\babout )(?<!^)\bthat (?=\w)"
    r"|\bthis (?:year|month|week|company|organi[sz]ation|policy|handbook)\b"
    r"|这(?:家公司|个公司|一?年|个?月|周)|那些年",
    re.IGNORECASE,
)


class Rewriter:
    """Makes of a conversation the questions to search for."""

    async def __call__(self, messages: Sequence[Mapping[str, Any]], model: str) -> list[str]:
        """The questions, each standing alone; `model` may be asked to write them."""
        return [standalone(messages)]


def standalone(messages: Sequence[Mapping[str, Any]]) -> str:
    """The question to search for: the last one of the user, behind the earlier ones it cannot do without."""
    asked = [text for message in messages if message.get("role") == "user" and (text := _text(message.get("content")))]
    if not asked:
        return ""
    needed = [asked[-1]]
    for earlier in reversed(asked[:-1]):
        if len(needed) > _MOST_BEFORE or not _is_follow_up(needed[0]):
            break
        needed.insert(0, earlier)
    return "\n".join(needed)


def _is_follow_up(question: str) -> bool:
    if _GOES_ON.search(question):
        return len(question) <= 2 * _SHORT_CHARS
    if _POINTS_BACK.search(_OWN_POINTER.sub(" ", question)):
        return True
    return len(question) <= _SHORT_CHARS and len(_words(question)) <= _FEW_TERMS


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
