"""The embedders of this Lectern's stores: the one the settings name, and those that stores still answer with."""

import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import structlog

from ingest.ports import Embedder, Vectors
from server.adapters.remote_embedder import RemoteEmbedder
from server.errors import EmbedderUnavailable
from server.model import EmbedderRecord
from server.ports import EmbedderRows, Keys

# What an embedder is recognised by. Hardware and batches move vectors by thousandths, another model by much more.
PROBES: Final = (
    "The hotel limit in Zurich is 240 francs per night.",
    "Torque the four M12 bolts to 85 Nm in a crosswise pattern, then wait ten minutes.",
    "refund",
    "年假的申请流程是什么？",
    "Wer unterschreibt den Vertrag, wenn die Leiterin abwesend ist?",
    "def area(radius: float) -> float:\n    return 3.14159 * radius**2",
)
LEAST_COSINE: Final = 0.99
REST_SECONDS: Final = 10.0
_CONTEXT: Final = "embedder"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Service:
    """An embedding service as the settings name it."""

    url: str
    model: str
    key: str = field(default="", repr=False)
    max_tokens: int = 512

    def open(self, *, attempts: int = 4) -> RemoteEmbedder:
        """A connection to it; nothing is asked yet."""
        return RemoteEmbedder(self.url, self.model, self.key, self.max_tokens, attempts)


