"""What a client sends to make a response (https://platform.openai.com/docs/api-reference/responses/create)."""

from typing import Annotated, Any, Final, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from server.bodies import Metadata
from server.chat.responses.items import Item
from server.chat.sampling import Knowledge

# Fields of the chat API that would be passed to the engine and not do what they look like, and where they belong.
_MISTAKEN: Final = {
    "messages": "use input",
    "max_tokens": "use max_output_tokens",
    "max_completion_tokens": "use max_output_tokens",
    "response_format": "use text.format",
    "functions": "use tools",
    "function_call": "use tool_choice",
    "reasoning_effort": "use reasoning.effort",
    "verbosity": "use text.verbosity",
    "logprobs": "use include=['message.output_text.logprobs']",
    "n": "a response is one answer",
}
# What would be believed to have been done, if it were not refused.
_MISSING: Final = {
    "access_programs": "there are none here",
    "context_management": "conversations are not compacted; truncation leaves out their oldest turns",
    "moderation": "nothing is moderated here",
    "prompt": "there are no stored prompts here; send instructions and input",
}
RESULTS: Final = "file_search_call.results"
LOGPROBS: Final = "message.output_text.logprobs"
Includable = Literal[
    "file_search_call.results",
    "message.output_text.logprobs",
    "message.input_image.image_url",
    # of tools there are none of here: nothing is left out without them
    "web_search_call.results",
    "web_search_call.action.sources",
    "computer_call_output.output.image_url",
    "code_interpreter_call.outputs",
    "reasoning.encrypted_content",
]


def _refused(reason: str) -> PydanticCustomError:
    return PydanticCustomError("refused", "{reason}", {"reason": reason})


class _Part(BaseModel):
    """A part of the request; what Lectern does not know of it is kept and shown again."""

    model_config = ConfigDict(extra="allow", allow_inf_nan=False)


class RankingOptions(_Part):
    """How found passages are ranked."""

    ranker: str | None = None
    score_threshold: float | None = Field(None, ge=0, le=1)


class FileSearch(_Part):
    """The tool that searches vector stores."""

    type: Literal["file_search"]
    vector_store_ids: list[str] = Field(min_length=1, max_length=20)
    max_num_results: int | None = Field(None, ge=1, le=50)
    filters: dict[str, Any] | None = None
    ranking_options: RankingOptions | None = None


class Function(_Part):
    """A function of the client's that the model may call."""

    type: Literal["function"]
    name: str = Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


Tool = Annotated[FileSearch | Function, Field(discriminator="type")]


class ChosenFunction(BaseModel):
    """This function must be called."""

    type: Literal["function"]
    name: str


class ChosenSearch(BaseModel):
    """The stores must be searched."""

    type: Literal["file_search"]


class AllowedTools(BaseModel):
    """Some of the tools."""

    type: Literal["allowed_tools"]
    mode: Literal["auto", "required"]
    tools: list[dict[str, Any]] = Field(min_length=1)


def _chosen(choice: Any) -> Any:
    return "mode" if isinstance(choice, str) else choice.get("type") if isinstance(choice, dict) else None


Choice = Annotated[
    Annotated[Literal["none", "auto", "required"], Tag("mode")]
    | Annotated[ChosenFunction, Tag("function")]
    | Annotated[ChosenSearch, Tag("file_search")]
    | Annotated[AllowedTools, Tag("allowed_tools")],
    Discriminator(
        _chosen,
        custom_error_type="tool_choice",
        custom_error_message="it is none, auto, required, or of the type function, file_search or allowed_tools",
    ),
]


class PlainText(BaseModel):
    """Text as the model likes."""

    type: Literal["text"] = "text"


class JsonObject(BaseModel):
    """Some JSON."""

    type: Literal["json_object"]


class JsonSchema(BaseModel):
    """JSON of a schema."""

    model_config = ConfigDict(populate_by_name=True)

    type: Literal["json_schema"]
    name: str = Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")
    schema_: dict[str, Any] = Field(alias="schema")
    description: str | None = None
    strict: bool | None = None


