"""How many tokens an answer took."""

from collections.abc import Mapping
from typing import Any

import orjson

from server.chat.messages import text_of
from server.model import Prompt
from server.ports import Engine


class Tokens:
    """Counts while an answer is streamed: what the engine says it took, else the prompt's tokens by the engine's count
    and one for each event, so that an answer that breaks off counts too."""

    def __init__(self, engine: Engine, prompt: Prompt) -> None:
        self._engine = engine
        self._prompt = prompt
        self._events = 0
        self._told = 0

    def note(self, data: bytes) -> None:
        """Takes note of an event of the engine. It is only parsed if it tells the usage."""
        self._events += 1
        if b'"usage"' in data and b'"usage":null' not in data:
            usage = orjson.loads(data[5:]).get("usage")
            self._told = max(self._told, total(usage))

    @property
    def spent(self) -> int:
        """Tokens of the prompt and the answer so far."""
        if self._told:
            return self._told
        body = self._prompt.body
        said = "\n".join(text_of(message.get("content")) for message in body.get("messages") or [])
        prompts = [body["prompt"]] if isinstance(body.get("prompt"), str) else body.get("prompt") or []
        said += "\n".join(prompt for prompt in prompts if isinstance(prompt, str))
        return self._engine.count_tokens(said) + self._events


def total(usage: Any) -> int:
    """The tokens of an OpenAI `usage`; 0: it tells none."""
    told = usage.get("total_tokens") if isinstance(usage, Mapping) else None
    return told if isinstance(told, int) else 0
