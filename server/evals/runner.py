"""Asks the questions of runs, one after the other, as jobs that outlive the process."""

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import structlog

from server.errors import (
    EmbedderUnavailable,
    EngineUnavailable,
    ExpiredApiKey,
    IndexUnavailable,
    LecternError,
    RateLimited,
    RerankerUnavailable,
    Saturated,
    UnknownEval,
    UnknownStore,
    WrongApiKey,
)
from server.evals.criteria import results
from server.evals.evaluations import EVAL, Evaluations
from server.evals.examiner import Examined, Examiner
from server.evals.summary import summary
from server.jobs.heartbeat import Heartbeat
from server.jobs.loop import Loop, TryLater
from server.model import Caller, Lease, Page
from server.ports import Jobs
from server.ports.evals import EvalRecord, ItemRecord, ItemStatus, RunRecord, RunStatus

_MOST_ATTEMPTS: Final = 5
_AT_ONCE: Final = 50
_LATER: Final = (EmbedderUnavailable, EngineUnavailable, IndexUnavailable, RateLimited, RerankerUnavailable, Saturated)
_ENDS: Final = (ExpiredApiKey, UnknownStore, WrongApiKey)

log = structlog.get_logger()

CallerNow = Callable[[str, str], Caller]
"""(owner, key or session) -> the caller with its rights of now. Raises WrongApiKey, ExpiredApiKey."""


class Runner:
    """Claims runs from the queue. A run that was interrupted goes on with the questions that still wait. Each question
    is asked with the rights that who began the run has by then."""

    def __init__(
        self, jobs: Jobs, evaluations: Evaluations, examiner: Examiner, caller_now: CallerNow, name: str
    ) -> None:
        self._evaluations = evaluations
        self._examiner = examiner
        self._caller_now = caller_now
        self._loop = Loop(jobs, EVAL, self._run, name)

    def start(self) -> None:
        """Begins to look for runs."""
        self._loop.start()

    def stop(self) -> None:
        """Ends; the run under way goes back to the queue."""
        self._loop.stop()

    def _run(self, lease: Lease, heartbeat: Heartbeat) -> None:
        """Asks what still waits of a run, and notes its figures."""
        rows = self._evaluations.rows
        try:
            run = rows.run(lease.subject)
            record = rows.get(run.eval_id)
            if lease.attempt > _MOST_ATTEMPTS:
                self._fail(run, "interrupted", f"Lectern stopped {lease.attempt - 1} times at the same question.")
                return
            self._ask_all(heartbeat, record, run)
            self._complete(run)
        except UnknownEval:
            log.info("The run has gone", run=lease.subject)
        except _ENDS as error:
            self._fail(run, error.code, error.message)
        except _LATER as error:
            log.warning("A run waits", run=run.id, reason=error.message)
            told = replace(run, error_code=error.code, error_message=error.message)
            rows.change_run(replace(told, status=RunStatus.IN_PROGRESS))
            raise TryLater from error

    def _ask_all(self, heartbeat: Heartbeat, record: EvalRecord, run: RunRecord) -> None:
        rows = self._evaluations.rows
        rows.change_run(replace(run, status=RunStatus.IN_PROGRESS, error_code=None, error_message=None))
        while waiting := rows.items(run.id, ItemStatus.QUEUED, Page(_AT_ONCE, "asc")):
            for item in waiting:
                heartbeat.check()
                rows.settle(self._asked(record, run, item))
                heartbeat.advance()

    def _asked(self, record: EvalRecord, run: RunRecord, item: ItemRecord) -> ItemRecord:
        question, _ = self._evaluations.opened(record.id, item)
        caller = replace(self._caller_now(run.owner, run.came_by), bulk=True)
        try:
            examined = self._examiner.ask(record.store_id, question, run.model, caller)
        except (*_LATER, *_ENDS):
            raise
        except LecternError as error:
            return self._settled(record, item, ItemStatus.ERROR, _errored(error.code, error.message))
        except Exception as error:
            trace = hashlib.sha256(f"{item.id}{time.time_ns()}".encode()).hexdigest()[:12]
            log.exception("A question failed", run=run.id, trace=trace, exc_info=error)
            told = LecternError(request_id=trace)
            return self._settled(record, item, ItemStatus.ERROR, _errored(told.code, told.message))
        passed = all(one["passed"] for one in results(record.criteria, examined.marks))
        return self._settled(record, item, ItemStatus.PASSED if passed else ItemStatus.FAILED, examined)

    def _settled(self, record: EvalRecord, item: ItemRecord, status: ItemStatus, found: Examined) -> ItemRecord:
        outcome = self._evaluations.sealed(record.id, item, found.told)
        return replace(item, status=status, marks=found.marks, outcome=outcome, ended_at=int(time.time()))

    def _complete(self, run: RunRecord) -> None:
        marks = [item.marks for item in self._evaluations.rows.marks(run.id) if item.status != ItemStatus.ERROR]
        told = summary(marks) if marks else {}
        self._end(run, RunStatus.COMPLETED if marks else RunStatus.FAILED, figures=told)

    def _fail(self, run: RunRecord, code: str, message: str) -> None:
        self._end(run, RunStatus.FAILED, error_code=code, error_message=message)

    def _end(self, run: RunRecord, status: RunStatus, **changes: Any) -> None:
        told = {"error_code": None, "error_message": None, **changes}
        if status == RunStatus.FAILED and told["error_code"] is None:
            told |= {"error_code": "no_question", "error_message": "No question could be asked; see the output items."}
        self._evaluations.rows.change_run(replace(run, status=status, ended_at=int(time.time()), **told))
        log.info("Evaluation ended", run=run.id, status=str(status))


def _errored(code: str, message: str) -> Examined:
    told: Mapping[str, Any] = {"error": {"code": code, "message": message}}
    return Examined({}, told)