class Recognised:
    """A remote embedder that is used only as long as it is the one that `record` tells of: before its first use, and
    after each loss of the connection, its vectors of a few texts are compared.

    Raises:
        EmbedderUnavailable: it cannot be reached, or gives other vectors; for a few seconds it is not asked again then.
    """

    def __init__(self, record: EmbedderRecord, remote: RemoteEmbedder) -> None:
        self.record = record
        self.has_changed = False
        self._remote = remote
        self._asking = threading.Lock()
        self._is_recognised = False
        self._rests_until = 0.0
        self._error: EmbedderUnavailable | None = None

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        return self.record.dimensions

    @property
    def max_tokens(self) -> int:
        """Most tokens of one text, as the settings said."""
        return self.record.max_tokens

    @property
    def fingerprint(self) -> str:
        """Under which it is known."""
        return self.record.fingerprint

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """An estimate on the safe side."""
        return self._remote.count_tokens(texts)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors in the order of the texts."""
        self.recognise()
        if not texts:
            return np.empty((0, self.dimensions), np.float32)
        try:
            return self._remote.embed(texts)
        except EmbedderUnavailable:
            self._is_recognised = False
            raise

    def recognise(self) -> None:
        """Makes sure that it answers, and is the one it was."""
        with self._asking:
            if self._is_recognised:
                return
            if self._error is not None and time.monotonic() < self._rests_until:
                raise self._error
            try:
                vectors = self._remote.embed(PROBES)
                self.has_changed = not alike(self.record.probes, vectors)
                if self.has_changed:
                    detail = "it gives other vectors than it did: its model was exchanged"
                    raise EmbedderUnavailable(url=self.record.url, detail=detail)
            except EmbedderUnavailable as error:
                self._error, self._rests_until = error, time.monotonic() + REST_SECONDS
                raise
            self._is_recognised, self._error = True, None

    def close(self) -> None:
        """Closes the connections."""
        self._remote.close()


class KnownEmbedders:
    """Implements the port `Embedders`. `service` is the one the settings name, none: the packaged embedder, which
    `open_packaged` opens. One that `chooses` has its own come to be wanted for all stores; others, workers, use what
    was chosen."""

    def __init__(
        self,
        rows: EmbedderRows,
        keys: Keys,
        open_packaged: Callable[[], Embedder],
        service: Service | None,
        *,
        chooses: bool = True,
    ) -> None:
        self._rows = rows
        self._keys = keys
        self._open_packaged = open_packaged
        self._service = service
        self._is_to_choose = chooses
        self._opening = threading.Lock()
        self._packaged: Embedder | None = None
        self._remote: dict[str, Recognised] = {}
        self._wanted: str | None = None
        self._told = ""

    def wanted(self) -> Embedder:
        """The one that all stores are to use. Raises EmbedderUnavailable while it is not known yet."""
        if self._wanted is None:
            url = self._service.url if self._service else "LECTERN_EMBEDDER_URL"
            raise EmbedderUnavailable(url=url, detail="it was never reached yet, so nothing is known of it")
        return self.of(self._wanted)

    def name(self) -> str:
        """What the wanted one is called; empty while it is not known."""
        record = self._rows.of(self._wanted) if self._wanted else None
        if record is None:
            return ""
        return record.model or ("embedder" if record.url else record.fingerprint.partition("/")[0])

    def of(self, fingerprint: str) -> Embedder:
        """The one with this fingerprint. Raises EmbedderUnavailable if it is not known here, or has become another."""
        known = self._remote.get(fingerprint)
        if known is not None:
            return known
        with self._opening:
            if self._packaged is not None and self._packaged.fingerprint == fingerprint:
                return self._packaged
            record = self._rows.of(fingerprint)
            if record is not None and record.url:
                return self._remote.setdefault(fingerprint, self._open(record))
            if self._packaged is None:
                self._packaged = self._open_packaged()
            if self._packaged.fingerprint == fingerprint:
                return self._packaged
        raise EmbedderUnavailable(url=fingerprint, detail="no such embedder is known here")

    def recognise(self, fingerprint: str) -> None:
        """Makes sure that this one is to be had, and is the one it was. Raises EmbedderUnavailable."""
        known = self.of(fingerprint)
        if isinstance(known, Recognised):
            known.recognise()

    def look(self) -> None:
        """Finds out which one is wanted now, and whether it is the same as ever. One that cannot be reached is not
        waited for: it is looked at when it comes back, and until then taken for the one it was."""
        if self._is_to_choose:
            self._is_to_choose = not (self._choose_packaged() if self._service is None else self._find(self._service))
        wanted = self._rows.wanted()
        if wanted is not None and wanted.url and self._has_become_another(wanted):
            self._find(Service(wanted.url, wanted.model, self._key_of(wanted), wanted.max_tokens))
            wanted = self._rows.wanted()
        self._wanted = wanted.fingerprint if wanted else None
        for fingerprint, known in list(self._remote.items()):
            if known.record != self._rows.of(fingerprint):  # another key, or another address
                self._remote.pop(fingerprint).close()

    def close(self) -> None:
        """Closes all connections."""
        for known in self._remote.values():
            known.close()

    def _choose_packaged(self) -> bool:
        if self._packaged is None:
            self._packaged = self._open_packaged()
        fingerprint = self._packaged.fingerprint
        wanted = self._rows.wanted()
        if wanted is None or wanted.fingerprint != fingerprint:
            record = self._rows.of(fingerprint) or EmbedderRecord(_new_id(), fingerprint, self._packaged.dimensions)
            self._rows.choose(record)
        return True

    def _find(self, service: Service) -> bool:
        """Chooses the embedder that is found behind the service; a known one, if its vectors are the same. False if
        nothing is chosen, because it cannot be reached and never was."""
        named = sorted(self._rows.named(service.model), key=lambda one: one.url != service.url)
        here = [one for one in named if one.url == service.url]
        remote = service.open(attempts=1)  # one look among many
        try:
            vectors = remote.embed(PROBES)
        except EmbedderUnavailable as error:
            self._tell("The embedder cannot be reached; looking again until it can", error)
            if here:
                self._choose(here[0], service)
            return bool(here)
        finally:
            remote.close()
        self._told = ""
        same = next((one for one in named if alike(one.probes, vectors)), None)
        if same is None:
            fingerprint = f"{remote.fingerprint}/{len(here) + 1}" if here else remote.fingerprint
            if here:
                log.warning("The embedder gives other vectors than it did, and counts as a new one", url=service.url)
            same = EmbedderRecord(_new_id(), fingerprint, vectors.shape[1], probes=vectors.tobytes())
            self._keys.create(same.id)
        self._choose(same, service)
        return True

    def _choose(self, record: EmbedderRecord, service: Service) -> None:
        sealed = record.key
        if service.key != self._key_of(record):
            sealed = self._keys.seal_text(record.id, service.key, _CONTEXT, always=True) if service.key else None
        told = replace(record, url=service.url, model=service.model, max_tokens=service.max_tokens, key=sealed)
        if told != self._rows.wanted():
            self._rows.choose(told)

    def _has_become_another(self, record: EmbedderRecord) -> bool:
        known = self.of(record.fingerprint)
        if not isinstance(known, Recognised):
            return False
        try:
            known.recognise()
        except EmbedderUnavailable as error:
            if not known.has_changed:
                self._tell("The embedder cannot be reached; looking again until it can", error)
        return known.has_changed

    def _open(self, record: EmbedderRecord) -> Recognised:
        service = Service(record.url, record.model, self._key_of(record), record.max_tokens)
        return Recognised(record, service.open())

    def _key_of(self, record: EmbedderRecord) -> str:
        return "" if record.key is None else self._keys.open_text(record.id, record.key, _CONTEXT)

    def _tell(self, event: str, error: EmbedderUnavailable) -> None:
        if self._told != error.message:
            self._told = error.message
            log.warning(event, reason=error.message)


class Wanted:
    """The embedder that is wanted at the moment, as one embedder that may become another.

    Raises:
        EmbedderUnavailable: it is not known yet; from every use but `fingerprint`, which is empty then.
    """

    def __init__(self, embedders: KnownEmbedders) -> None:
        self._embedders = embedders

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        return self._embedders.wanted().dimensions

    @property
    def max_tokens(self) -> int:
        """Most tokens of one text."""
        return self._embedders.wanted().max_tokens

    @property
    def fingerprint(self) -> str:
        """Its fingerprint."""
        try:
            return self._embedders.wanted().fingerprint
        except EmbedderUnavailable:
            return ""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text."""
        return self._embedders.wanted().count_tokens(texts)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors in the order of the texts."""
        return self._embedders.wanted().embed(texts)


def alike(probes: bytes | None, vectors: Vectors) -> bool:
    """Whether these are the vectors that were kept, but for what hardware and batches change."""
    if probes is None:
        return False
    kept = np.frombuffer(probes, np.float32)
    if kept.size != vectors.size:
        return False
    return bool((np.sum(kept.reshape(vectors.shape) * vectors, axis=1) >= LEAST_COSINE).all())


def _new_id() -> str:
    return f"emb_{uuid.uuid4().hex}"
