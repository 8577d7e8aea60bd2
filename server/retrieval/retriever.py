"""Finds the passages that answer a question: both sides of the index, fused, in every store."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

import structlog

from ingest.ports import Embedder
from server.errors import DamagedSeal, ExpiredStore, IndexUnavailable
from server.model import Passage, StoreFile, StoreRecord
from server.payload import Payload, unpack
from server.ports import Allowed, Catalog, Index, Keys, Statistics
from server.retrieval.candidate import Candidate
from server.retrieval.fusion import Fused, fuse
from server.retrieval.meaning import Meaning, Meanings
from server.retrieval.neighbours import joined
from server.retrieval.relevance import judged
from server.retrieval.rerank import Reranking
from server.retrieval.second_look import looked_again
from server.sparse import Sparse, query_weights, rarity

log = structlog.get_logger()

CANDIDATES: Final = 60
# Passages are opened and looked at a second time, a few more than are asked for.
_SPARE: Final = 8
# A store of which something is replaced all the time is not waited for.
_MOST_LOOKS: Final = 6


class Retriever:
    """Searches vector stores. `observe` is told the seconds of the stages `embed` and `search`; `others` finds the
    embedders, by fingerprint, of stores that answer from another one than `embedder`."""

    def __init__(  # noqa: PLR0913 - all that a search looks into
        self,
        index: Index,
        statistics: Statistics,
        keys: Keys,
        catalog: Catalog,
        embedder: Embedder,
        observe: Callable[[str, float], None],
        reranking: Reranking | None = None,
        *,
        others: Callable[[str], Embedder] | None = None,
    ) -> None:
        self._index = index
        self._statistics = statistics
        self._keys = keys
        self._catalog = catalog
        self._meanings = Meanings(embedder, others)
        self._observe = observe
        self.reranking = reranking
        self._sparse = Sparse(keys.secret("terms"))

    def search(
        self,
        questions: Sequence[str],
        store_ids: Sequence[str],
        limit: int,
        allowed: Allowed = lambda _: None,
    ) -> list[Passage]:
        """The best passages of all the stores for all the questions together, best first, each text once. `allowed`
        names the files of a store that may be searched; None: all of them.

        Of a file that is being replaced, exactly one version is found.

        Raises:
            UnknownStore, ExpiredStore: there is no such store (any more).
            IndexUnavailable, EmbedderUnavailable: the search cannot be made.
        """
        stores = [self._catalog.store(store_id) for store_id in dict.fromkeys(store_ids)]
        for store in stores:
            if store.expired(time.time()):
                raise ExpiredStore(store=store.id, days=store.expires_days)
        found = [self._answer(question, stores, limit, allowed) for question in dict.fromkeys(questions)]
        return [candidate.passage for candidate in joined(found, limit)]

    def _answer(self, question: str, stores: Sequence[StoreRecord], limit: int, allowed: Allowed) -> list[Candidate]:
        """What answers one question, best first, each with its relevance as the passage's score."""
        started = time.perf_counter()
        fingerprints = {store.fingerprint for store in stores}
        meanings = {fingerprint: self._meanings.of(question, fingerprint) for fingerprint in fingerprints}
        embedded = time.perf_counter()
        self._observe("embed", embedded - started)
        query = self._sparse.query_terms(question)
        most = self.reranking.most if self.reranking else 0

        def look(store: StoreRecord) -> list[Candidate]:
            if store.fingerprint not in meanings:  # it has changed its embedder just now
                meanings[store.fingerprint] = self._meanings.of(question, store.fingerprint)
            weights, asked = self._weights(store, query)
            found = self._candidates(store, meanings[store.fingerprint], weights, allowed(store.id))
            opened = self._open(store.id, found, max(limit + _SPARE, most), asked)
            return looked_again(question, {term: weights.get(number, 0.0) for term, number in query.items()}, opened)

        looked = [candidate for store in stores for candidate in self._at_rest(store, look)]
        ranked = sorted(looked, key=lambda candidate: -candidate.worth)
        self._observe("search", time.perf_counter() - embedded)
        if self.reranking is not None:
            ranked = self.reranking(question, ranked)
        return judged(question, ranked)

    def _at_rest(self, store: StoreRecord, look: Callable[[StoreRecord], list[Candidate]]) -> list[Candidate]:
        """What `look` finds while no file of the store takes the place of another: between the index and the catalog
        both versions could be missed, the one not written yet and the other gone already. So it is when the store
        changes its embedder: what was searched may be removed already."""
        for _ in range(_MOST_LOOKS - 1):
            try:
                found = look(store)
            except IndexUnavailable:
                now = self._catalog.store(store.id)
                if now.generation == store.generation:
                    raise
            else:
                now = self._catalog.store(store.id)
                if (now.replacements, now.generation) == (store.replacements, store.generation):
                    return found
            store = now
        return look(store)

    def _weights(self, store: StoreRecord, query: Mapping[str, int]) -> tuple[dict[int, float], float]:
        """How much each of the question's terms tells in this store, and all of them, counted in terms that only one
        chunk holds."""
        chunks, _, holding = self._statistics.look_up(store.collection, list(query.values()))
        weights = query_weights(query.values(), chunks, holding)
        return weights, sum(weights.values()) / rarity(max(1, chunks), 1)

    def _candidates(
        self,
        store: StoreRecord,
        meaning: Meaning,
        weights: Mapping[int, float],
        files: Collection[str] | None,
    ) -> list[Fused]:
        trust = meaning.trust if meaning.vector is not None else replace(meaning.trust, weight=0.0)
        dense, sparse = self._index.search(store.collection, meaning.vector, weights, CANDIDATES, files)
        return fuse(dense, sparse, CANDIDATES, sum(weights.values()), trust)

    def _open(self, store_id: str, found: Sequence[Fused], limit: int, asked: float) -> list[Candidate]:
        """The first of what was found, opened."""
        opened: list[Candidate] = []
        # Rows of files are read for so many at once: reading those of all candidates took most of this.
        for start in range(0, len(found), limit):
            batch = found[start : start + limit]
            ids = list({one.hit.file_id for one in batch})
            entries, files = self._catalog.store_files_by_id(store_id, ids), self._catalog.files_by_id(ids)
            for one in batch:
                entry, file = entries.get(one.hit.file_id), files.get(one.hit.file_id)
                if entry is None or file is None or not entry.answers:
                    continue  # it has left the store, or another answers in its place until it is read
                candidate = self._opened(entry, file.filename, one, asked)
                if candidate is not None:
                    opened.append(candidate)
                if len(opened) == limit:
                    return opened
        return opened

    def _opened(self, entry: StoreFile, filename: str, found: Fused, asked: float) -> Candidate | None:
        try:
            payload = unpack(self._keys.open_text(entry.file_id, found.hit.sealed, found.hit.id))
        except DamagedSeal as error:
            log.warning("A passage could not be opened and is left out", file=entry.file_id, reason=error.message)
            return None
        passage = _passage(entry, filename, found, payload)
        return Candidate(passage, found.worth, found.near, found.trust, found.sparse, asked=asked)


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
        follows=payload.follows,
        repeated=payload.repeated,
        attributes=entry.attributes,
    )
