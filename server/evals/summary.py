"""The figures of a run, of the marks of its questions."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from server.evals.bootstrap import Estimate, estimates
from server.evals.metrics import difference, figures, times
from server.evals.roc import Roc

Marks = Sequence[Mapping[str, Any]]


def summary(marks: Marks) -> dict[str, Any]:
    """Every figure that can be told, with 95 % intervals under `intervals`: recall, MRR and nDCG of the questions
    whose place is known; `refusal_rate` of those without an answer and `wrong_refusals` of the others; AUC of the
    score; of answers `groundedness` and `correctness`; times."""
    told: dict[str, Any] = {"questions": len(marks), "unchecked": sum(not one["checked"] for one in marks)}
    intervals: dict[str, list[float]] = {}
    located = [one for one in marks if one["located"]]
    if located:
        found = figures([one["rank"] for one in located]).as_dict()
        intervals |= found.pop("intervals")
        told |= {"located": found.pop("questions"), **found}
    for name, estimate in _shares(marks).items():
        if estimate is not None:
            told[name] = round(estimate.value, 4)
            intervals[name] = [round(estimate.low, 4), round(estimate.high, 4)]
    sides = [[one["score"] for one in marks if one["answerable"] is answerable] for answerable in (True, False)]
    if all(sides):
        told["auc"] = round(Roc(*sides).auc, 4)
    told |= times([one["search_seconds"] for one in marks], "search_")
    told |= times([one["answer_seconds"] for one in marks if "answer_seconds" in one], "answer_")
    return {**told, "intervals": intervals}


def comparison(ours: Mapping[str, Mapping[str, Any]], theirs: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What one run has over another, over the questions (key -> marks) that both asked: differences question by
    question with their intervals, and how many first places were won and lost."""
    keys = [key for key in ours if key in theirs]
    told: dict[str, Any] = {"questions": len(keys)}
    intervals: dict[str, list[float]] = {}
    located = [key for key in keys if ours[key]["located"] and theirs[key]["located"]]
    if located:
        found = difference([ours[key]["rank"] for key in located], [theirs[key]["rank"] for key in located]).as_dict()
        intervals |= found.pop("intervals")
        told |= found
    for name, value in _VALUES.items():
        both = [(value(ours[key]), value(theirs[key])) for key in keys]
        pairs = [(one, other) for one, other in both if one is not None and other is not None]
        if pairs:
            (estimate,) = estimates(np.array([[one - other] for one, other in pairs], np.float64))
            told[name] = round(estimate.value, 4)
            intervals[name] = [round(estimate.low, 4), round(estimate.high, 4)]
    return {**told, "intervals": intervals}


def _shares(marks: Marks) -> dict[str, Estimate | None]:
    found: dict[str, Estimate | None] = {}
    for name, value in _VALUES.items():
        values = [of for one in marks if (of := value(one)) is not None]
        found[name] = estimates(np.array(values, np.float64)[:, None])[0] if values else None
    return found


def _refused(marks: Mapping[str, Any], *, answerable: bool) -> float | None:
    return float(marks["refused"]) if marks["answerable"] is answerable else None


def _groundedness(marks: Mapping[str, Any]) -> float | None:
    """Of one answer: the share of its statements that are supported."""
    return marks["supported"] / marks["statements"] if marks.get("statements") else None


def _correctness(marks: Mapping[str, Any]) -> float | None:
    return None if marks.get("correct") is None else float(marks["correct"])


_VALUES = {
    "refusal_rate": lambda marks: _refused(marks, answerable=False),
    "wrong_refusals": lambda marks: _refused(marks, answerable=True),
    "groundedness": _groundedness,
    "correctness": _correctness,
}
