"""Finds the passages that answer a question: both sides of the index, fused, in every store."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

from ingest.ports import Embedder
from server.errors import ExpiredStore, IndexUnavailable
from server.model import Hit, Passage, StoreRecord
from server.ports import Allowed, Catalog, Index, Keys, Observe, Statistics
from server.retrieval.candidate import Candidate
from server.retrieval.fusion import Fused, fuse
from server.retrieval.meaning import Meaning, Meanings
from server.retrieval.neighbours import joined
from server.retrieval.opening import Opening, Version
from server.retrieval.relevance import judged
from server.retrieval.rerank import Reranking
from server.retrieval.second_look import looked_again
from server.sparse import Sparse, query_weights, rarity

CANDIDATES: Final = 60
# Passages are opened and looked at a second time, a few more than are asked for.
_SPARE: Final = 8
# A store of which something is replaced all the time is not waited for.
_MOST_LOOKS: Final = 6
_ASIDE: Final = 8


@dataclass(frozen=True, slots=True)
class _Words:
    """What a store says to the words of a question: what each term tells, and all of them in terms that only one chunk
    holds; the files that may be searched; and the chunks that have the words."""

    weights: Mapping[int, float]
    asked: float
    files: Collection[str] | None
    hits: list[Hit]


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
        self._catalog = catalog
        self._meanings = Meanings(embedder, others)
        self._opening = Opening(catalog, keys)
        self._observe = observe
        self.reranking = reranking
        self._sparse = Sparse(keys.secret("terms"))
        self._aside = ThreadPoolExecutor(_ASIDE, "words")

    def search(
        self,
        questions: Sequence[str],
        store_ids: Sequence[str],
        limit: int,
        allowed: Allowed = lambda _: None,
        *,
        rerank: bool = True,
        observe: Observe | None = None,
    ) -> list[Passage]:
        """The best passages of all the stores for all the questions together, best first, each text once. `allowed`
        names the files of a store that may be searched; None: all of them. `rerank`: by the reranker, if there is one.
        `observe` is told the seconds of the stages of this search: `embed`, `search`, `rerank`.

        Of a file that is being replaced, exactly one version is found.

        Raises:
            UnknownStore, ExpiredStore: there is no such store (any more).
            IndexUnavailable, EmbedderUnavailable: the search cannot be made.
        """
        stores = [self._catalog.store(store_id) for store_id in dict.fromkeys(store_ids)]
        for store in stores:
            if store.expired(time.time()):
                raise ExpiredStore(store=store.id, days=store.expires_days)
        reranking = self.reranking if rerank else None
        note = observe or _unobserved
        found = [
            self._answer(question, stores, limit, allowed, reranking, note) for question in dict.fromkeys(questions)
        ]
        return [candidate.passage for candidate in joined(found, limit)]

    def _answer(
        self,
        question: str,
        stores: Sequence[StoreRecord],
        limit: int,
        allowed: Allowed,
        reranking: Reranking | None,
        note: Observe,
    ) -> list[Candidate]:
        """What answers one question, best first, each with its relevance as the passage's score."""
        started = time.perf_counter()
        query = self._sparse.query_terms(question)
        # Words are looked for while the question is embedded, which takes about as long.
        begun = {store.id: self._aside.submit(self._words, store, query, allowed) for store in stores}
        fingerprints = {store.fingerprint for store in stores}
        meanings = {fingerprint: self._meanings.of(question, fingerprint) for fingerprint in fingerprints}
        embedded = time.perf_counter()
        self._observe("embed", embedded - started)
        note("embed", embedded - started)
        most = max(limit + _SPARE, reranking.most if reranking else 0)

        def look(store: StoreRecord) -> tuple[list[Candidate], Version]:
            if store.fingerprint not in meanings:  # it has changed its embedder just now
                meanings[store.fingerprint] = self._meanings.of(question, store.fingerprint)
            first = begun.pop(store.id, None)
            words = first.result() if first else self._words(store, query, allowed)
            weights = {term: words.weights.get(number, 0.0) for term, number in query.items()}
            found = self._candidates(store, meanings[store.fingerprint], words)
            opened, version = self._opening.first(store.id, found, most, words.asked)
            return looked_again(question, weights, opened), version

        looked = [candidate for store in stores for candidate in self._at_rest(store, look)]
        ranked = sorted(looked, key=lambda candidate: -candidate.worth)
        searched = time.perf_counter()
        self._observe("search", searched - embedded)
        note("search", searched - embedded)
        if reranking is not None:
            ranked = reranking(question, ranked)
            note("rerank", time.perf_counter() - searched)
        return judged(question, ranked)

    def _at_rest(
        self, store: StoreRecord, look: Callable[[StoreRecord], tuple[list[Candidate], Version]]
    ) -> list[Candidate]:
        """What `look` finds, with the store's version then, while no file of the store takes the place of another:
        between the index and the catalog both could be missed, the one not written yet and the other gone already. So
        it is when the store changes its embedder: what was searched may be removed already."""
        for _ in range(_MOST_LOOKS - 1):
            try:
                found, version = look(store)
                if version == store.version:
                    return found
                store = self._catalog.store(store.id)
            except IndexUnavailable:
                now = self._catalog.store(store.id)
                if now.generation == store.generation:
                    raise
                store = now
        return look(store)[0]

    def _words(self, store: StoreRecord, query: Mapping[str, int], allowed: Allowed) -> _Words:
        chunks, _, holding = self._statistics.look_up(store.collection, list(query.values()))
        weights = query_weights(query.values(), chunks, holding)
        files = allowed(store.id)
        _, hits = self._index.search(store.collection, None, weights, CANDIDATES, files)
        return _Words(weights, sum(weights.values()) / rarity(max(1, chunks), 1), files, hits)

    def _candidates(self, store: StoreRecord, meaning: Meaning, words: _Words) -> list[Fused]:
        dense: list[Hit] = []
        trust = replace(meaning.trust, weight=0.0)
        if meaning.vector is not None:
            dense, _ = self._index.search(store.collection, meaning.vector, None, CANDIDATES, words.files)
            trust = meaning.trust
        return fuse(dense, words.hits, CANDIDATES, sum(words.weights.values()), trust)


def _unobserved(stage: str, seconds: float) -> None:
    """Nobody wants to know."""
