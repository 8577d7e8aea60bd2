"""Asks one question as a user does, and measures what comes of it."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from server.evals.judging import grounded, is_correct, rank_of
from server.evals.metrics import DEPTH
from server.evals.questions import StoreQuestion
from server.model import Caller, Passage
from server.ports import Search

Allowed = Callable[[str, Caller], Collection[str] | None]
"""(store id, caller) -> which files of the store the caller may search; None: all. Raises UnknownStore."""
Answer = Callable[[str, str, str, Caller], dict[str, Any]]
"""(model, store id, question, caller) -> the whole answer, as a chat.completion."""
_LISTED: Final = 10


@dataclass(frozen=True, slots=True)
class Examined:
    """What came of a question: `marks` are figures without content, `told` is what a person may look at."""

    marks: Mapping[str, Any]
    told: Mapping[str, Any] = field(default_factory=dict)


class Examiner:
    """Searches, and has the model answer, as if the caller had asked: what comes of a question, and be it only whether
    it passed, must not tell of files that are kept from whoever wrote the question."""

    def __init__(self, search: Search, allowed: Allowed, answer: Answer, min_score: float) -> None:
        self._search = search
        self._allowed = allowed
        self._answer = answer
        self._min_score = min_score

    def ask(self, store_id: str, question: StoreQuestion, model: str | None, caller: Caller) -> Examined:
        """Searches for the question; has `model` answer it, if one is named.

        Raises:
            LecternError: what searching and answering raise.
        """
        started = time.perf_counter()
        passages = self._search([question.question], [store_id], DEPTH, lambda one: self._allowed(one, caller))
        seconds = time.perf_counter() - started
        score = max((passage.score for passage in passages), default=0.0)
        marks: dict[str, Any] = {
            "answerable": question.answerable,
            "located": question.located,
            "checked": question.checked,
            "rank": rank_of(question, passages) if question.located else None,
            "score": round(score, 6),
            "refused": score < self._min_score,
            "search_seconds": round(seconds, 6),
        }
        told: dict[str, Any] = {"passages": [_place(passage) for passage in passages[:_LISTED]]}
        found = Examined(marks, told)
        if model is None:
            return found
        started = time.perf_counter()
        answer = self._answer(model, store_id, question.question, caller)
        return _answered(question, found, answer, time.perf_counter() - started)


def _answered(question: StoreQuestion, found: Examined, answer: Mapping[str, Any], seconds: float) -> Examined:
    message = answer["choices"][0]["message"]
    said, annotations = str(message.get("content") or ""), list(message.get("annotations") or [])
    refused = not answer["knowledge"]["found"]
    statements, supported = (0, 0) if refused else grounded(said, annotations)
    marks = {
        "refused": refused,
        "statements": statements,
        "supported": supported,
        "correct": is_correct(question, said) if question.answers and question.answerable else None,
        "answer_seconds": round(seconds, 6),
    }
    told = {
        "answer": said,
        "annotations": annotations,
        "files": sorted({passage["file_id"] for passage in answer["knowledge"]["passages"]}),
        "finish_reason": answer["choices"][0].get("finish_reason"),
        "usage": answer.get("usage"),
    }
    return Examined({**found.marks, **marks}, {**found.told, **told})


def _place(passage: Passage) -> dict[str, Any]:
    return {
        "file_id": passage.file_id,
        "filename": passage.filename,
        "page": passage.page,
        "score": round(passage.score, 4),
    }
