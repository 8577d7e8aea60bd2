"""What the queue holds, row by row."""

from dataclasses import fields
from typing import Any, Final

import sqlalchemy as sa

from server.adapters.database.engine import Database
from server.adapters.database.jobs import now_of
from server.adapters.database.schema import jobs
from server.errors import InvalidRequest, UnknownJob
from server.model import JobFilter, JobRecord, JobState, Page

_FIELDS: Final = tuple(field.name for field in fields(JobRecord))


class SqlJobRows:
    """The port `JobRows` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, wanted: JobFilter, page: Page) -> list[JobRecord]:
        """A page of the jobs, by the time they were queued. Raises InvalidRequest: an unknown `after` or `before`."""
        query = sa.select(jobs)
        if wanted.states:
            query = query.where(jobs.c.state.in_(sorted(wanted.states)))
        if wanted.kinds:
            query = query.where(jobs.c.kind.in_(sorted(wanted.kinds)))
        place, rising = sa.tuple_(jobs.c.created_at, jobs.c.id), page.order == "asc"
        with self._database.read() as connection:
            for name, of in (("after", page.after), ("before", page.before)):
                if of is not None:
                    bound = _place(connection, name, of)
                    query = query.where(place > bound if rising == (name == "after") else place < bound)
            ascending = rising != page.backwards
            order = [column.asc() if ascending else column.desc() for column in (jobs.c.created_at, jobs.c.id)]
            found = [_record(row) for row in connection.execute(query.order_by(*order).limit(page.limit))]
        return found[::-1] if page.backwards else found

    def get(self, job_id: str) -> JobRecord:
        """A job. Raises UnknownJob."""
        with self._database.read() as connection:
            row = connection.execute(sa.select(jobs).where(jobs.c.id == job_id)).one_or_none()
        if row is None:
            raise UnknownJob(job=job_id)
        return _record(row)

    def counts(self) -> dict[tuple[str, str], int]:
        """Kind and state -> number of jobs; of ended ones, those that the queue still remembers."""
        query = sa.select(jobs.c.kind, jobs.c.state, sa.func.count().label("number"))
        with self._database.read() as connection:
            found = connection.execute(query.group_by(jobs.c.kind, jobs.c.state))
            return {(row.kind, row.state): row.number for row in found}

    def hurry(self, job_id: str) -> bool:
        """Has a job that waits for its next attempt be begun at once; False if it does not wait."""
        with self._database.begin() as connection:
            now = now_of(connection)
            waits = sa.and_(jobs.c.id == job_id, jobs.c.state == str(JobState.QUEUED), jobs.c.not_before > now)
            return connection.execute(sa.update(jobs).where(waits).values(not_before=now)).rowcount == 1


def _place(connection: sa.Connection, name: str, job_id: str) -> sa.ColumnElement[Any]:
    row = connection.execute(sa.select(jobs.c.created_at, jobs.c.id).where(jobs.c.id == job_id)).one_or_none()
    if row is None:
        raise InvalidRequest(param=name, detail=f"there is nothing with the id {job_id!r} to go on {name}")
    return sa.tuple_(sa.literal(row.created_at), sa.literal(row.id))


def _record(row: sa.Row[Any]) -> JobRecord:
    held = {name: getattr(row, name) for name in _FIELDS}
    return JobRecord(**held | {"state": JobState(row.state)})
