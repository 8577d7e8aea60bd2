"""Finds the passages that answer a question: both sides of the index, fused, in every store."""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import Final

import structlog

from ingest.ports import Embedder
from ingest.terms import terms
from server.chat.calibration import Calibration, calibrate
from server.chat.fusion import Fused, Trust, fuse, score_of, trust_in
from server.errors import DamagedSeal, UnknownFile
from server.model import Passage, StoreRecord
from server.payload import Payload, unpack
from server.ports import Catalog, Index, Keys, Statistics, Vector
from server.sparse import Sparse, query_weights

log = structlog.get_logger()

CANDIDATES: Final = 60
# Passages are opened and looked at a second time, a few more than are asked for.
_SPARE: Final = 8
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
        allowed: Mapping[str, Sequence[str] | None] | None = None,
    ) -> list[Passage]:
        """The best passages of all the stores, best first, each text once. `allowed` names per store the files that
        may be searched; none or None: all of them.

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
        opened: list[Passage] = []
        for store in stores:
            files = (allowed or {}).get(store.id)
            found = self._candidates(store, vector, query, files, trust)
            opened.extend(self._open(store.id, found[: limit + _SPARE]))
        passages = self._with_attributes(_distinct(self._look_again(question, opened))[:limit])
        self._observe("search", time.perf_counter() - embedded)
        return passages

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

    def _open(self, store_id: str, found: Sequence[Fused]) -> list[Passage]:
        """The candidates as passages; `score` is their worth so far."""
        files = self._catalog.files_by_id(list({one.hit.file_id for one in found}))
        passages = []
        for one in found:
            file = files.get(one.hit.file_id)
            if file is None:
                continue  # deleted while it was searched
            try:
                payload = unpack(self._keys.open_text(file.id, one.hit.sealed, one.hit.id))
            except DamagedSeal as error:
                log.warning("A passage could not be opened and is left out", file=file.id, reason=error.message)
                continue
            passages.append(_passage(store_id, file.filename, one, payload))
        return passages

    def _with_attributes(self, passages: Sequence[Passage]) -> list[Passage]:
        known: dict[tuple[str, str], Mapping[str, str | float | bool] | None] = {}
        for passage in passages:
            place = passage.store_id, passage.file_id
            if place not in known:
                try:
                    known[place] = self._catalog.store_file(*place).attributes
                except UnknownFile:
                    known[place] = None  # taken out of the store while it was searched
        found = ((passage, known[passage.store_id, passage.file_id]) for passage in passages)
        return [replace(passage, attributes=attributes) for passage, attributes in found if attributes is not None]

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


def _passage(store_id: str, filename: str, found: Fused, payload: Payload) -> Passage:
    return Passage(
        id=found.hit.id,
        store_id=store_id,
        file_id=found.hit.file_id,
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