class TextConfig(_Part):
    """What the answer's text is to look like."""

    format: Annotated[PlainText | JsonObject | JsonSchema, Field(discriminator="type")] | None = None
    verbosity: Literal["low", "medium", "high"] | None = None


class Reasoning(_Part):
    """How much the model is to think before it answers."""

    effort: str | None = None
    summary: Literal["auto", "concise", "detailed"] | None = None


class StreamOptions(_Part):
    """How events are sent."""

    include_obfuscation: bool | None = None


class ConversationPlace(BaseModel):
    """A conversation, and the response in it that the new one follows: the latest, or the one in `after`, from where a
    new branch begins (None: at the conversation's beginning). `after` is Lectern's own."""

    id: str = Field(min_length=1, max_length=64)
    after: str | None = Field(default=None, min_length=1, max_length=64)


class CreateResponse(BaseModel):
    """Body of POST /v1/responses; fields not named here are kept and passed to the engine."""

    model_config = ConfigDict(extra="allow", allow_inf_nan=False)

    model: str = Field(min_length=1, max_length=512)
    input: list[Item] = Field(min_length=1, max_length=10_000)
    instructions: str | None = None
    previous_response_id: str | None = Field(None, max_length=128)
    background: bool | None = None
    store: bool | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    include: list[Includable] | None = None
    tools: list[Tool] | None = Field(None, max_length=128)
    tool_choice: Choice | None = None
    parallel_tool_calls: bool | None = None
    max_tool_calls: int | None = Field(None, ge=1)
    max_output_tokens: int | None = Field(None, ge=1)
    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, ge=0, le=1)
    top_logprobs: int | None = Field(None, ge=0, le=20)
    text: TextConfig | None = None
    reasoning: Reasoning | None = None
    truncation: Literal["auto", "disabled"] | None = None
    metadata: Metadata | None = None
    user: str | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None
    prompt_cache_options: dict[str, Any] | None = None
    prompt_cache_retention: str | None = None
    service_tier: str | None = None
    background_options: dict[str, Any] | None = None
    image: dict[str, Any] | None = None
    access_programs: Any = None
    context_management: Any = None
    conversation: Annotated[str, Field(min_length=1, max_length=64)] | ConversationPlace | None = None
    moderation: Any = None
    prompt: Any = None
    knowledge: Knowledge | None = None

    @model_validator(mode="before")
    @classmethod
    def _can_be_sent(cls, body: Any) -> Any:
        """Refuses what JSON may say but no engine could be told: lone surrogates, numbers beyond 64 bits, and depths
        without end."""
        try:
            orjson.dumps(body)
        except TypeError as error:
            raise _refused(f"the request cannot be passed on ({error})") from None
        if isinstance(body, dict):
            for name, instead in _MISTAKEN.items():
                if body.get(name) is not None:
                    raise _refused(f"{name} is a field of the chat API; {instead}")
        return body

    @field_validator("input", mode="before")
    @classmethod
    def _in_items(cls, given: Any) -> Any:
        return [{"role": "user", "content": given}] if isinstance(given, str) and given else given

    @field_validator(*_MISSING)
    @classmethod
    def _is_missing(cls, value: Any, info: ValidationInfo) -> Any:
        if value is not None and value != []:
            raise _refused(_MISSING[info.field_name or ""])
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> "CreateResponse":
        if self.background and self.store is False:
            raise _refused("background needs store: what nobody keeps cannot be asked for later")
        if self.conversation is not None and self.previous_response_id is not None:
            raise _refused("a response goes on with a conversation or with previous_response_id, not with both")
        if self.conversation is not None and self.store is False:
            raise _refused("a conversation keeps its answers; leave out store, or conversation")
        if self.top_logprobs and LOGPROBS not in (self.include or ()):
            self.include = [*(self.include or ()), LOGPROBS]
        return self

    @property
    def conversation_id(self) -> str | None:
        """The conversation that it belongs to."""
        named = self.conversation
        return named.id if isinstance(named, ConversationPlace) else named

    @property
    def kept(self) -> bool:
        """Whether it is stored."""
        return self.store is not False
