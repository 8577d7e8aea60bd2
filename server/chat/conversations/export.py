"""A conversation as a Markdown document that stands for itself."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from server.chat.conversations.conversations import Conversation
from server.chat.language import language_of
from server.chat.responses.items import Stored
from server.chat.responses.spoken_text import cited, text_of_items

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "untitled": "Conversation",
        "asked": "Question",
        "answered": "Answer",
        "sources": "Sources",
        "page": "p. {page}",
        "no_answer": "No answer.",
    },
    "zh": {
        "untitled": "对话",
        "asked": "提问",
        "answered": "回答",
        "sources": "来源",
        "page": "第 {page} 页",
        "no_answer": "没有回答。",
    },
}
# What begins code that shows what it holds: in a line by itself, behind it only what the code is.
_FENCE: Final = re.compile("(`{3,})[^`]*|(~{3,}).*")
_MARKS: Final = re.compile(r"([\\`*_{}\[\]#|~])")

Asked = tuple[Mapping[str, Any], Sequence[Stored]]
"""A response, and the items that it was given."""


def markdown(conversation: Conversation, responses: Iterable[Asked]) -> Iterator[str]:
    """The title, then each question with its answer and its numbered sources, piece by piece. Tags are shown as what
    they are."""
    # What nobody said anything in has no title, and no language.
    words = _WORDS[language_of(conversation.title or "")]
    date = datetime.fromtimestamp(conversation.updated_at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    yield f"# {_plain(conversation.title or words['untitled'])}\n\n{date}\n"
    for number, (response, items) in enumerate(responses, 1):
        yield "\n" + "\n\n".join([f"## {number}", *_turn(response, items, words)]) + "\n"


def _turn(response: Mapping[str, Any], items: Sequence[Stored], words: Mapping[str, str]) -> Iterator[str]:
    asked = text_of_items([item for item in items if item.get("role") == "user"])
    if asked:
        yield f"**{words['asked']}**"
        yield "\n".join(f"> {line}".rstrip() for line in _harmless(asked).splitlines())
    yield f"**{words['answered']}**"
    yield _harmless(text_of_items(response["output"])) or words["no_answer"]
    sources = {source.get("marker") or place: source for place, source in enumerate(cited(response["output"]), 1)}
    if sources:
        yield f"**{words['sources']}**"
        yield "\n".join(f"{number}. {_source(sources[number], words)}" for number in sorted(sources))


def _source(source: Mapping[str, Any], words: Mapping[str, str]) -> str:
    place = [_plain(str(source["filename"]))]
    if source.get("page") is not None:
        place.append(words["page"].format(page=source["page"]))
    if source.get("sheet"):
        place.append(_plain(f"{source['sheet']} {source.get('cells') or ''}".strip()))
    place += [_plain(heading) for heading in source.get("headings") or ()]
    quote = _plain(source.get("quote") or "")
    return ", ".join(place) + (f": “{quote}”" if quote else "")


def _plain(text: str) -> str:
    """The text in a line, of which nothing is Markdown."""
    return _MARKS.sub(r"\\\1", " ".join(text.split())).replace("<", "&lt;")


def _harmless(text: str) -> str:
    """Markdown in which nothing is a tag or a picture, but what its fenced code shows. Fences are moved to where their
    line begins, and the last one is closed: so all readers see the same ones, and none reaches into what follows."""
    lines: list[str] = []
    fence = ""
    for line in text.strip().splitlines():
        bare = line.strip()
        if fence:
            ends = bare.startswith(fence) and not bare.strip(fence[0])
            lines.append(bare if ends else line)
            fence = "" if ends else fence
        elif begins := _FENCE.fullmatch(bare):
            fence = begins[1] or begins[2]
            lines.append(bare)
        else:
            lines.append(_escaped(line))
    return "\n".join([*lines, fence] if fence else lines)


def _escaped(text: str) -> str:
    return text.replace("<", "&lt;").replace("![", "!\\[")  # what stands before the ! may be a backslash already
