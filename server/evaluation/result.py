"""How a question set went, for programs and for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.evals.bootstrap import Estimate
from server.evals.metrics import Difference, Figures, Ranks, difference, figures
from server.evals.roc import Roc
from server.evaluation.sets import QuestionSet

ALL = "all"


@dataclass(frozen=True, slots=True)
class Row:
    """One way of searching: its figures over all answerable questions, and per language where the questions tell
    theirs."""

    name: str
    ranks: Ranks
    overall: Figures
    languages: Mapping[str, Figures]


@dataclass(frozen=True, slots=True)
class EvalResult:
    """Lectern's row, those of baselines, that of a second configuration, and what was refused. `changes` are the
    settings of the second one."""

    asked: QuestionSet
    chunks: int
    embedder: str
    min_score: float
    row: Row
    baselines: Sequence[Row] = ()
    other: Row | None = None
    changes: str = ""
    roc: Roc | None = None

    @property
    def best(self) -> Row | None:
        """The baseline that finds most at the first place."""
        return max(self.baselines, key=lambda row: row.overall.means["recall@1"].value, default=None)

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        told: dict[str, Any] = {
            "contexts": self.asked.contexts,
            "documents": len(self.asked.documents),
            "chunks": self.chunks,
            "skipped": self.asked.skipped,
            "embedder": self.embedder,
            **_row(self.row),
        }
        if self.best is not None:
            told["baselines"] = {row.name: _row(row) for row in self.baselines}
            told["against_best"] = {"baseline": self.best.name, "error_ratio": _ratio(self.row, self.best)}
            told["against_best"] |= difference(self.row.ranks, self.best.ranks).as_dict()
        if self.other is not None:
            told["against"] = {"settings": self.changes, **_row(self.other)}
            told["against"]["difference"] = difference(self.other.ranks, self.row.ranks).as_dict()
        if self.roc is not None:
            table = [refusals.as_dict() for refusals in self.roc.table()]
            told["refusal"] = {"auc": round(self.roc.auc, 4), **self.roc.at(self.min_score).as_dict(), "roc": table}
        return told

    def as_table(self) -> str:
        """For people."""
        rows = [self.row, *([self.other] if self.other else []), *self.baselines]
        shown = [(row.name, row.overall) for row in rows]
        if len(self.row.languages) > 1:
            shown += [
                (f"{row.name}, {language}", row.languages[language]) for language in self.row.languages for row in rows
            ]
        lines = [self._about(), *_table(shown)]
        if self.best is not None:
            found = difference(self.row.ranks, self.best.ranks)
            error = (_ratio(self.row, self.best) or 0.0) - 1
            change = "the best row makes no error" if _ratio(self.row, self.best) is None else f"{error:+.1%}"
            lines.append(f"error against the best row ({self.best.name}): {change}; {_told(found)}")
        if self.other is not None:
            lines.append(f"{self.changes}: {_told(difference(self.other.ranks, self.row.ranks))}")
        return "\n".join([*lines, *self._refusals()])

    def _about(self) -> str:
        asked = self.asked
        cut = f" cut into {len(asked.documents)} documents" if len(asked.documents) != asked.contexts else ""
        skipped = f", {asked.skipped} empty questions skipped" if asked.skipped else ""
        return f"{asked.contexts} contexts{cut} in {self.chunks} chunks, {self.embedder}{skipped}"

    def _refusals(self) -> list[str]:
        if self.roc is None:
            return []
        unanswerable = sum(not right for right in self.asked.right)
        lines = [f"{unanswerable} unanswerable questions; AUC of the score {self.roc.auc:.4f}"]
        lines.append(f"{'threshold':>20}{'refused':>24}{'refused wrongly':>24}")
        for name, refusals in [("now", self.roc.at(self.min_score)), *(("", one) for one in self.roc.table())]:
            sides = "".join(f"{_interval(side):>24}" for side in (refusals.right, refusals.wrong))
            lines.append(f"{name:10}{refusals.threshold:>10.4f}{sides}")
        return lines


def row_of(name: str, asked: QuestionSet, ranks: Ranks, seconds: Sequence[float] = ()) -> Row:
    """The row of what came of the questions; those without an answer have no place in it."""
    answerable = [number for number, right in enumerate(asked.right) if right]
    own = {ALL: answerable}
    for number in answerable:
        if asked.questions[number].language:
            own.setdefault(asked.questions[number].language, []).append(number)
    found = {
        group: figures([ranks[number] for number in numbers], [seconds[number] for number in numbers if seconds])
        for group, numbers in own.items()
    }
    overall = found.pop(ALL)
    return Row(name, [ranks[number] for number in answerable], overall, dict(sorted(found.items())))


def _row(row: Row) -> dict[str, Any]:
    languages = {language: found.as_dict() for language, found in row.languages.items()}
    return {**row.overall.as_dict(), "languages": languages}


def _ratio(row: Row, other: Row) -> float | None:
    """The error at the first place as a share of another row's; None if that makes none."""
    ours, theirs = (1 - one.overall.means["recall@1"].value for one in (row, other))
    return round(ours / theirs, 4) if theirs else None


def _table(rows: Sequence[tuple[str, Figures]]) -> list[str]:
    width = max(len(name) for name, _ in rows) + 2
    means, times = list(rows[0][1].means), list(rows[0][1].times)
    names = ["questions", *means, *times]
    lines = ["".join([" " * width, *(f"{name:>{_width(name)}}" for name in names)])]
    for name, found in rows:
        cells = [f"{found.questions:>{_width('questions')}}"]
        cells += [f"{_interval(found.means[mean]):>{_width(mean)}}" for mean in means]
        cells += [f"{found.times.get(time, '–'):>{_width(time)}}" for time in times]
        lines.append("".join([f"{name:{width}}", *cells]))
    return lines


def _width(name: str) -> int:
    return 23 if "@" in name else 11


def _interval(mean: Estimate) -> str:
    return f"{mean.value:.4f} [{mean.low:.3f} {mean.high:.3f}]"


def _told(found: Difference) -> str:
    first = found.means["recall@1"]
    return f"recall@1 {first.value:+.4f} [{first.low:+.4f} {first.high:+.4f}], {found.won} won, {found.lost} lost"
