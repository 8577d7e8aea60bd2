"""Finds the passages for a conversation: makes questions of it, and searches the stores it names."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.chat.rewrite import Rewriter
from server.chat.wire import Knowledge
from server.model import Passage
from server.ports import Catalog, Search


@dataclass(frozen=True, slots=True)
class Limits:
    """How much goes into an answer: passages and their tokens, least relevance, answers at once."""

    passages: int
    passage_tokens: int
    min_score: float
    streams: int


@dataclass(frozen=True, slots=True)
class Found:
    """What was searched for, and the passages that are relevant, best first."""

    questions: tuple[str, ...]
    passages: tuple[Passage, ...]


class Finder:
    """Searches what a request names. `allowed` tells which files of a store fulfil a filter; None: all."""

    def __init__(
        self,
        catalog: Catalog,
        rewrite: Rewriter,
        search: Search,
        allowed: Callable[[str, Mapping[str, Any] | None], list[str] | None],
        limits: Limits,
        observe: Callable[[str, float], None],
    ) -> None:
        self._catalog = catalog
        self._rewrite = rewrite
        self._search = search
        self._allowed = allowed
        self._limits = limits
        self._observe = observe

    async def __call__(self, messages: Sequence[Mapping[str, Any]], knowledge: Knowledge, model: str) -> Found:
        """What is found for the questions of the conversation. Several are searched together: if one of them finds
        nothing, the others' passages are there all the same. Raises UnknownStore, and what the search raises."""
        started = time.perf_counter()
        questions = await self._rewrite(messages, model)
        self._observe("rewrite", time.perf_counter() - started)

        def find() -> list[Passage]:
            stores = [self._catalog.store(store_id).id for store_id in dict.fromkeys(knowledge.vector_store_ids)]
            limit = knowledge.max_num_results or self._limits.passages
            return self._search(questions, stores, limit, lambda store_id: self._allowed(store_id, knowledge.filters))

        least = self._limits.min_score if knowledge.score_threshold is None else knowledge.score_threshold
        passages = tuple(passage for passage in await asyncio.to_thread(find) if passage.score >= least)
        return Found(tuple(questions), passages)
