"""Batches of requests, and their lines while they run."""

import dataclasses
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from server.adapters.database.engine import Database
from server.adapters.database.entries import storable
from server.adapters.database.paging import rows_of
from server.adapters.database.schema import batch_lines, batches, files
from server.adapters.database.serial import next_sequence
from server.errors import UnknownBatch
from server.model import Caller, FileRecord, Page
from server.ports.batches import BatchLine, BatchRecord, BatchStatus, LineStatus

_MOST_ROWS = 5000


class SqlBatches:
    """The port `BatchRows` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, record: BatchRecord) -> None:
        """Stores the row."""
        with self._database.begin() as connection:
            sequence = next_sequence(connection, batches)
            connection.execute(sa.insert(batches).values(_values(record) | {"sequence": sequence}))

    def get(self, batch_id: str) -> BatchRecord:
        """The batch. Raises UnknownBatch."""
        with self._database.read() as connection:
            row = connection.execute(sa.select(batches).where(batches.c.id == batch_id)).one_or_none()
        if row is None:
            raise UnknownBatch(batch=batch_id)
        return _batch(row)

    def page(self, page: Page, caller: Caller) -> list[BatchRecord]:
        """A page of the caller's batches (an unlimited one's: of all). Raises InvalidRequest."""
        query = sa.select(batches)
        if not caller.unlimited:
            query = query.where(batches.c.owner == caller.owner)
        with self._database.read() as connection:
            return [_batch(row) for row in rows_of(connection, query, batches, page)]

    def unfinished(self) -> list[BatchRecord]:
        """The batches that have not ended."""
        ended = [str(status) for status in BatchStatus if status.ended]
        query = sa.select(batches).where(batches.c.status.not_in(ended)).order_by(batches.c.sequence)
        with self._database.read() as connection:
            return [_batch(row) for row in connection.execute(query)]

    def change(self, record: BatchRecord, of: BatchStatus, lines: Sequence[BatchLine] = ()) -> bool:
        """Writes how the batch stands, and its lines, if it is `of` that status still; False else."""
        with self._database.begin() as connection:
            if not _changed(connection, record, of):
                return False
            for start in range(0, len(lines), _MOST_ROWS):
                rows = [_values(line) for line in lines[start : start + _MOST_ROWS]]
                connection.execute(sa.insert(batch_lines), rows)
            return True

    def end(self, record: BatchRecord, of: BatchStatus, kept: Sequence[FileRecord]) -> bool:
        """As `change` for a batch that ends: stores the rows of its files, and removes its lines."""
        with self._database.begin() as connection:
            first = next_sequence(connection, files) if kept else 0
            if not _changed(connection, record, of):
                return False
            for place, file in enumerate(kept):
                connection.execute(sa.insert(files).values(_values(file) | {"sequence": first + place}))
            connection.execute(sa.delete(batch_lines).where(batch_lines.c.batch_id == record.id))
            return True

    def lines(self, batch_id: str, status: LineStatus, after: int, limit: int) -> list[BatchLine]:
        """The next lines of this status, by number."""
        where = sa.and_(
            batch_lines.c.batch_id == batch_id, batch_lines.c.status == str(status), batch_lines.c.number > after
        )
        query = sa.select(batch_lines).where(where).order_by(batch_lines.c.number).limit(limit)
        with self._database.read() as connection:
            return [_line(row) for row in connection.execute(query)]

    def settle(self, line: BatchLine) -> bool:
        """Writes what became of a line, once; False if that is known already, or the batch has ended."""
        waits = sa.and_(
            batch_lines.c.batch_id == line.batch_id,
            batch_lines.c.number == line.number,
            batch_lines.c.status == str(LineStatus.WAITING),
        )
        with self._database.begin(durable=False) as connection:  # what is lost with the power is asked again
            update = sa.update(batch_lines).where(waits).values(status=str(line.status), outcome=line.outcome)
            return connection.execute(update).rowcount == 1

    def counts(self, batch_id: str) -> dict[LineStatus, int]:
        """Status -> how many of the batch's lines have it."""
        query = sa.select(batch_lines.c.status, sa.func.count().label("number"))
        query = query.where(batch_lines.c.batch_id == batch_id).group_by(batch_lines.c.status)
        with self._database.read() as connection:
            found = {LineStatus(row.status): row.number for row in connection.execute(query)}
        return dict.fromkeys(LineStatus, 0) | found


def _changed(connection: sa.Connection, record: BatchRecord, of: BatchStatus) -> bool:
    here = sa.and_(batches.c.id == record.id, batches.c.status == str(of))
    return connection.execute(sa.update(batches).where(here).values(_values(record))).rowcount == 1


def _values(record: BatchRecord | BatchLine | FileRecord) -> dict[str, Any]:
    values = {one.name: getattr(record, one.name) for one in dataclasses.fields(record)}
    for name, value in values.items():
        if isinstance(value, StrEnum):
            values[name] = str(value)
        elif isinstance(value, Mapping):
            values[name] = dict(value)
        elif isinstance(value, tuple | list):
            values[name] = [dict(one) for one in value]
        elif isinstance(value, str):
            values[name] = storable(value)
    return values


def _batch(row: sa.Row[Any]) -> BatchRecord:
    values = {one.name: getattr(row, one.name) for one in dataclasses.fields(BatchRecord)}
    return BatchRecord(**values | {"status": BatchStatus(row.status), "errors": tuple(row.errors)})


def _line(row: sa.Row[Any]) -> BatchLine:
    values = {one.name: getattr(row, one.name) for one in dataclasses.fields(BatchLine)}
    return BatchLine(**values | {"status": LineStatus(row.status)})
