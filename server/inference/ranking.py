"""Texts in the order of their relevance to a query, in the shapes of Jina (https://jina.ai/reranker/) and Cohere
(https://docs.cohere.com/reference/rerank)."""

import uuid
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from server.errors import InvalidRequest, UnknownModel
from server.model import Caller
from server.ports import Reranker

MOST_DOCUMENTS: Final = 1000
Document = str | dict[str, Any]


class RerankRequest(BaseModel):
    """Body of POST /v1/rerank."""

    model_config = ConfigDict(extra="ignore", strict=True)

    model: Annotated[str, Field(min_length=1, max_length=512)] | None = None
    query: Annotated[str, Field(min_length=1, max_length=16_384)]
    documents: Annotated[list[Document], Field(min_length=1, max_length=MOST_DOCUMENTS)]
    top_n: int | None = Field(None, ge=1)
    return_documents: bool | None = None
    rank_fields: Annotated[list[str], Field(min_length=1, max_length=32)] | None = None

    def texts(self) -> list[str]:
        """What is read of each document. Raises InvalidRequest for an object without any of the fields."""
        return [
            document if isinstance(document, str) else self._read(number, document)
            for number, document in enumerate(self.documents)
        ]

    def _read(self, number: int, document: Mapping[str, Any]) -> str:
        fields = self.rank_fields or ["text"]
        found = [str(document[field]) for field in fields if document.get(field) is not None]
        if not found:
            detail = f"document {number} has none of the fields {', '.join(fields)}"
            raise InvalidRequest(detail=detail, param=f"documents[{number}]")
        return "\n".join(found)


class Ranking:
    """Ranks for callers by `reranker`, which is called `name`; `count` counts the tokens of a text, `spent` is told of
    them."""

    def __init__(
        self, reranker: Reranker, name: str, count: Callable[[str], int], spent: Callable[[Caller, int], None]
    ) -> None:
        self._reranker = reranker
        self._name = name
        self._count = count
        self._spent = spent

    def models(self, caller: Caller) -> list[str]:
        """The names that the caller may ask by."""
        return [self._name] if caller.may_use(self._name) else []

    def rank(self, request: RerankRequest, caller: Caller) -> dict[str, Any]:
        """The results, best first; blocking.

        Raises:
            UnknownModel: that is not the reranker, or not for this caller.
            InvalidRequest: a document holds nothing to read.
            RerankerUnavailable: it does not answer.
        """
        if (request.model or self._name) not in self.models(caller):
            raise UnknownModel(model=request.model or self._name, param="model")
        texts = request.texts()
        tokens = sum(map(self._count, [request.query, *texts]))
        self._spent(caller, tokens)
        scores = self._reranker.score(request.query, texts)
        order = sorted(range(len(scores)), key=lambda index: (-scores[index], index))
        results: list[dict[str, Any]] = []
        for index in order[: request.top_n]:
            results.append({"index": index, "relevance_score": round(scores[index], 6)})
            if request.return_documents:
                document = request.documents[index]
                results[-1]["document"] = {"text": document} if isinstance(document, str) else document
        return {
            "id": f"rerank-{uuid.uuid4().hex}",
            "object": "list",
            "model": self._name,
            "results": results,
            "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
            "meta": {"billed_units": {"search_units": 1}},
        }
