"""OpenAI's older completions: a prompt is gone on from, or answered from documents like a question in a chat."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from typing import Annotated, Any, Final

from pydantic import Field, ValidationInfo, field_validator

from server.chat.answer import Answers, Asked, events
from server.chat.chunks import Chunk
from server.chat.find import Found
from server.chat.sampling import Sampling
from server.chat.wire import ChatRequest, text_completion
from server.errors import InvalidRequest
from server.model import Caller, Prompt

MOST_QUESTIONS: Final = 16
_MOST_PROMPTS: Final = 128
_OWN: Final = {"model", "prompt", "knowledge", "echo", "best_of", "suffix", "logprobs"}
# Fields of a choice that tells nothing beside its text.
_PLAIN: Final = 4
Token = Annotated[int, Field(ge=0, lt=2**31)]


class CompletionRequest(Sampling):
    """Body of POST /v1/completions (https://platform.openai.com/docs/api-reference/completions/create); fields not
    named here are kept and passed on."""

    prompt: (
        str
        | Annotated[list[str], Field(min_length=1, max_length=_MOST_PROMPTS)]
        | Annotated[list[Token], Field(min_length=1)]
        | Annotated[list[Annotated[list[Token], Field(min_length=1)]], Field(min_length=1, max_length=_MOST_PROMPTS)]
    )
    best_of: int | None = None
    echo: bool | None = None
    logprobs: int | None = Field(None, ge=0, le=20)
    suffix: str | None = None

    @field_validator("best_of")
    @classmethod
    def _all_are_given(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is not None and value != (info.data.get("n") or 1):
            raise ValueError("the best of more are not chosen; send what n says, or leave it out")
        return value


class Completions:
    """Completes prompts. Where a request names documents, each prompt is a question to them."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    async def prepare(self, request: CompletionRequest, caller: Caller) -> list[Asked]:
        """Everything up to the engine: one request for it, or one for each question to documents.

        Raises:
            UnknownModel, UnknownStore, InvalidRequest, QuestionTooLong: the request cannot be answered.
        """
        model, store = await self._answers.model_and_store(request.model, caller)
        if store is None and request.knowledge is None:
            body = request.model_dump(exclude_unset=True, exclude={"model", "knowledge", "best_of"})
            prompt = Prompt(body | {"model": model}, "", (), "en")
            usage = request.include_usage
            nothing = Found((), ())
            return [Asked(prompt, request.model, grounded=False, include_usage=usage, found=nothing, caller=caller)]
        return [await self._answers.prepare(one, caller) for one in _questions(request)]

    async def complete(self, request: CompletionRequest, asked: Sequence[Asked]) -> dict[str, Any]:
        """The whole answer as a text_completion."""
        answers = [await self._answers.complete(one) for one in asked]
        if not asked[0].grounded:
            return answers[0]
        choices = []
        for number, answer in enumerate(answers):
            voice = _Voice(request, asked[number], number)
            for choice in answer["choices"]:
                message = choice["message"] | {"annotations": choice["message"].get("annotations") or []}
                told = voice.choice(choice["index"], message, choice["finish_reason"])
                choices.append(told | {"knowledge": answer["knowledge"]})
        usage = _sum(answer["usage"] for answer in answers if answer.get("usage"))
        return text_completion(request.model, choices) | {"usage": usage}

    async def stream(self, request: CompletionRequest, asked: Sequence[Asked]) -> AsyncIterator[bytes]:
        """Opens the answer as server-sent events; what can fail politely has failed when this returns, but for further
        questions, which are asked in turn."""
        first = await self._answers.open(asked[0])
        return events(self._translated(request, asked, first) if asked[0].grounded else first)

    async def _translated(
        self, request: CompletionRequest, asked: Sequence[Asked], first: AsyncGenerator[Chunk, None]
    ) -> AsyncGenerator[Chunk, None]:
        head = text_completion(request.model, [])
        used: list[Mapping[str, int]] = []
        for number, one in enumerate(asked):
            source = first if number == 0 else await self._answers.open(one)
            voice = _Voice(request, one, number)
            try:
                async for came in source:
                    payload = came.payload
                    used += [payload["usage"]] if payload.get("usage") else []
                    for choice in payload.get("choices") or []:
                        told = voice.choice(choice["index"], choice["delta"], choice["finish_reason"])
                        if "knowledge" in payload:
                            told["knowledge"] = payload["knowledge"]
                        if told["text"] or len(told) > _PLAIN or told["finish_reason"]:
                            yield Chunk(payload=head | {"choices": [told]})
            finally:
                await source.aclose()
        if request.include_usage:
            yield Chunk(payload=head | {"choices": [], "usage": _sum(used)})


class _Voice:
    """Says what a chat says to one of the prompts in the wire of completions, behind the prompt if that is wished."""

    def __init__(self, request: CompletionRequest, asked: Asked, number: int) -> None:
        self._first = number * request.choices
        self._beginning = asked.prompt.question if request.echo else ""
        self._begun: set[int] = set()

    def choice(self, index: int, said: Mapping[str, Any], finish: str | None) -> dict[str, Any]:
        """A choice of a text_completion, of a message or a delta; annotations stand by their place in the text."""
        text = said.get("content") or said.get("refusal") or ""
        if index not in self._begun:
            self._begun.add(index)
            text = self._beginning + text
        told = {"index": self._first + index, "text": text, "logprobs": None, "finish_reason": finish}
        if "annotations" in said:
            shift = len(self._beginning)
            told["annotations"] = [one | {"index": one["index"] + shift} for one in said["annotations"]]
        return told


def _questions(request: CompletionRequest) -> list[ChatRequest]:
    """A chat request for each prompt. Raises InvalidRequest."""
    prompts = [request.prompt] if isinstance(request.prompt, str) else request.prompt
    questions = [prompt for prompt in prompts if isinstance(prompt, str)]
    if len(questions) < len(prompts):
        raise InvalidRequest(detail="documents are searched by text; send prompts as texts", param="prompt")
    if len(questions) > MOST_QUESTIONS:
        raise InvalidRequest(detail=f"documents are asked {MOST_QUESTIONS} questions at once", param="prompt")
    if request.suffix:
        raise InvalidRequest(detail="answers from documents lead to no suffix", param="suffix")
    if request.logprobs is not None:
        raise InvalidRequest(detail="answers from documents come without logprobs here", param="logprobs")
    shared = request.model_dump(exclude_unset=True, exclude=_OWN)
    messages = ([{"role": "user", "content": question}] for question in questions)
    return [
        ChatRequest.model_validate(
            {**shared, "model": request.model, "messages": asked, "knowledge": request.knowledge}
        )
        for asked in messages
    ]


def _sum(used: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total = dict.fromkeys(("prompt_tokens", "completion_tokens", "total_tokens"), 0)
    for one in used:
        for name in total:
            total[name] += one.get(name) or 0
    return total
