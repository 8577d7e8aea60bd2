"""An embedder behind an OpenAI-compatible `/v1/embeddings`."""

import hashlib
import re
import threading
import time
from collections.abc import Sequence
from typing import Any, Final

import httpx
import numpy as np

from ingest.ports import Vectors
from server.errors import EmbedderUnavailable

_BATCH: Final = 64
_ATTEMPTS: Final = 4
_FIRST_WAIT_SECONDS: Final = 0.5
_MOST_WAIT_SECONDS: Final = 10.0
_SECONDS: Final = httpx.Timeout(60.0, connect=5.0)
_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500
_PIECE: Final = re.compile(r"[A-Za-z]+|[^\W_]|[^\s]")
_LETTERS_PER_TOKEN: Final = 4


class RemoteEmbedder:
    """Asks the service at `url` (…/v1) for vectors of `model`, 64 texts at a time; overload and lost connections are
    tried again, `attempts` times in all. Safe to use from several threads.

    Raises:
        EmbedderUnavailable: the service cannot be reached, refuses, or answers something else; from every use.
    """

    def __init__(self, url: str, model: str, key: str = "", max_tokens: int = 512, attempts: int = _ATTEMPTS) -> None:
        self._url = url.rstrip("/")
        self._model = model
        self._max_tokens = max_tokens
        self._attempts = attempts
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.Client(headers=headers, timeout=_SECONDS)
        self._probing = threading.Lock()
        self._dimensions = 0
        digest = hashlib.sha256(f"{self._url}\n{model}".encode()).hexdigest()
        self.fingerprint = f"remote/{model[:64]}/{digest[:16]}"

    @property
    def dimensions(self) -> int:
        """Length of every vector; learned by embedding one word."""
        with self._probing:
            if not self._dimensions:
                self._dimensions = self._ask(["dimensions"]).shape[1]
            return self._dimensions

    @property
    def max_tokens(self) -> int:
        """Most tokens of one text, as the settings say."""
        return self._max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """An estimate on the safe side, for the service's tokenizer is not known: a token for every four Latin letters
        begun, and for every other sign."""
        return [2 + sum(-(-len(piece) // _LETTERS_PER_TOKEN) for piece in _PIECE.findall(text)) for text in texts]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors in the order of the texts."""
        parts = [self._ask(texts[start : start + _BATCH]) for start in range(0, len(texts), _BATCH)]
        if not parts:
            return np.empty((0, self.dimensions), np.float32)
        return np.concatenate(parts)

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def _ask(self, texts: Sequence[str]) -> Vectors:
        # Services refuse empty texts, and halves of surrogate pairs cannot be sent.
        inputs = [text.encode("utf-8", "replace").decode() or " " for text in texts]
        body = {"model": self._model, "input": inputs, "encoding_format": "float"}
        wait = _FIRST_WAIT_SECONDS
        for attempt in range(1, self._attempts + 1):
            try:
                response = self._client.post(f"{self._url}/embeddings", json=body)
            except (httpx.TransportError, httpx.InvalidURL) as error:
                detail = str(error) or type(error).__name__
            else:
                if response.is_success:
                    return self._vectors(response, len(texts))
                detail = f"status {response.status_code}: {' '.join(response.text.split())[:200]}"
                if response.status_code < _SERVER_ERROR and response.status_code != _TOO_MANY:
                    break
            if attempt < self._attempts:
                time.sleep(wait)
                wait = min(wait * 3, _MOST_WAIT_SECONDS)
        raise EmbedderUnavailable(url=self._url, detail=detail)

    def _vectors(self, response: httpx.Response, count: int) -> Vectors:
        try:
            rows: list[dict[str, Any]] = sorted(response.json()["data"], key=lambda row: int(row["index"]))
            vectors = np.array([row["embedding"] for row in rows], dtype=np.float32)
        except (ValueError, TypeError, KeyError) as error:
            detail = f"its answer is not a list of embeddings ({type(error).__name__})"
            raise EmbedderUnavailable(url=self._url, detail=detail) from error
        if vectors.ndim != 2 or len(vectors) != count or not np.isfinite(vectors).all():
            detail = f"asked for {count} vectors, it sent an array of shape {vectors.shape}"
            raise EmbedderUnavailable(url=self._url, detail=detail)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: Vectors = vectors / np.maximum(lengths, 1e-12)
        return unit
