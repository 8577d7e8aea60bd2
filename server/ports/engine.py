"""What answers prompts."""

from collections.abc import AsyncGenerator
from typing import Any, Protocol

from server.model import EngineState, Prompt


class Engine(Protocol):
    """Answers prompts. One engine may serve several models (a base and its adapters).

    A prompt whose body has the field `prompt` instead of `messages` is one of OpenAI's older completions
    (https://platform.openai.com/docs/api-reference/completions) and gets its answer in that wire.
    """

    @property
    def name(self) -> str:
        """extractive, vllm or remote."""
        ...

    async def start(self) -> None:
        """Begins starting; returns before the engine is ready."""
        ...

    async def stop(self) -> None:
        """Ends the engine and everything it started."""
        ...

    def state(self) -> EngineState:
        """How the engine is, at no cost."""
        ...

    async def models(self) -> list[str]:
        """Names of the models that can be asked now; of a model that is starting too."""
        ...

    def context_tokens(self, model: str) -> int:
        """Longest prompt and answer together, in tokens."""
        ...

    def count_tokens(self, text: str) -> int:
        """Tokens of a text; exact where the tokenizer is at hand, else an estimate on the safe side."""
        ...

    async def stream(self, prompt: Prompt) -> AsyncGenerator[bytes, None]:
        """Opens an answer; returns once the first byte cannot fail politely any more.

        Each item is one whole server-sent event in OpenAI's chat.completion.chunk wire (`data: {...}` and two line
        feeds), without the closing `[DONE]`. Closing the generator cancels the work upstream.

        Raises:
            EngineUnavailable: the engine does not answer; nothing was generated.
            EngineRefused: the engine found the request wrong.
            EngineLost: (from the generator) the engine ended in mid-answer.
        """
        ...

    async def complete(self, prompt: Prompt) -> dict[str, Any]:
        """The whole answer as an OpenAI chat.completion object. Raises as `stream`."""
        ...
