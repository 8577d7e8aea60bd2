"""The messages of a conversation, as OpenAI's chat takes them
(https://platform.openai.com/docs/api-reference/chat/create#chat-create-messages).

What kinds of parts a model can read, the model knows: here they are checked for their shape, and that they bring along
what they show. An address would have the model server fetch it, from its own place in the network.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, field_validator, model_validator

_ADDRESS: Final = re.compile(r"\s*[a-z][\w+.-]*:/", re.IGNORECASE)
NOT_FETCHED: Final = "send it as a data: URL; addresses are not fetched"
_PARTS: Final = ("text", "refusal", "image_url", "input_audio", "file")


class Shape(BaseModel):
    """What is checked, kept as it came, and passed on with all that is not named here."""

    model_config = ConfigDict(extra="allow", strict=True)


def is_data(url: str) -> bool:
    """Whether a URL holds what it stands for (RFC 2397)."""
    return url.startswith("data:")


def _names_address(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_names_address, value.values()))
    if isinstance(value, list):
        return any(map(_names_address, value))
    return isinstance(value, str) and _ADDRESS.match(value) is not None


class TextPart(Shape):
    """A text."""

    type: Literal["text"]
    text: str


class RefusalPart(Shape):
    """What the assistant said instead of an answer."""

    type: Literal["refusal"]
    refusal: str


class ImageUrl(Shape):
    """The image itself, as a data URL."""

    url: Annotated[str, Field(min_length=1)]
    detail: Literal["auto", "low", "high"] | None = None

    @field_validator("url")
    @classmethod
    def _is_data(cls, value: str) -> str:
        if not is_data(value):
            raise ValueError(NOT_FETCHED)
        return value


class ImagePart(Shape):
    """An image."""

    type: Literal["image_url"]
    image_url: ImageUrl


class Audio(Shape):
    """Sound as base64."""

    data: str
    format: str


class AudioPart(Shape):
    """Sound."""

    type: Literal["input_audio"]
    input_audio: Audio


class FilePart(Shape):
    """A file by its id or as base64."""

    type: Literal["file"]
    file: dict[str, Any]

    @field_validator("file")
    @classmethod
    def _is_whole(cls, value: dict[str, Any]) -> dict[str, Any]:
        if _names_address(value):
            raise ValueError(NOT_FETCHED)
        return value


class OtherPart(Shape):
    """A kind of part that some model servers know beside OpenAI's, such as video."""

    type: str

    @model_validator(mode="after")
    def _is_whole(self) -> "OtherPart":
        if _names_address(self.model_extra):
            raise ValueError(NOT_FETCHED)
        return self


def _kind(part: Any) -> str:
    given = part.get("type") if isinstance(part, Mapping) else getattr(part, "type", None)
    return given if given in _PARTS else "other"


Part = Annotated[
    Annotated[TextPart, Tag("text")]
    | Annotated[RefusalPart, Tag("refusal")]
    | Annotated[ImagePart, Tag("image_url")]
    | Annotated[AudioPart, Tag("input_audio")]
    | Annotated[FilePart, Tag("file")]
    | Annotated[OtherPart, Tag("other")],
    Discriminator(_kind),
]


class Called(Shape):
    """The function of a tool call; `arguments` is JSON as the model wrote it, so it may be none."""

    name: str
    arguments: str


class ToolCall(Shape):
    """A call of a tool that the assistant made."""

    id: str
    type: str = "function"
    function: Called | None = None


class Message(Shape):
    """One message; content is a text or a list of parts."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | Annotated[list[Part], Field(min_length=1)] | None = None
    name: str | None = None
    refusal: str | None = None
    tool_calls: list[ToolCall] | None = None
    tool_call_id: str | None = None
    function_call: Called | None = None

    @model_validator(mode="after")
    def _complete(self) -> "Message":
        said = self.tool_calls or self.function_call or self.refusal or (self.model_extra or {}).get("audio")
        if self.content is None and not (self.role == "assistant" and said):
            raise ValueError(f"a message of the role {self.role} needs content")
        if self.role == "tool" and not self.tool_call_id:
            raise ValueError("a message of the role tool needs tool_call_id, the call that it answers")
        if self.role == "function" and not self.name:
            raise ValueError("a message of the role function needs the function's name")
        return self


def text_of(content: str | Sequence[Mapping[str, Any]] | None) -> str:
    """The text of a message's content; parts that are no text count for nothing."""
    if isinstance(content, str):
        return content
    return "\n".join(str(part.get("text", "")) for part in content or [] if part.get("type") == "text")
