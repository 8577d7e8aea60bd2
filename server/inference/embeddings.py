"""Vectors of texts, by the embedder of the stores."""

import base64
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator

from ingest.ports import Embedder, Vectors
from server.errors import InvalidRequest, UnknownModel
from server.model import Caller

MOST_INPUTS: Final = 2048
MOST_TOKENS: Final = 300_000
# The embedder is given so many texts at a time, so that one request does not hold it for long.
_BATCH: Final = 64
_NO_IDS: Final = (
    "token ids are those of one model's tokenizer, and which one is not told; send texts (LangChain: "
    "check_embedding_ctx_length=False)"
)


class EmbeddingRequest(BaseModel):
    """Body of POST /v1/embeddings (https://platform.openai.com/docs/api-reference/embeddings/create)."""

    model_config = ConfigDict(extra="ignore", strict=True)

    model: Annotated[str, Field(min_length=1, max_length=512)]
    input: str | Annotated[list[str], Field(min_length=1, max_length=MOST_INPUTS)]
    dimensions: int | None = Field(None, ge=1)
    encoding_format: Literal["float", "base64"] | None = None
    user: str | None = None

    @field_validator("input", mode="before")
    @classmethod
    def _no_ids(cls, value: Any) -> Any:
        if isinstance(value, list) and value and isinstance(value[0], int | list):
            raise ValueError(_NO_IDS)
        return value

    @property
    def texts(self) -> list[str]:
        """The inputs."""
        return [self.input] if isinstance(self.input, str) else self.input


class Embeddings:
    """Embeds for callers, with the embedder that the stores use. `name` gives what it is called at the moment, empty
    while it is not known; `spent` is told the tokens."""

    def __init__(self, embedder: Embedder, name: Callable[[], str], spent: Callable[[Caller, int], None]) -> None:
        self._embedder = embedder
        self._name = name
        self._spent = spent

    def models(self, caller: Caller) -> list[str]:
        """The names that the caller may ask by."""
        return [name for name in [self._name()] if name and caller.may_use(name)]

    def embed(self, request: EmbeddingRequest, caller: Caller) -> dict[str, Any]:
        """The list object of the vectors; blocking.

        Raises:
            UnknownModel: that is not the embedder, or not for this caller.
            InvalidRequest: a text is empty or too long, or the vectors have other dimensions.
            EmbedderUnavailable: it does not answer.
        """
        if request.model not in self.models(caller):
            raise UnknownModel(model=request.model, param="model")
        width = self._embedder.dimensions
        if request.dimensions not in (None, width):
            detail = f"{request.model} makes vectors of {width} numbers, which are not made to be cut"
            raise InvalidRequest(detail=detail, param="dimensions")
        texts = request.texts
        tokens = sum(self._checked(texts))
        self._spent(caller, tokens)
        batches = [texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]
        vectors = np.concatenate([self._embedder.embed(batch) for batch in batches])
        written = _base64 if request.encoding_format == "base64" else _floats
        return {
            "object": "list",
            "data": [
                {"object": "embedding", "index": index, "embedding": vector}
                for index, vector in enumerate(written(vectors))
            ],
            "model": request.model,
            "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        }

    def _checked(self, texts: Sequence[str]) -> list[int]:
        """The tokens of each text. Raises InvalidRequest for one that cannot be embedded."""
        # What has more characters than this has too many tokens: it is not worth the counting.
        most, longest = self._embedder.max_tokens, self._embedder.max_tokens * 64
        for number, text in enumerate(texts):
            if not text.strip():
                raise InvalidRequest(detail=f"text {number} of input is empty", param="input")
            if len(text) > longest:
                raise self._too_long(number, "far more")
        counts = self._embedder.count_tokens(texts)
        for number, count in enumerate(counts):
            if count > most:
                raise self._too_long(number, str(count))
        if sum(counts) > MOST_TOKENS:
            detail = f"the texts have {sum(counts)} tokens in all; {MOST_TOKENS} are read at once"
            raise InvalidRequest(detail=detail, param="input")
        return counts

    def _too_long(self, number: int, tokens: str) -> InvalidRequest:
        detail = f"text {number} of input has {tokens} tokens; the model reads {self._embedder.max_tokens}"
        return InvalidRequest(detail=detail, param="input")


def _floats(vectors: Vectors) -> list[Any]:
    found: list[Any] = vectors.tolist()
    return found


def _base64(vectors: Vectors) -> list[Any]:
    return [base64.b64encode(row.astype("<f4").tobytes()).decode() for row in vectors]
