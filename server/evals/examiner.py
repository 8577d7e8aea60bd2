"""Asks one question as a user does, and measures what comes of it."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from server.evals.judging import grounded, is_correct, rank_of
from server.evals.metrics import DEPTH
from server.evals.questions import StoreQuestion
from server.model import Passage
from server.ports import Search

Answer = Callable[[str, str, str], dict[str, Any]]
"""(model, store id, question) -> the whole answer, as a chat.completion."""
_LISTED: Final = 10


@dataclass(frozen=True, slots=True)
class Examined:
    """What came of a question: `marks` are figures without content, `told` is what a person may look at."""

    marks: Mapping[str, Any]
    told: Mapping[str, Any] = field(default_factory=dict)


class Examiner:
    """Searches, and has the model answer. `allowed` tells which files of a store may be searched, as for every user."""

    def __init__(
        self, search: Search, allowed: Callable[[str], Collection[str] | None], answer: Answer, min_score: float
    ) -> None:
        self._search = search
        self._allowed = allowed
        self._answer = answer
        self._min_score = min_score

    def ask(self, store_id: str, question: StoreQuestion, model: str | None) -> Examined:
        """Searches for the question; has `model` answer it, if one is named.

        Raises:
            LecternError: what searching and answering raise.
        """
        started = time.perf_counter()
        passages = self._search([question.question], [store_id], DEPTH, self._allowed)
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
        return self._answered(store_id, question, model, Examined(marks, told)) if model else Examined(marks, told)

    def _answered(self, store_id: str, question: StoreQuestion, model: str, found: Examined) -> Examined:
        started = time.perf_counter()
        answer = self._answer(model, store_id, question.question)
        seconds = time.perf_counter() - started
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
