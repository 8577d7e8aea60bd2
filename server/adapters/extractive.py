"""The engine without a model: it answers with quotes from the passages and never says anything else."""

import asyncio
import re
import time
import uuid
from collections.abc import AsyncGenerator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from server.adapters.extractive_limits import refuse
from server.adapters.quotes import choose_quotes
from server.adapters.tokens import estimate_tokens
from server.model import EngineState, Prompt

MODEL: Final = "extractive"
_CONTEXT: Final = 131_072
_MOST_CHOICES: Final = 128
TEXT: Final = "text_completion"
_PIECE: Final = re.compile(r"(?:[\u3000-\u9fff\uff00-\uffef]{1,4}|\s*[^\s\u3000-\u9fff\uff00-\uffef]+){1,3}\s*|\s+")

_NO_MODEL: Final = {
    "en": (
        "No language model is configured, so I can only quote your documents: choose a knowledge base and ask about "
        "it. For free conversation, set LECTERN_MODEL to a model's path or hub id, or LECTERN_ENGINE_URL to an "
        "OpenAI-compatible server, and start Lectern again."
    ),
    "zh": (
        "尚未配置语言模型，因此我只能引用您的文件：请选择一个知识库再提问。如需自由对话，请将 LECTERN_MODEL 设为模型的"
        "路径或名称，或将 LECTERN_ENGINE_URL 设为兼容 OpenAI 的服务器地址，然后重新启动 Lectern。"
    ),
}

