"""OpenAI's chat wire (https://platform.openai.com/docs/api-reference/chat/create), as far as Lectern reads it.

What Lectern does not read is passed to the engine untouched.
"""

import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field

DONE = b"data: [DONE]\n\n"


class Message(BaseModel):
    """One message; content is a text or a list of parts."""

    model_config = ConfigDict(extra="allow")

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[dict[str, Any]] | None = None


class Knowledge(BaseModel):
    """Lectern's own request field: where to look, and how."""

    model_config = ConfigDict(extra="forbid")

    vector_store_ids: list[str] = Field(min_length=1, max_length=20)
    max_num_results: int | None = Field(None, ge=1, le=50)
    score_threshold: float | None = Field(None, ge=0, le=1)
    filters: dict[str, Any] | None = None


class ChatRequest(BaseModel):
    """Body of POST /v1/chat/completions; fields not named here are kept and passed on."""

    model_config = ConfigDict(extra="allow")

    model: Annotated[str, Field(min_length=1, max_length=512)]
    messages: Annotated[list[Message], Field(min_length=1)]
    stream: bool = False
    stream_options: dict[str, Any] | None = None
    n: int | None = Field(None, ge=1, le=128)
    max_tokens: int | None = Field(None, ge=1)
    max_completion_tokens: int | None = Field(None, ge=1)
    tools: list[dict[str, Any]] | None = None
    knowledge: Knowledge | None = None

    def upstream(self, model: str, messages: Sequence[Mapping[str, Any]], tools: Sequence[Any]) -> dict[str, Any]:
        """The body for the engine: what the client sent, with the given model, messages and tools."""
        body = self.model_dump(exclude_unset=True, exclude={"knowledge", "tools", "messages", "model"})
        body |= {"model": model, "messages": list(messages)}
        if tools:
            body["tools"] = list(tools)
        elif self.tools:
            body.pop("tool_choice", None)
            body.pop("parallel_tool_calls", None)
        return body


def text_of(content: str | Sequence[Mapping[str, Any]] | None) -> str:
    """The text of a message's content; parts that are no text count for nothing."""
    if isinstance(content, str):
        return content
    return "\n".join(str(part.get("text", "")) for part in content or [] if part.get("type") == "text")


def event(payload: Mapping[str, Any]) -> bytes:
    """One server-sent event."""
    return b"data: " + orjson.dumps(payload) + b"\n\n"


def completion(model: str, text: str) -> dict[str, Any]:
    """A chat.completion that no engine made."""
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text, "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
    }


def chunk(model: str, delta: Mapping[str, Any], finish: str | None = None, index: int = 0) -> dict[str, Any]:
    """A chat.completion.chunk that no engine made."""
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": model,
        "choices": [{"index": index, "delta": dict(delta), "logprobs": None, "finish_reason": finish}],
    }
