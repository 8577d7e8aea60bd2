"""Ranks candidates by a model that reads question and passage together, while there is one that answers."""

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import structlog

from server.errors import RerankerUnavailable
from server.ports import Reranker
from server.retrieval.candidate import Candidate

log = structlog.get_logger()

# A reranker that failed is not asked again for so long: a question should not wait for it in vain.
REST_SECONDS: Final = 30.0
# Log-odds beyond which neither side is believed: 0.998.
_MOST_CERTAIN: Final = 6.0
# Characters of a passage that are read. Models read 512 tokens; of a longer passage, the surroundings of its best part.
_MOST_CHARACTERS: Final = 2400


class Reranking:
    """Lets `reranker` look at the first `most` candidates of a question; `observe` is told the seconds.

    While the reranker does not answer, the candidates stay as they are: a worse order is better than no answer.
    `problem` then tells why. Safe to use from several threads.
    """

    def __init__(self, reranker: Reranker, most: int, observe: Callable[[str, float], None]) -> None:
        self.most = most
        self._reranker = reranker
        self._observe = observe
        self._lock = threading.Lock()
        self._problem = ""
        self._again_at = 0.0

    @property
    def name(self) -> str:
        """Which model it is."""
        return self._reranker.name

    @property
    def reranker(self) -> Reranker:
        """The model itself."""
        return self._reranker

    @property
    def problem(self) -> str:
        """Why the last attempt failed; empty while all is well."""
        return self._problem

    def __call__(self, question: str, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates, best first as they come, in the order that both their worth and the model speak for. Those
        that the model did not see stay behind."""
        seen, unseen = candidates[: self.most], candidates[self.most :]
        if not seen or self._rests():
            return list(candidates)
        started = time.perf_counter()
        try:
            scores = self._reranker.score(question, [_text(candidate) for candidate in seen])
        except RerankerUnavailable as error:
            self._fail(error)
            return list(candidates)
        self._observe("rerank", time.perf_counter() - started)
        self._recover()
        ranked = [_weighed(candidate, score) for candidate, score in zip(seen, scores, strict=True)]
        ranked.sort(key=lambda candidate: (-candidate.worth, candidate.passage.id))
        least = ranked[-1].worth
        return [*ranked, *(replace(one, worth=min(one.worth, least)) for one in unseen)]

    def _rests(self) -> bool:
        """Whether it is too early to ask again. Of several that may ask again, one does."""
        with self._lock:
            if not self._problem:
                return False
            now = time.monotonic()
            if now < self._again_at:
                return True
            self._again_at = now + REST_SECONDS
            return False

    def _fail(self, error: RerankerUnavailable) -> None:
        with self._lock:
            first, self._problem = not self._problem, error.message
            self._again_at = time.monotonic() + REST_SECONDS
        if first:
            log.warning("Answers go on without the reranker", reason=error.message)

    def _recover(self) -> None:
        with self._lock:
            again, self._problem = bool(self._problem), ""
        if again:
            log.info("The reranker answers again", reranker=self._reranker.name)


def _weighed(candidate: Candidate, score: float) -> Candidate:
    """Adds up the log-odds of both, as of independent witnesses: a model that is sure decides, one that is not leaves
    the order as it was."""
    odds = _log_odds(candidate.worth) + _log_odds(score)
    passage = replace(candidate.passage, rerank=score)
    return replace(candidate, passage=passage, worth=1 / (1 + math.exp(-odds)))


def _log_odds(probability: float) -> float:
    least = 1 / (1 + math.exp(_MOST_CERTAIN))
    inside = min(1 - least, max(least, probability))
    return math.log(inside / (1 - inside))


def _text(candidate: Candidate) -> str:
    """The headings, and the passage or the surroundings of its best part."""
    passage, text = candidate.passage, candidate.passage.text
    if len(text) > _MOST_CHARACTERS and passage.best:
        spare = _MOST_CHARACTERS - (passage.best[1] - passage.best[0])
        start = max(0, min(passage.best[0] - spare // 2, len(text) - _MOST_CHARACTERS))
        text = text[start : start + _MOST_CHARACTERS]
    return "\n".join([" › ".join(passage.headings), text[:_MOST_CHARACTERS]]).strip()
