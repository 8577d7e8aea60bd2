"""The durable queue: a table of jobs with leases."""

import os
import secrets
import socket
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from server.adapters.database.engine import Database
from server.adapters.database.schema import jobs
from server.adapters.database.serial import one_at_a_time
from server.model import Lease

_QUEUED, _RUNNING, _FINISHED, _CANCELLED = "queued", "running", "finished", "cancelled"
_OPEN = (_QUEUED, _RUNNING)
_MOST_VALUES = 10_000
_MICROSECOND = 1e-6  # keeps those that are added together in their order


def worker_name() -> str:
    """The name under which this process claims jobs: place:pid:start.

    The place is the host, its boot and its process namespace, as pids mean nothing outside them; the start (in the
    kernel's ticks since boot, which no change of the clock moves) tells a process from a later one of the same pid.
    """
    return f"{_place()}:{os.getpid()}:{_start_of(os.getpid())}"


class SqlJobs:
    """The port `Jobs` on SQLite or PostgreSQL, for any number of workers.

    What workers write does not wait for the disk: if the machine loses power, a job may be found as it stood a moment
    before, and is done again.

    All times are of one clock: the database server's with PostgreSQL, this machine's with SQLite. A worker's own clock
    may be wrong.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, kind: str, subject: str, payload: Mapping[str, Any], priority: int = 0) -> str:
        """Queues a job and returns its id; an unfinished job of the same kind and subject is returned instead, and
        waits with the higher of both priorities."""
        return self.add_all(kind, {subject: payload}, priority)[0]

    def add_all(self, kind: str, payloads: Mapping[str, Mapping[str, Any]], priority: int = 0) -> list[str]:
        """As `add` for each subject and its payload, together: all or none, in this order."""
        with self._database.begin() as connection:
            one_at_a_time(connection, f"lectern jobs {kind}")
            ids = _urged(connection, kind, list(payloads), priority)
            now, new = now_of(connection), []
            for place, (subject, payload) in enumerate(payloads.items()):
                if subject not in ids:
                    ids[subject] = f"job-{secrets.token_hex(12)}"
                    row = {"id": ids[subject], "kind": kind, "subject": subject, "payload": dict(payload)}
                    added = now + place * _MICROSECOND
                    new.append({**row, "state": _QUEUED, "priority": priority, "created_at": added, "updated_at": now})
            if new:
                connection.execute(sa.insert(jobs), new)
            return [ids[subject] for subject in payloads]

    def claim(
        self, worker: str, kinds: Sequence[str], seconds: float, least_priority: int | None = None
    ) -> Lease | None:
        """The next job of at least that priority, leased for so long; none if nothing waits.

        Higher priorities first, then the older. Jobs of workers whose lease ran out are taken over, and at once those
        of workers of this machine that ended.
        """
        with self._database.begin(durable=False) as connection:
            now = now_of(connection)
            _free_jobs_of_the_dead(connection, now)
            urgent = sa.true() if least_priority is None else jobs.c.priority >= least_priority
            wanted = sa.and_(jobs.c.kind.in_(kinds), urgent)
            waits = _first(connection, sa.and_(wanted, jobs.c.state == _QUEUED, jobs.c.not_before <= now))
            lost = _first(connection, sa.and_(wanted, jobs.c.state == _RUNNING, jobs.c.leased_until < now))
            found = [row for row in (waits, lost) if row is not None]
            if not found:
                return None
            row = min(found, key=lambda row: (-row.priority, row.created_at))
            lease = Lease(row.id, row.kind, row.subject, row.payload, row.fence + 1, row.attempt + 1, worker)
            changes = {"state": _RUNNING, "fence": lease.fence, "attempt": lease.attempt, "worker": worker}
            changes |= {"leased_until": now + seconds, "updated_at": now}
            connection.execute(sa.update(jobs).where(jobs.c.id == row.id).values(changes))
            return lease

    def renew(self, lease: Lease, seconds: float, progress: str | None = None, *, advanced: bool = False) -> bool:
        """Extends the lease; False when it was lost or the job was cancelled. Once a job has `advanced`, its attempts
        before count no more."""
        with self._database.begin(durable=False) as connection:
            now = now_of(connection)
            changes: dict[str, Any] = {"leased_until": now + seconds, "updated_at": now}
            if progress is not None:
                changes["progress"] = progress
            if advanced:
                changes["attempt"] = 0
            return _change_held(connection, lease, changes)

    def finish(self, lease: Lease) -> bool:
        """Ends the job; False when the lease was lost or the job was cancelled."""
        with self._database.begin(durable=False) as connection:
            return _change_held(connection, lease, {"state": _FINISHED, "updated_at": now_of(connection)})

    def release(self, lease: Lease, delay: float = 0.0) -> None:
        """Gives the job back to the queue, to be claimed again after `delay` seconds; nothing if the lease was lost. It
        counts as no attempt, for nothing went wrong with the job."""
        with self._database.begin(durable=False) as connection:
            now = now_of(connection)
            changes: dict[str, Any] = {"state": _QUEUED, "worker": None, "not_before": now + delay, "updated_at": now}
            changes["attempt"] = sa.case((jobs.c.attempt > 0, jobs.c.attempt - 1), else_=0)
            _change_held(connection, lease, changes)

    def cancel(self, kind: str, subject: str) -> None:
        """Ends the job without a result, also while it runs: its worker learns it when it renews or finishes."""
        with self._database.begin() as connection:
            changes = {"state": _CANCELLED, "updated_at": now_of(connection)}
            connection.execute(sa.update(jobs).where(_unfinished(kind, [subject])).values(changes))

    def progress(self, kind: str, subjects: Sequence[str]) -> dict[str, str]:
        """Subject -> latest progress text, of unfinished jobs."""
        found: dict[str, str] = {}
        with self._database.read() as connection:
            for start in range(0, len(subjects), _MOST_VALUES):
                where = _unfinished(kind, subjects[start : start + _MOST_VALUES])
                query = sa.select(jobs.c.subject, jobs.c.progress).where(where, jobs.c.progress.is_not(None))
                found |= {row.subject: row.progress for row in connection.execute(query)}
        return found

    def counts(self) -> dict[str, int]:
        """State (queued, running) -> number of jobs."""
        query = (
            sa.select(jobs.c.state, sa.func.count().label("number"))
            .where(jobs.c.state.in_(_OPEN))
            .group_by(jobs.c.state)
        )
        with self._database.read() as connection:
            return dict.fromkeys(_OPEN, 0) | {row.state: row.number for row in connection.execute(query)}

    def forget(self, seconds: float) -> int:
        """Removes jobs that ended longer ago than this; returns how many."""
        with self._database.begin() as connection:
            ended = sa.and_(jobs.c.state.in_((_FINISHED, _CANCELLED)), jobs.c.updated_at < now_of(connection) - seconds)
            return connection.execute(sa.delete(jobs).where(ended)).rowcount


def now_of(connection: sa.Connection) -> float:
    """Unix seconds of the queue's clock."""
    if connection.dialect.name == "postgresql":
        return float(connection.execute(sa.select(sa.extract("epoch", sa.func.clock_timestamp()))).scalar_one())
    return time.time()


