"""Builds the messages an engine is asked, from the templates in `prompts/`."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from langchain_core.prompts import PromptTemplate

from server.chat.messages import text_of
from server.model import Passage


@cache
def template(purpose: str, language: str) -> PromptTemplate:
    """The LangChain template of a purpose in a language, from `prompts/PURPOSE.LANGUAGE.md`."""
    return PromptTemplate.from_template((files("prompts") / f"{purpose}.{language}.md").read_text("utf-8").strip())


def render_passage(number: int, passage: Passage) -> str:
    """One numbered passage as the model reads it: where it stands, then what it says."""
    place = [passage.filename, *passage.headings]
    if passage.page is not None:
        place.append(f"p. {passage.page}")
    if passage.sheet:
        place.append(f"{passage.sheet} {passage.cells or ''}".strip())
    if passage.low_confidence:
        place.append("scan, may be misread")
    return f"[{number}] ({' › '.join(place)})\n{passage.text}"


def ground(
    messages: Sequence[Mapping[str, Any]], passages: Sequence[Passage], language: str, purpose: str = "answer"
) -> list[dict[str, Any]]:
    """The client's messages behind a system message that holds the numbered passages; `purpose` is answer, or data for
    what a program reads."""
    numbered = "\n\n".join(render_passage(number, passage) for number, passage in enumerate(passages, 1))
    return behind(messages, template(purpose, language).format(passages=numbered))


def behind(messages: Sequence[Mapping[str, Any]], system: str) -> list[dict[str, Any]]:
    """The client's messages behind a system message of Lectern's; the client's own ones are kept, after it."""
    own = [text_of(message["content"]) for message in messages if message["role"] in {"system", "developer"}]
    rest = [dict(message) for message in messages if message["role"] not in {"system", "developer"}]
    return [{"role": "system", "content": "\n\n".join([system, *own])}, *rest]
