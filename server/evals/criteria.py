"""What a question must meet to pass."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from server.errors import InvalidRequest
from server.evals.metrics import DEPTH

RECALL, REFUSAL, CORRECTNESS, GROUNDEDNESS = "recall", "refusal", "correctness", "groundedness"
DEFAULT: Final = (
    {"type": RECALL, "name": "right passage among the first 5", "k": 5},
    {"type": REFUSAL, "name": "refused if, and only if, there is no answer"},
    {"type": CORRECTNESS, "name": "the answer holds an expected one"},
    {"type": GROUNDEDNESS, "name": "every statement is supported by what it cites", "pass_threshold": 1.0},
)
_TYPES: Final = tuple(one["type"] for one in DEFAULT)


def checked(sent: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """The criteria as they are kept, each with a name; without any, all there are.

    Raises:
        InvalidRequest: one is of a kind that Lectern does not judge by, or out of range.
    """
    found = []
    for number, one in enumerate(sent):
        kind, where = one.get("type"), f"testing_criteria[{number}]"
        if kind not in _TYPES:
            detail = f"{where}: the type must be one of {', '.join(map(str, _TYPES))}, not {kind!r}"
            raise InvalidRequest(detail=detail, param="testing_criteria")
        whole = {**next(default for default in DEFAULT if default["type"] == kind), **one}
        depth, least = whole.get("k", 1), whole.get("pass_threshold", 1.0)
        if not isinstance(depth, int) or not 1 <= depth <= DEPTH:
            raise InvalidRequest(detail=f"{where}: k must be 1 to {DEPTH}", param="testing_criteria")
        if not isinstance(least, int | float) or not 0 <= least <= 1:
            raise InvalidRequest(detail=f"{where}: pass_threshold must be 0 to 1", param="testing_criteria")
        found.append({"type": kind, "name": str(whole["name"])[:256], **_limits(whole)})
    return tuple(found) or tuple(DEFAULT)


def results(criteria: Sequence[Mapping[str, Any]], marks: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Per criterion that can be told of the question: {name, type, score (0 to 1), passed}."""
    found = []
    for one in criteria:
        score = _score(one, marks)
        if score is not None:
            passed = score >= one.get("pass_threshold", 1.0)
            found.append({"name": one["name"], "type": one["type"], "score": round(score, 4), "passed": passed})
    return found


def _limits(whole: Mapping[str, Any]) -> dict[str, Any]:
    return {name: whole[name] for name in ("k", "pass_threshold") if name in whole}


def _score(one: Mapping[str, Any], marks: Mapping[str, Any]) -> float | None:
    """None: it does not apply."""
    if one["type"] == RECALL:
        return float(marks["rank"] is not None and marks["rank"] <= one["k"]) if marks["located"] else None
    if one["type"] == REFUSAL:
        return float(marks["refused"] != marks["answerable"])
    if one["type"] == CORRECTNESS:
        return None if marks.get("correct") is None else float(marks["correct"])
    return marks["supported"] / marks["statements"] if marks.get("statements") else None