def _first(connection: sa.Connection, wanted: sa.ColumnElement[bool]) -> sa.Row[Any] | None:
    """The job of the highest priority and, of these, the oldest. Two queries, as each can walk the queue's index in its
    order: a hundred thousand jobs are not sorted for one."""
    highest = connection.scalar(sa.select(jobs.c.priority).where(wanted).order_by(jobs.c.priority.desc()).limit(1))
    if highest is None:
        return None
    oldest = sa.select(jobs).where(wanted, jobs.c.priority == highest).order_by(jobs.c.created_at, jobs.c.id).limit(1)
    return connection.execute(oldest.with_for_update(skip_locked=True)).one_or_none()


def _urged(connection: sa.Connection, kind: str, subjects: Sequence[str], priority: int) -> dict[str, str]:
    """Subject -> id of the unfinished jobs, which have at least this priority then."""
    ids: dict[str, str] = {}
    for start in range(0, len(subjects), _MOST_VALUES):
        unfinished = _unfinished(kind, subjects[start : start + _MOST_VALUES])
        found = {
            row.subject: row.id for row in connection.execute(sa.select(jobs.c.subject, jobs.c.id).where(unfinished))
        }
        if found:
            lower = sa.and_(unfinished, jobs.c.priority < priority)
            connection.execute(sa.update(jobs).where(lower).values(priority=priority))
        ids |= found
    return ids


def _unfinished(kind: str, subjects: Sequence[str]) -> sa.ColumnElement[bool]:
    return sa.and_(jobs.c.kind == kind, jobs.c.subject.in_(subjects), jobs.c.state.in_(_OPEN))


def _change_held(connection: sa.Connection, lease: Lease, changes: Mapping[str, Any]) -> bool:
    """Changes the job if nobody claimed or ended it since; an expired lease that nobody took counts as held."""
    held = sa.and_(jobs.c.id == lease.job_id, jobs.c.fence == lease.fence, jobs.c.state == _RUNNING)
    return connection.execute(sa.update(jobs).where(held).values(dict(changes))).rowcount == 1


def _free_jobs_of_the_dead(connection: sa.Connection, now: float) -> None:
    here = sa.and_(jobs.c.state == _RUNNING, jobs.c.worker.startswith(_place() + ":", autoescape=True))
    dead = [
        worker for worker in connection.scalars(sa.select(jobs.c.worker).where(here).distinct()) if not _lives(worker)
    ]
    if not dead:
        return
    # Locked first, past what others hold, so that two that find the same dead cannot wait for each other.
    theirs = sa.select(jobs.c.id).where(here, jobs.c.worker.in_(dead)).with_for_update(skip_locked=True)
    free = sa.update(jobs).where(jobs.c.id.in_(list(connection.scalars(theirs))))
    connection.execute(free.values(state=_QUEUED, worker=None, updated_at=now))


def _place() -> str:
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")[:8]
    namespace = Path("/proc/self/ns/pid").readlink().name.strip("pid:[]")
    return f"{socket.gethostname()[:80]}~{boot}~{namespace}".replace(":", "-")


def _lives(worker: str) -> bool:
    _, pid, start = worker.rsplit(":", 2)
    return start == _start_of(int(pid))


def _start_of(pid: int) -> str | None:
    """When the process began; none if there is none, or only what its parent has not yet taken note of (a zombie)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in {"Z", "X"} else fields[19]  # proc(5): fields 3 (state) and 22 (starttime)
