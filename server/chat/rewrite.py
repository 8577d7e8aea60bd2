"""Makes questions that can be searched on their own of a conversation: by a model where one answers, else by rule."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog

from ingest.terms import terms
from server.chat.follow_up import Turn, questions, turns
from server.chat.language import language_of
from server.chat.prompt import template
from server.chat.split import MOST_QUESTIONS, split
from server.errors import LecternError
from server.model import Prompt
from server.ports import Engine

log = structlog.get_logger()

_TURNS: Final = 3
_MOST_TURN_CHARS: Final = 600
_MOST_TOKENS: Final = 96
_MOST_CHARS: Final = 300
_LEAST_SHARED: Final = 0.5

_THOUGHT: Final = re.compile(r"<think>.*?</think>|^.*?</think>", re.DOTALL)
_BULLET: Final = re.compile(r"^\s*(?:\(?\d{1,2}[.)、）:]|[-*•>])\s*")
_LABEL: Final = re.compile(
    r"^[\w\s-]{0,30}\b(?:question|query|queries|rewritten|rewrite)\w*\s*\d?\s*[:：]\s*|^(?:改写|独立|检索|问题)[^:：？]{0,10}[:：]\s*",
    re.IGNORECASE,
)
_QUOTES: Final = "\"'`“”「」* "


class Rewriter:
    """Makes of a conversation the questions to search for. `engine` is asked for at most `seconds`; None: the rule
    alone."""

    def __init__(self, engine: Engine | None, seconds: float) -> None:
        self._engine = engine if seconds > 0 else None
        self._seconds = seconds

    async def __call__(self, messages: Sequence[Mapping[str, Any]], model: str) -> list[str]:
        """The questions, each standing alone; a rewriting that fails in any way leaves those of the rule.

        `model` is asked only for a follow-up: a question that stands alone by the rule is searched as it is.
        """
        found = turns(messages)
        ruled = questions(messages)
        if self._engine is None or len(found) < 2 or ruled == split(found[-1].asked) or not self._engine.state().ready:
            return ruled
        return await self._ask(self._engine, found, model) or ruled

    async def _ask(self, engine: Engine, found: Sequence[Turn], model: str) -> list[str]:
        """The model's questions; empty if they cannot be used."""
        asked = found[-1].asked
        language = language_of(asked)
        told = _told(found[:-1])
        content = template("rewrite", language).format(conversation=told, question=asked)
        body: dict[str, Any] = {
            "model": model,
            "messages": [{"role": "user", "content": content}],
            "temperature": 0,
            "max_tokens": _MOST_TOKENS,
        }
        if engine.name == "vllm":  # other servers may refuse a field they do not know
            body["chat_template_kwargs"] = {"enable_thinking": False}
        try:
            async with asyncio.timeout(self._seconds):
                answer = await engine.complete(Prompt(body, asked, (), language))
        except (LecternError, TimeoutError) as error:
            log.info("A question was not rewritten", reason=getattr(error, "message", "") or "too late")
            return []
        written = _read(answer)
        if written and all(_fits(one, f"{told}\n{asked}", language) for one in written):
            return written
        log.info("A question was not rewritten", reason="the model's rewriting cannot be used")
        return []


def _told(history: Sequence[Turn]) -> str:
    """The last turns as a model reads them."""
    lines = []
    for turn in history[-_TURNS:]:
        lines.append(f"User: {turn.asked[:_MOST_TURN_CHARS]}")
        if turn.answered:
            lines.append(f"Assistant: {turn.answered[:_MOST_TURN_CHARS]}")
    return "\n".join(lines)


def _read(answer: Mapping[str, Any]) -> list[str]:
    """The lines of an answer without what models put around them; none if it broke off or is not one."""
    try:
        first = answer["choices"][0]
        content, finish = first["message"]["content"], first.get("finish_reason")
    except (LookupError, TypeError, AttributeError):
        return []
    if finish == "length" or not isinstance(content, str):
        return []
    text = _THOUGHT.sub("", content)
    if "<think>" in text:
        return []
    lines = [_LABEL.sub("", _BULLET.sub("", line).strip(_QUOTES)).strip(_QUOTES) for line in text.splitlines()]
    found = list(dict.fromkeys(filter(None, lines)))
    return found if len(found) <= MOST_QUESTIONS else []


def _fits(written: str, conversation: str, language: str) -> bool:
    """Whether a rewritten question is one: in the language asked in, of a question's length, and mostly in words of the
    conversation."""
    own = set(terms(written))
    shared = own.intersection(terms(conversation))
    return (
        len(written) <= _MOST_CHARS
        and language_of(written) == language
        and bool(own)
        and len(shared) >= _LEAST_SHARED * len(own)
    )