_NOTHING_ABOUT: Final = {"en": "\n\nI found nothing about: {}", "zh": "\n\n没有找到相关内容：{}"}
_MAY_BE_MISREAD: Final = {"en": " (scan, may be misread)", "zh": "（扫描件，可能有误）"}


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer that is ready to be sent. It is said once for each of the `beginnings`, after it: a completion may
    begin with its prompt."""

    pieces: tuple[str, ...]
    finish: str
    beginnings: tuple[str, ...]
    prompt_tokens: int
    head: Mapping[str, Any]

    @property
    def usage(self) -> dict[str, int]:
        said = len(self.beginnings) * estimate_tokens("".join(self.pieces))
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": said,
            "total_tokens": self.prompt_tokens + said,
        }


class ExtractiveEngine:
    """Quotes the best sentences with their markers. `n`, `stop` and the token limits are heeded. Of what only a model
    could follow, such as a temperature, it takes no notice; what would mislead then, such as a schema for the answer,
    it refuses."""

    def __init__(self) -> None:
        self._state = EngineState(self.name, "stopped", since=time.time())

    @property
    def name(self) -> str:
        """extractive."""
        return "extractive"

    async def start(self) -> None:
        """There is nothing to start."""
        self._state = EngineState(self.name, "ready", "no model: answers are quotes", since=time.time())

    async def stop(self) -> None:
        """There is nothing to stop."""
        self._state = EngineState(self.name, "stopped", since=time.time())

    def state(self) -> EngineState:
        """Ready from start to stop."""
        return self._state

    async def models(self) -> list[str]:
        """The one name it answers to."""
        return [MODEL]

    def context_tokens(self, model: str) -> int:
        """Ample: nothing is kept in a context."""
        return _CONTEXT

    def count_tokens(self, text: str) -> int:
        """An estimate."""
        return estimate_tokens(text)

    async def stream(self, prompt: Prompt) -> AsyncGenerator[bytes, None]:
        """See `Engine.stream`. Raises EngineRefused alone."""
        answer = await asyncio.to_thread(_answer, prompt, "chat.completion.chunk")
        options = prompt.body.get("stream_options") or {}
        return _events(answer, include_usage=bool(options.get("include_usage")))

    async def complete(self, prompt: Prompt) -> dict[str, Any]:
        """See `Engine.complete`. Raises EngineRefused alone."""
        answer = await asyncio.to_thread(_answer, prompt, "chat.completion")
        said = "".join(answer.pieces)
        choices: list[dict[str, Any]] = []
        for index, beginning in enumerate(answer.beginnings):
            told = {"index": index, "logprobs": None, "finish_reason": answer.finish}
            if answer.head["object"] == TEXT:
                choices.append(told | {"text": beginning + said})
            else:
                choices.append(told | {"message": {"role": "assistant", "content": said, "refusal": None}})
        return {**answer.head, "choices": choices, "usage": answer.usage}


def _answer(prompt: Prompt, kind: str) -> _Answer:
    """Finds the answer. Takes some milliseconds of CPU. Raises EngineRefused."""
    body = prompt.body
    refuse(body)
    asked = prompt.questions or (prompt.question,)
    quotes = dict.fromkeys(quote for question in asked for quote in choose_quotes(question, prompt.passages))
    if quotes:
        text = " ".join(f"{quote.text}{_doubt(prompt, quote.number)} [{quote.number}]" for quote in quotes)
        nothing = _NOTHING_ABOUT.get(prompt.language, _NOTHING_ABOUT["en"])
        # The last line is what was asked; those before it are what it follows.
        text += "".join(nothing.format(question.rpartition("\n")[2]) for question in prompt.unanswered)
    else:
        text = _NO_MODEL.get(prompt.language, _NO_MODEL["en"])
    for stop in _stops(body.get("stop")):
        text = text.partition(stop)[0]
    limit = body.get("max_completion_tokens") or body.get("max_tokens")
    pieces, finish = _within(_PIECE.findall(text), limit if isinstance(limit, int) else None)
    choices = body.get("n")
    times = min(max(choices, 1), _MOST_CHOICES) if isinstance(choices, int) else 1
    read, beginnings = _read(body)
    kind, mark = (TEXT, "cmpl") if "prompt" in body else (kind, "chatcmpl")
    return _Answer(
        pieces=pieces,
        finish=finish,
        beginnings=tuple(beginning for beginning in beginnings for _ in range(times)),
        prompt_tokens=read,
        head={"id": f"{mark}-{uuid.uuid4().hex}", "object": kind, "created": int(time.time()), "model": MODEL},
    )


def _read(body: Mapping[str, Any]) -> tuple[int, list[str]]:
    """The tokens of what is asked, and how the answers to it begin."""
    if "prompt" in body:
        given = body["prompt"]
        prompts = [given] if isinstance(given, str) else list(given)
        return sum(map(estimate_tokens, prompts)), [one if body.get("echo") else "" for one in prompts]
    contents = [message.get("content") or "" for message in body.get("messages") or ()]
    texts = [
        content if isinstance(content, str) else "\n".join(str(part.get("text", "")) for part in content)
        for content in contents
    ]
    return sum(estimate_tokens(text) + 4 for text in texts), [""]


def _doubt(prompt: Prompt, number: int) -> str:
    """What to say of a quote that may be misread."""
    doubtful = prompt.passages[number - 1].low_confidence
    return _MAY_BE_MISREAD.get(prompt.language, _MAY_BE_MISREAD["en"]) if doubtful else ""


def _stops(stop: object) -> list[str]:
    given = [stop] if isinstance(stop, str) else stop
    return [one for one in given if isinstance(one, str) and one] if isinstance(given, list) else []


def _within(pieces: list[str], limit: int | None) -> tuple[tuple[str, ...], str]:
    """The pieces that fit into so many tokens, and why they end."""
    if limit is None:
        return tuple(pieces), "stop"
    for count, piece in enumerate(pieces):
        limit -= estimate_tokens(piece)
        if limit < 0:
            return tuple(pieces[:count]), "length"
    return tuple(pieces), "stop"


async def _events(answer: _Answer, *, include_usage: bool) -> AsyncGenerator[bytes, None]:
    for payload in _payloads(answer, include_usage=include_usage):
        yield b"data: " + orjson.dumps(payload) + b"\n\n"
        await asyncio.sleep(0)  # other answers run meanwhile


def _payloads(answer: _Answer, *, include_usage: bool) -> Iterator[dict[str, Any]]:
    usage = {"usage": None} if include_usage else {}
    is_text = answer.head["object"] == TEXT
    opening = answer.beginnings if is_text else ("",) * len(answer.beginnings)
    steps: list[tuple[str, str | None]] = [(piece, None) for piece in answer.pieces]
    for number, (piece, finish) in enumerate([("", None), *steps, ("", answer.finish)]):
        for index, beginning in enumerate(opening):
            choice: dict[str, Any] = {"index": index, "logprobs": None, "finish_reason": finish}
            if is_text:
                choice["text"] = piece if number else beginning
            else:
                first = {"role": "assistant", "content": ""}
                choice["delta"] = ({"content": piece} if finish is None else {}) if number else first
            yield {**answer.head, "choices": [choice], **usage}
    if include_usage:
        yield {**answer.head, "choices": [], "usage": answer.usage}
