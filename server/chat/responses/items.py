"""The items of a conversation: what a response is given, and what it gave
(https://platform.openai.com/docs/api-reference/responses/input-items)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, field_validator, model_validator

Stored = dict[str, Any]


class _Known(BaseModel):
    """An item or a part; what Lectern does not know of it is dropped."""

    model_config = ConfigDict(extra="ignore")


class InputText(_Known):
    """Text of the client's."""

    type: Literal["input_text"]
    text: str


class InputImage(_Known):
    """A picture, by its URL."""

    type: Literal["input_image"]
    image_url: str | None = None
    file_id: str | None = None
    detail: Literal["low", "high", "auto"] | None = None


class InputFile(_Known):
    """A file that was uploaded before."""

    type: Literal["input_file"]
    file_id: str | None = None
    file_data: str | None = None
    file_url: str | None = None
    filename: str | None = None


class OutputText(_Known):
    """Text of the model's."""

    type: Literal["output_text"]
    text: str
    annotations: list[dict[str, Any]] = []


class Refusal(_Known):
    """What a model said instead of an answer."""

    type: Literal["refusal"]
    refusal: str


Part = Annotated[InputText | InputImage | InputFile | OutputText | Refusal, Field(discriminator="type")]


class Message(_Known):
    """What somebody said."""

    type: Literal["message"] = "message"
    role: Literal["user", "assistant", "system", "developer"]
    content: list[Part]
    id: str | None = None
    status: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _in_parts(cls, item: Any) -> Any:
        if isinstance(item, Mapping) and isinstance(item.get("content"), str):
            kind = "output_text" if item.get("role") == "assistant" else "input_text"
            return {**item, "content": [{"type": kind, "text": item["content"]}]}
        return item


class FunctionCall(_Known):
    """A function the model called."""

    type: Literal["function_call"]
    call_id: str = Field(min_length=1)
    name: str = Field(min_length=1)
    arguments: str
    id: str | None = None
    status: str | None = None


class FunctionCallOutput(_Known):
    """What a function returned."""

    type: Literal["function_call_output"]
    call_id: str = Field(min_length=1)
    output: str
    id: str | None = None
    status: str | None = None

    @field_validator("output", mode="before")
    @classmethod
    def _as_text(cls, output: Any) -> Any:
        return "\n".join(InputText.model_validate(part).text for part in output) if isinstance(output, list) else output


class FileSearchCall(_Known):
    """A search that was made; nothing to go on with, but part of what was said."""

    type: Literal["file_search_call"]
    id: str | None = None
    queries: list[str] = []
    status: str | None = None
    results: list[dict[str, Any]] | None = None


class ReasoningItem(_Known):
    """What a model thought; models are not told what they thought before."""

    type: Literal["reasoning"]
    id: str | None = None
    summary: list[dict[str, Any]] = []
    content: list[dict[str, Any]] | None = None
    encrypted_content: str | None = None
    status: str | None = None


class ItemReference(_Known):
    """An item of a stored response."""

    type: Literal["item_reference"] = "item_reference"
    id: str


def _kind(item: Any) -> str | None:
    if not isinstance(item, Mapping):
        return getattr(item, "type", None)
    kind = item.get("type")
    if kind is None:
        return "message" if "role" in item else "item_reference"
    return kind if isinstance(kind, str) else None


Item = Annotated[
    Annotated[Message, Tag("message")]
    | Annotated[FunctionCall, Tag("function_call")]
    | Annotated[FunctionCallOutput, Tag("function_call_output")]
    | Annotated[FileSearchCall, Tag("file_search_call")]
    | Annotated[ReasoningItem, Tag("reasoning")]
    | Annotated[ItemReference, Tag("item_reference")],
    Discriminator(
        _kind,
        custom_error_type="item",
        custom_error_message="an item is a message, function_call, function_call_output, file_search_call, "
        "reasoning or item_reference",
    ),
]

_PREFIXES = {
    "message": "msg",
    "function_call": "fc",
    "function_call_output": "fco",
    "file_search_call": "fs",
    "reasoning": "rs",
}


def item_id(kind: str, response_id: str, place: str) -> str:
    """The id of an item: it tells which response it belongs to."""
    return f"{_PREFIXES[kind]}_{response_id.removeprefix('resp_')}_{place}"


def response_of(item_id: str) -> str | None:
    """The id of the response that an item belongs to; None if it cannot be one of ours."""
    parts = item_id.split("_")
    return f"resp_{parts[1]}" if len(parts) == 3 else None


def stored(given: Sequence[Item], response_id: str) -> list[Stored]:
    """The items of a request as they are kept, each with an id of its own; references stay what they are."""
    kept = []
    for number, item in enumerate(given):
        told: Stored = item.model_dump(exclude_none=True) | {"type": item.type}
        if not isinstance(item, ItemReference):
            told |= {"id": item_id(item.type, response_id, f"i{number}"), "status": "completed"}
        kept.append(told)
    return kept


def asked_in(items: Sequence[Stored]) -> list[Stored]:
    """What users say in words and pictures, for others to read: no files, and nothing that was said to the model
    otherwise."""
    asked = [item for item in items if item["type"] == "message" and item["role"] == "user"]
    return [{**item, "content": [part for part in item["content"] if part["type"] != "input_file"]} for item in asked]


def files_of(items: Sequence[Stored]) -> Iterator[str]:
    """Ids of the files that messages bring along."""
    for item in items:
        if item["type"] == "message":
            yield from (part["file_id"] for part in item["content"] if part["type"] == "input_file")


def length_of(item: Stored) -> int:
    """Characters of an item that a model reads."""
    match item["type"]:
        case "message":
            return sum(len(part.get("text") or part.get("refusal") or "") for part in item["content"])
        case "function_call":
            return len(item["arguments"])
        case "function_call_output":
            return len(item["output"])
        case _:
            return 0


def pictures_of(item: Stored) -> int:
    """Characters of the addresses of an item's pictures, which may be the pictures themselves."""
    if item["type"] != "message":
        return 0
    return sum(len(part.get("image_url") or "") for part in item["content"] if part["type"] == "input_image")
