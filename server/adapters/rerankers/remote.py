"""A reranker behind `/v1/rerank`, as vLLM, Jina and Cohere serve it (https://docs.vllm.ai, "Re-rank API")."""

import math
from collections.abc import Sequence
from typing import Any, Final

import httpx

from server.errors import RerankerUnavailable

_CONNECT_SECONDS: Final = 2.0
# Asks vLLM to cut what is too long for the model; a service that refuses what it does not know is asked without it.
_CUT: Final = {"truncate_prompt_tokens": -1}
_REFUSED: Final = frozenset({400, 422})


class RemoteReranker:
    """Asks the service at `url` (…/v1) how relevant texts are, all in one request that may take `seconds`.

    Scores outside 0 to 1 are logits, which some models give; from the first of them on all are read so. What is too
    long for the model is cut by the service, if it can. Safe to use from several threads.
    """

    def __init__(self, url: str, model: str, key: str = "", seconds: float = 5.0) -> None:
        self._url = url.rstrip("/")
        self._model = model
        self._seconds = seconds
        self._gives_logits = False
        self._cuts = True
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.Client(headers=headers, timeout=httpx.Timeout(seconds, connect=_CONNECT_SECONDS))

    @property
    def name(self) -> str:
        """The model and where it is."""
        return f"{self._model} at {self._url}" if self._model else self._url

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """See `Reranker.score`."""
        if not texts:
            return []
        # Services refuse empty texts, and halves of surrogate pairs cannot be sent.
        query, *documents = [text.encode("utf-8", "replace").decode() or " " for text in (question, *texts)]
        body: dict[str, Any] = {"query": query, "documents": documents, "top_n": len(documents)}
        if self._model:
            body["model"] = self._model
        response = self._post(body | _CUT if self._cuts else body)
        if self._cuts and response.status_code in _REFUSED:
            response = self._post(body)
            self._cuts = not response.is_success
        if not response.is_success:
            raise self._unavailable(f"status {response.status_code}: {' '.join(response.text.split())[:200]}")
        return self._scores(response, len(texts))

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def _post(self, body: dict[str, Any]) -> httpx.Response:
        try:
            return self._client.post(f"{self._url}/rerank", json=body)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise self._unavailable(str(error) or type(error).__name__) from None

    def _scores(self, response: httpx.Response, count: int) -> list[float]:
        try:
            results = response.json()["results"]
            given = {int(result["index"]): float(result["relevance_score"]) for result in results}
        except (ValueError, TypeError, KeyError) as error:
            raise self._unavailable(f"its answer is not a list of results ({type(error).__name__})") from None
        if sorted(given) != list(range(count)) or not all(map(math.isfinite, given.values())):
            raise self._unavailable(f"asked about {count} texts, it scored {len(given)} otherwise")
        scores = [given[index] for index in range(count)]
        if any(not 0 <= score <= 1 for score in scores):
            self._gives_logits = True
        if self._gives_logits:
            scores = [1 / (1 + math.exp(-max(-60.0, min(60.0, score)))) for score in scores]
        return scores

    def _unavailable(self, detail: str) -> RerankerUnavailable:
        return RerankerUnavailable(reranker=self.name, detail=detail)
