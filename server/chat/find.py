"""Finds the passages for a conversation: makes questions of it, and searches the stores it names."""

import asyncio
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from server.chat.rewrite import Rewriter
from server.chat.sampling import Knowledge
from server.chat.stages import Stages
from server.model import Caller, Passage, Role
from server.ports import Rights, Search


@dataclass(frozen=True, slots=True)
class Limits:
    """How much goes into an answer: passages and their tokens, least relevance."""

    passages: int
    passage_tokens: int
    min_score: float


@dataclass(frozen=True, slots=True)
class Found:
    """What was searched for, and the passages that are relevant, best first. `unanswered` are those of several
    questions that found nothing while others did; `weak` are passages that were found, but are not relevant enough.
    `stores` were searched, which took `stages`."""

    questions: tuple[str, ...]
    passages: tuple[Passage, ...]
    unanswered: tuple[str, ...] = ()
    weak: tuple[Passage, ...] = ()
    stores: tuple[str, ...] = ()
    stages: Stages = field(default_factory=Stages)

    @property
    def answered(self) -> tuple[str, ...]:
        """The questions that the passages are for."""
        return tuple(question for question in self.questions if question not in self.unanswered)


class Finder:
    """Searches what a request names, as far as the caller may read it. `allowed` tells which files of a store fulfil a
    filter, of those that are readable; None: all."""

    def __init__(
        self,
        rewrite: Rewriter,
        search: Search,
        rights: Rights,
        allowed: Callable[[str, Mapping[str, Any] | None, frozenset[str] | None], Collection[str] | None],
        limits: Limits,
        observe: Callable[[str, float], None],
    ) -> None:
        self._rewrite = rewrite
        self._search = search
        self._rights = rights
        self._allowed = allowed
        self._limits = limits
        self._observe = observe

    async def __call__(
        self, messages: Sequence[Mapping[str, Any]], knowledge: Knowledge, model: str, caller: Caller
    ) -> Found:
        """What is found for the questions of the conversation. Raises UnknownStore, and what the search raises."""
        stores = list(dict.fromkeys(knowledge.vector_store_ids))
        await asyncio.to_thread(self._check, stores, caller)
        stages, started = Stages(), time.perf_counter()
        questions = tuple(await self._rewrite(messages, model))
        self._observe("rewrite", rewritten := time.perf_counter() - started)
        stages.add("rewrite", rewritten)
        least = self._limits.min_score if knowledge.score_threshold is None else knowledge.score_threshold

        def find() -> Found:
            def allowed(store_id: str) -> Collection[str] | None:
                return self._allowed(store_id, knowledge.filters, self._rights.readable(caller, store_id))

            limit = knowledge.max_num_results or self._limits.passages
            weak: dict[str, Passage] = {}

            def relevant(*asked: str) -> tuple[Passage, ...]:
                found = self._search(asked, stores, limit, allowed, observe=stages.add)
                weak.update({passage.id: passage for passage in found if passage.score < least})
                return tuple(passage for passage in found if passage.score >= least)

            def found(passages: tuple[Passage, ...], unanswered: tuple[str, ...] = ()) -> Found:
                ids = {passage.id for passage in passages}
                others = tuple(passage for passage in weak.values() if passage.id not in ids)
                return Found(questions, passages, unanswered, others, tuple(stores), stages)

            if len(questions) == 1:
                return found(relevant(*questions))
            # First each by itself: one that finds nothing would take places from the others.
            alone = {question: relevant(question) for question in questions}
            answered = [question for question, passages in alone.items() if passages]
            if not answered:
                return found(())
            passages = relevant(*answered) if len(answered) > 1 else alone[answered[0]]
            return found(passages, tuple(question for question in questions if not alone[question]))

        return await asyncio.to_thread(find)

    def _check(self, store_ids: Sequence[str], caller: Caller) -> None:
        for store_id in store_ids:
            self._rights.in_store(caller, store_id, Role.READER)
