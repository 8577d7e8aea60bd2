"""What the runs say, per reader and group of files, and per file."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from rich.table import Table

from server.bench.reading.runs import Result, Run
from server.bench.reading.score import cell_f1, counted, similarity, table_cells

_SHOWN = 160


@dataclass(frozen=True, slots=True)
class Score:
    """One file: `similarity` where its truth is known, `cell_f1` where that has tables; seconds; what went wrong."""

    name: str
    similarity: float | None
    cell_f1: float | None
    wall: float
    cpu: float
    failure: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """One reader on one group. `similarity` and `cell_f1` are means; a file that was not read counts as 0.

    Files per second are those that were read, by the time that all of them took.
    """

    group: str
    reader: str
    files: int
    with_truth: int
    similarity: float | None
    cell_f1: float | None
    files_per_second: float
    files_per_cpu_second: float
    scores: tuple[Score, ...]

    @property
    def failures(self) -> list[str]:
        """What went wrong, by file."""
        return [f"{score.name}: {score.failure}" for score in self.scores if score.failure]


def rows(runs: Iterable[Run]) -> list[Row]:
    """The rows of a table, by group."""
    found = [_row(group, one, results) for one in runs for group, results in _by_group(one.results)]
    groups = list(dict.fromkeys(row.group for row in found))
    return sorted(found, key=lambda row: groups.index(row.group))


def _by_group(results: Iterable[Result]) -> list[tuple[str, list[Result]]]:
    groups: dict[str, list[Result]] = {}
    for result in results:
        groups.setdefault(result.case.group, []).append(result)
    return sorted(groups.items())


def _row(group: str, run: Run, results: Sequence[Result]) -> Row:
    scores = tuple(sorted(map(_score, results), key=lambda score: score.name))
    read = sum(result.error is None for result in results)
    wall = run.seconds if run.processes > 1 else sum(score.wall for score in scores)
    known = [score.similarity for score in scores if score.similarity is not None]
    tables = [score.cell_f1 for score in scores if score.cell_f1 is not None]
    return Row(
        group,
        run.reader.name if run.processes == 1 else f"{run.reader.name}, {run.processes} at once",
        len(scores),
        len(known),
        fmean(known) if known else None,
        fmean(tables) if tables else None,
        read / wall,
        read / max(sum(score.cpu for score in scores), 1e-9),
        scores,
    )


def _score(result: Result) -> Score:
    truth = result.case.truth
    cells = table_cells(truth) if truth else Counter[str]()
    missing = [text for text in result.case.must_include if text not in result.text]
    return Score(
        result.case.path.name,
        None if truth is None else 0 if result.error else similarity(result.text, truth),
        cell_f1(_cells(result), cells) if cells else None,
        result.wall,
        result.cpu,
        result.error or (f"lacks {', '.join(missing)}" if missing else None),
    )


def _cells(result: Result) -> Counter[str]:
    return counted(result.cells) if result.cells is not None else table_cells(result.text)


def shown(found: Sequence[Row]) -> Table:
    """The table for people."""
    table = Table("format", "reader", box=None, pad_edge=False)
    for title in ("files", "similarity", "(of)", "cell F1", "files/s", "files/CPU s", "failures"):
        table.add_column(title, justify="right")
    last = ""
    for row in found:
        if last and row.group != last:
            table.add_row()
        table.add_row(
            "" if row.group == last else row.group,
            row.reader,
            str(row.files),
            _share(row.similarity),
            f"({row.with_truth})",
            _share(row.cell_f1),
            f"{row.files_per_second:.3g}",
            f"{row.files_per_cpu_second:.3g}",
            str(len(row.failures) or ""),
        )
        last = row.group
    return table


def failures(found: Sequence[Row]) -> list[str]:
    """What was not read by whom and why, one reader after another."""
    return [f"{row.group}, {row.reader}: {failure[:_SHOWN]}" for row in found for failure in row.failures]


def each(found: Sequence[Row]) -> Table:
    """Every file with every reader."""
    table = Table("format", "file", "reader", box=None, pad_edge=False)
    for title in ("similarity", "cell F1", "ms", "CPU ms"):
        table.add_column(title, justify="right")
    lines = [(row.group, score.name, row.reader, score) for row in found for score in row.scores]
    for group, name, reader, score in sorted(lines, key=lambda line: line[:2]):
        shares = _share(score.similarity), _share(score.cell_f1)
        table.add_row(group, name, reader, *shares, f"{score.wall * 1000:.0f}", f"{score.cpu * 1000:.0f}")
    return table


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
