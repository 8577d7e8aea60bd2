"""What questions mean to the embedders of the stores: a store may still answer from another one than is wanted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from ingest.ports import Embedder
from server.errors import EmbedderUnavailable
from server.ports import Vector
from server.retrieval.calibration import Calibration, Scale, calibrate
from server.retrieval.fusion import Trust, trust_in

_LEAST_TRUST: Final = 0.05

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Meaning:
    """A question's vector, if it is worth a search, and how far similarities to it are believed."""

    vector: Vector | None
    trust: Trust


WORDS_ONLY: Final = Meaning(None, Trust(0.0, Scale(0.0, 1.0, 0.0)))


class Meanings:
    """Embeds questions with the embedder of a store: `wanted`, or what `others` finds by a fingerprint (it raises
    EmbedderUnavailable where it finds none)."""

    def __init__(self, wanted: Embedder, others: Callable[[str], Embedder] | None = None) -> None:
        self._wanted = wanted
        self._others = others
        self._calibrations: dict[str, Calibration] = {}
        self._lacking: set[str] = set()

    def of(self, question: str, fingerprint: str) -> Meaning:
        """What the question means to the embedder of this fingerprint; to one that is not to be had any more, nothing:
        its store is searched by words alone.

        Raises:
            EmbedderUnavailable: the wanted embedder does not answer.
        """
        if fingerprint == self._wanted.fingerprint:
            return self._ask(self._wanted, fingerprint, question)
        if self._others is None:
            return WORDS_ONLY
        try:
            found = self._ask(self._others(fingerprint), fingerprint, question)
        except EmbedderUnavailable as error:
            if fingerprint not in self._lacking:
                log.warning("A store's embedder is lacking: it is searched by words alone", reason=error.message)
            self._lacking.add(fingerprint)
            return WORDS_ONLY
        self._lacking.discard(fingerprint)
        return found

    def _ask(self, embedder: Embedder, fingerprint: str, question: str) -> Meaning:
        if fingerprint not in self._calibrations:
            self._calibrations[fingerprint] = calibrate(embedder)
        trust = trust_in(self._calibrations[fingerprint], question)
        return Meaning(embedder.embed([question])[0], trust) if trust.weight > _LEAST_TRUST else Meaning(None, trust)
