"""OpenAI's chat wire (https://platform.openai.com/docs/api-reference/chat/create): the request, and what Lectern says
itself in the shape of its answers.
"""

import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

import orjson
from pydantic import Field, ValidationInfo, field_validator

from server.bodies import Metadata
from server.chat.messages import Message, Shape
from server.chat.sampling import Sampling

DONE = b"data: [DONE]\n\n"

# What Lectern sees to itself, and what has no meaning where models are one's own.
_KEPT: Final = {
    *("model", "messages", "tools", "knowledge", "store", "metadata", "service_tier", "prediction"),
    *("modalities", "audio", "web_search_options", "functions", "function_call", "moderation"),
    *("prompt_cache_options", "prompt_cache_retention"),
}
_REFUSED: Final = {
    "functions": "functions are not read any more; send them as tools",
    "function_call": "it goes with functions, which are not read any more; send tools and tool_choice",
    "audio": "answers are text",
    "modalities": "answers are text",
    "moderation": "nothing is moderated here",
    "web_search_options": "the web is not searched; file_search and knowledge search documents",
    "store": "completions are not kept; /v1/responses keeps its answers",
}
_ASKS_FOR_NOTHING: Final[dict[str, tuple[Any, ...]]] = {
    "functions": ([],),
    "function_call": ("none", "auto"),
    "modalities": (["text"], []),
    "store": (False,),
}
Name = Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]


class Function(Shape):
    """A function that the model may call."""

    name: Name
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class FunctionTool(Shape):
    """A function of the client's."""

    type: Literal["function"]
    function: Function


class Custom(Shape):
    """A tool whose input is text."""

    name: Name


class CustomTool(Shape):
    """A tool of the client's whose input is text."""

    type: Literal["custom"]
    custom: Custom


class FileSearchTool(Shape):
    """Lectern's own tool; `server.chat.knowledge` reads it."""

    type: Literal["file_search"]


Tool = Annotated[FunctionTool | CustomTool | FileSearchTool, Field(discriminator="type")]


class Named(Shape):
    """A tool by its name."""

    name: str


class ToolChoice(Shape):
    """Which tool is to be called."""

    type: Literal["function", "custom", "allowed_tools", "file_search"]
    function: Named | None = None
    custom: Named | None = None


class JsonSchema(Shape):
    """What the answer is to look like."""

    name: Name
    description: str | None = None
    shape: dict[str, Any] | None = Field(None, alias="schema")
    strict: bool | None = None


class ResponseFormat(Shape):
    """text, json_object, json_schema, or what else the model server knows."""

    type: str
    json_schema: JsonSchema | None = None

    @field_validator("json_schema")
    @classmethod
    def _of_its_type(cls, value: JsonSchema | None, info: ValidationInfo) -> JsonSchema | None:
        if value is not None and info.data.get("type") != "json_schema":
            raise ValueError("only where type is json_schema")
        return value


class ChatRequest(Sampling):
    """Body of POST /v1/chat/completions; fields not named here are kept and passed on."""

    messages: Annotated[list[Message], Field(min_length=1, max_length=10_000)]
    max_completion_tokens: int | None = Field(None, ge=1)
    logprobs: bool | None = None
    top_logprobs: int | None = Field(None, ge=0, le=20)
    response_format: ResponseFormat | None = None
    tools: Annotated[list[Tool], Field(max_length=128)] | None = None
    tool_choice: Literal["none", "auto", "required"] | ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    functions: Any = None
    function_call: Any = None
    reasoning_effort: str | None = None
    verbosity: Literal["low", "medium", "high"] | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None
    prompt_cache_options: dict[str, Any] | None = None
    prompt_cache_retention: str | None = None
    metadata: Metadata | None = None
    store: bool | None = None
    service_tier: Literal["auto", "default", "flex", "scale", "priority", "fast"] | None = None
    prediction: dict[str, Any] | None = None
    modalities: Any = None
    audio: Any = None
    web_search_options: Any = None
    moderation: Any = None

    @field_validator(*_REFUSED)
    @classmethod
    def _refuse(cls, value: Any, info: ValidationInfo) -> Any:
        field = info.field_name or ""
        if value is not None and value not in _ASKS_FOR_NOTHING.get(field, ()):
            raise ValueError(_REFUSED[field])
        return value

    @field_validator("max_completion_tokens")
    @classmethod
    def _one_limit(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is not None and info.data.get("max_tokens") is not None:
            raise ValueError("max_tokens says the same; send one of them")
        return value

    @field_validator("top_logprobs")
    @classmethod
    def _with_logprobs(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is not None and not info.data.get("logprobs"):
            raise ValueError("only where logprobs is true")
        return value

    @field_validator("tool_choice")
    @classmethod
    def _of_the_tools(cls, value: Any, info: ValidationInfo) -> Any:
        tools = info.data.get("tools") or []
        if value == "required" and not tools:
            raise ValueError("there are no tools to choose of")
        chosen = value.function or value.custom if isinstance(value, ToolChoice) else None
        names = {tool.function.name for tool in tools if isinstance(tool, FunctionTool)}
        names |= {tool.custom.name for tool in tools if isinstance(tool, CustomTool)}
        if chosen is not None and chosen.name not in names:
            raise ValueError(f"there is no tool {chosen.name!r} among the tools")
        return value

    def upstream(self, model: str, messages: Sequence[Mapping[str, Any]], tools: Sequence[Any]) -> dict[str, Any]:
        """The body for the engine: what the client sent, with the given model, messages and tools."""
        body = self.model_dump(exclude_unset=True, by_alias=True, exclude=_KEPT)
        body |= {"model": model, "messages": list(messages)}
        if tools:
            body["tools"] = list(tools)
        else:
            body.pop("tool_choice", None)
            body.pop("parallel_tool_calls", None)
        return body


def event(payload: Mapping[str, Any]) -> bytes:
    """One server-sent event."""
    return b"data: " + orjson.dumps(payload) + b"\n\n"


def completion(model: str, said: Mapping[str, Any], choices: int, usage: Mapping[str, int]) -> dict[str, Any]:
    """A chat.completion that no engine made; each of its choices says the same."""
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [
            {
                "index": index,
                "message": {"role": "assistant", "refusal": None, **said},
                "logprobs": None,
                "finish_reason": "stop",
            }
            for index in range(choices)
        ],
        "usage": dict(usage),
    }


def text_completion(model: str, choices: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A text_completion, or a part of a streamed one, that no engine made."""
    return {
        "id": f"cmpl-{uuid.uuid4().hex}",
        "object": "text_completion",
        "created": int(time.time()),
        "model": model,
        "choices": [*choices],
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
