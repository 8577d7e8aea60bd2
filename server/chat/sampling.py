"""What requests of chat and of completions share: how the model is to choose its words, and how they are sent."""

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from server.chat.messages import Shape

MOST_CHOICES: Final = 128
Penalty = Annotated[float, Field(ge=-2, le=2)]


class Knowledge(BaseModel):
    """Lectern's own request field: where to look, and how."""

    model_config = ConfigDict(extra="forbid")

    vector_store_ids: list[str] = Field(min_length=1, max_length=20)
    max_num_results: int | None = Field(None, ge=1, le=50)
    score_threshold: float | None = Field(None, ge=0, le=1)
    filters: dict[str, Any] | None = None


class StreamOptions(Shape):
    """How a stream is sent. Nothing is padded, so `include_obfuscation` goes no further."""

    include_usage: bool | None = None
    include_obfuscation: bool | None = Field(None, exclude=True)


class Sampling(Shape):
    """Fields with the ranges that OpenAI documents. Fields not named here are kept and passed on."""

    model: Annotated[str, Field(min_length=1, max_length=512)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: int | None = Field(None, ge=1, le=MOST_CHOICES)
    max_tokens: int | None = Field(None, ge=1)
    stop: str | Annotated[list[str], Field(max_length=4)] | None = None
    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, ge=0, le=1)
    presence_penalty: Penalty | None = None
    frequency_penalty: Penalty | None = None
    seed: int | None = Field(None, ge=-(2**63), lt=2**63)
    logit_bias: dict[Annotated[str, Field(pattern=r"^\d{1,9}$")], Annotated[float, Field(ge=-100, le=100)]] | None = (
        None
    )
    user: str | None = None
    knowledge: Knowledge | None = None

    @property
    def include_usage(self) -> bool:
        """Whether a stream ends with the tokens it took."""
        return bool(self.stream_options and self.stream_options.include_usage)

    @property
    def choices(self) -> int:
        """How many answers are wished."""
        return self.n or 1

    @field_validator("stream_options")
    @classmethod
    def _only_of_a_stream(cls, value: StreamOptions | None, info: ValidationInfo) -> StreamOptions | None:
        if value is not None and not info.data.get("stream"):
            raise ValueError("only where stream is true")
        return value
