"""What keeps evaluations of vector stores, their runs, and what became of each question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from server.model import Caller, Page


class RunStatus(StrEnum):
    """Where a run stands, in OpenAI's words."""

    QUEUED = "queued"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self in {RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELED}


class ItemStatus(StrEnum):
    """What became of a question: it waits, meets every criterion, fails one, or could not be asked."""

    QUEUED = "queued"
    PASSED = "pass"
    FAILED = "fail"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class EvalRecord:
    """What a vector store is to be judged by. `criteria` are as the client sent them."""

    id: str
    name: str
    store_id: str
    created_at: int
    criteria: tuple[Mapping[str, Any], ...]
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunRecord:
    """Some questions asked once, with the rights of who began it: `owner`, who came by the key or session `came_by`.
    `model` answers them; none: they are only searched for. `figures` are those of a run that is completed."""

    id: str
    eval_id: str
    name: str
    created_at: int
    model: str | None = None
    file_id: str | None = None
    status: RunStatus = RunStatus.QUEUED
    ended_at: int | None = None
    error_code: str | None = None
    error_message: str | None = None
    figures: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    owner: str = ""
    came_by: str = ""


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """A question of a run and what became of it. `question` and `outcome` are sealed; `key` is the same for the same
    question in another run; `marks` are figures without content."""

    run_id: str
    number: int
    key: str
    question: str
    status: ItemStatus = ItemStatus.QUEUED
    marks: Mapping[str, Any] = field(default_factory=dict)
    outcome: str | None = None
    ended_at: int | None = None

    @property
    def id(self) -> str:
        """Its name in the API."""
        return f"outputitem_{self.run_id.removeprefix('evalrun_')}_{self.number}"


class Evals(Protocol):
    """Rows of evaluations, runs and their questions."""

    def add(self, record: EvalRecord) -> None:
        """Stores the row. Raises UnknownStore."""
        ...

    def get(self, eval_id: str) -> EvalRecord:
        """Raises UnknownEval."""
        ...

    def page(self, page: Page, caller: Caller) -> list[EvalRecord]:
        """A page of those of stores that the caller may read, by time of creation. Raises InvalidRequest for an unknown
        place."""
        ...

    def change(self, eval_id: str, name: str | None, metadata: Mapping[str, str] | None) -> EvalRecord:
        """Changes what is given. Raises UnknownEval."""
        ...

    def remove(self, eval_id: str) -> None:
        """Removes the row, its runs and their questions."""
        ...

    def add_run(self, run: RunRecord, items: Sequence[ItemRecord]) -> None:
        """Stores a run with its questions, all or nothing. Raises UnknownEval."""
        ...

    def run(self, run_id: str) -> RunRecord:
        """Raises UnknownEval."""
        ...

    def runs(self, eval_id: str, page: Page) -> list[RunRecord]:
        """A page of an evaluation's runs by time of creation. Raises InvalidRequest for an unknown place."""
        ...

    def change_run(self, run: RunRecord) -> bool:
        """Writes how the run stands; False if it has ended or gone meanwhile."""
        ...

    def remove_run(self, run_id: str) -> None:
        """Removes the run and its questions."""
        ...

    def items(self, run_id: str, status: str | None, page: Page) -> list[ItemRecord]:
        """A page of a run's questions; its places are their numbers."""
        ...

    def marks(self, run_id: str) -> list[ItemRecord]:
        """All questions of a run by number, without content."""
        ...

    def counts(self, run_id: str) -> dict[ItemStatus, int]:
        """Status -> how many of the run's questions have it."""
        ...

    def settle(self, item: ItemRecord) -> bool:
        """Writes what became of a question, once; False if that is known already, or the run has gone."""
        ...
