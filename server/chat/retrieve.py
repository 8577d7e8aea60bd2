"""Finds the passages that answer a question: both sides of the index, fused, in every store."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import Final

import structlog

from ingest.ports import Embedder
from ingest.terms import terms
from server.chat.calibration import Calibration, calibrate
from server.chat.fusion import Fused, Trust, fuse, score_of, trust_in
from server.errors import DamagedSeal
from server.model import Passage, StoreFile, StoreRecord
from server.payload import Payload, unpack
from server.ports import Allowed, Catalog, Index, Keys, Statistics, Vector
from server.sparse import Sparse, query_weights

log = structlog.get_logger()

CANDIDATES: Final = 60
# Passages are opened and looked at a second time, a few more than are asked for.
_SPARE: Final = 8
# A store of which something is replaced all the time is not waited for.
_MOST_LOOKS: Final = 6
_RUN_WORTH: Final = 0.2
_NAME_WORTH: Final = 0.1
_LEAST_TRUST: Final = 0.05
_NOT_WORD: Final = re.compile(r"\W+")
_EXTENSION: Final = re.compile(r"\.\w{1,5}$")


class Retriever:
    """Searches vector stores. `observe` is told the seconds of the stages `embed` and `search`."""

    def __init__(
        self,
        index: Index,
        statistics: Statistics,
        keys: Keys,
        catalog: Catalog,
        embedder: Embedder,
        observe: Callable[[str, float], None],
    ) -> None:
        self._index = index
        self._statistics = statistics
        self._keys = keys
        self._catalog = catalog
        self._embedder = embedder
        self._observe = observe
        self._sparse = Sparse(keys.secret("terms"))

    def search(
        self,
        question: str,
        store_ids: Sequence[str],
        limit: int,
        allowed: Allowed = lambda _: None,
    ) -> list[Passage]:
        """The best passages of all the stores, best first, each text once. `allowed` names the files of a store that
        may be searched; None: all of them.

        Of a file that is being replaced, exactly one version is found.

        Raises:
            UnknownStore: there is no such store.
            IndexUnavailable, EmbedderUnavailable: the search cannot be made.
        """
        stores = [self._catalog.store(store_id) for store_id in dict.fromkeys(store_ids)]
        started = time.perf_counter()
        trust = trust_in(self._calibration, question)
        vector = self._embedder.embed([question])[0] if trust.weight > _LEAST_TRUST else None
        embedded = time.perf_counter()
        self._observe("embed", embedded - started)
        query = self._sparse.query_terms(question)

        def look(store: StoreRecord) -> list[Passage]:
            found = self._candidates(store, vector, query, allowed(store.id), trust)
            return self._open(store.id, found, limit + _SPARE)

        opened = [passage for store in stores for passage in self._at_rest(store, look)]
        passages = _distinct(self._look_again(question, opened))[:limit]
        self._observe("search", time.perf_counter() - embedded)
        return passages

    def _at_rest(self, store: StoreRecord, look: Callable[[StoreRecord], list[Passage]]) -> list[Passage]:
        """What `look` finds while no file of the store takes the place of another: between the index and the catalog
        both versions could be missed, the one not written yet and the other gone already."""
        for _ in range(_MOST_LOOKS - 1):
            found = look(store)
            now = self._catalog.store(store.id)
            if now.replacements == store.replacements:
                return found
            store = now
        return look(store)

    @cached_property
    def _calibration(self) -> Calibration:
        return calibrate(self._embedder)

    def _candidates(
        self, store: StoreRecord, vector: Vector | None, query: list[int], files: Sequence[str] | None, trust: Trust
    ) -> list[Fused]:
        chunks, _, holding = self._statistics.look_up(store.id, query)
        weights = query_weights(query, chunks, holding)
        if store.fingerprint != self._embedder.fingerprint:
            vector = None  # the store's vectors are another embedder's and cannot be compared
        if vector is None:
            trust = replace(trust, weight=0.0)
        dense, sparse = self._index.search(store.id, vector, weights, CANDIDATES, files)
        return fuse(dense, sparse, CANDIDATES, sum(weights.values()), trust)

    def _open(self, store_id: str, found: Sequence[Fused], limit: int) -> list[Passage]:
        """The first candidates as passages; `score` is their worth so far."""
        ids = list({one.hit.file_id for one in found})
        entries, files = self._catalog.store_files_by_id(store_id, ids), self._catalog.files_by_id(ids)
        passages: list[Passage] = []
        for one in found:
            entry, file = entries.get(one.hit.file_id), files.get(one.hit.file_id)
            if entry is None or file is None or not entry.answers:
                continue  # it has left the store, or another answers in its place until it is read
            if len(passages) == limit:
                break
            try:
                payload = unpack(self._keys.open_text(file.id, one.hit.sealed, one.hit.id))
            except DamagedSeal as error:
                log.warning("A passage could not be opened and is left out", file=file.id, reason=error.message)
                continue
            passages.append(_passage(entry, file.filename, one, payload))
        return passages

    def _look_again(self, question: str, passages: Sequence[Passage]) -> list[Passage]:
        """Ranks by what the index does not know: whether the question's terms stand side by side in the passage, and
        whether the file is named for what is asked."""
        asked = terms(question)
        runs, distinct = set(pairwise(asked)), set(asked)
        ranked = []
        for passage in passages:
            worth = passage.score
            if worth > 0:
                own = set(pairwise(terms("\n".join([*passage.headings, passage.text]))))
                named = distinct & set(terms(_EXTENSION.sub("", passage.filename)))
                worth += _RUN_WORTH * len(runs & own) / max(1, len(runs))
                worth += _NAME_WORTH * len(named) / max(1, len(distinct))
            ranked.append((worth, passage))
        ranked.sort(key=lambda pair: (-pair[0], pair[1].id))
        return [replace(passage, score=score_of(worth)) for worth, passage in ranked]


def _passage(entry: StoreFile, filename: str, found: Fused, payload: Payload) -> Passage:
    return Passage(
        id=found.hit.id,
        store_id=entry.store_id,
        file_id=entry.file_id,
        filename=filename,
        text=payload.text,
        score=found.worth,
        dense=found.dense,
        sparse=found.sparse,
        headings=payload.headings,
        spans=payload.spans,
        page=payload.page,
        sheet=payload.sheet,
        cells=payload.cells,
        hidden=payload.hidden,
        confidence=payload.confidence,
        attributes=entry.attributes,
    )


def _distinct(passages: Sequence[Passage]) -> list[Passage]:
    """Without those that say, but for case and punctuation, what a better one says already. A digit or word more or
    less makes another text: forms and tables differ by no more."""
    seen: set[str] = set()
    kept = []
    for passage in passages:
        said = _NOT_WORD.sub("", passage.text).casefold()
        if said not in seen:
            seen.add(said)
            kept.append(passage)
    return kept
