"""Batches of files that were put into a store together."""

import dataclasses
import time
from collections.abc import Callable, Sequence

import sqlalchemy as sa

from server.adapters.database import entries
from server.adapters.database.engine import Database
from server.adapters.database.paging import rows_of
from server.adapters.database.schema import file_batch_members, file_batches, store_files, vector_stores
from server.adapters.database.visible import shown
from server.errors import UnknownFileBatch, UnknownStore
from server.model import Caller, FileBatch, Page, StoreFile

_MOST_VALUES = 10_000


class SqlFileBatches:
    """The port `FileBatchRows` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def add(self, batch: FileBatch, file_ids: Sequence[str]) -> None:
        """Stores the rows; the counts are not kept. Raises UnknownStore."""
        here = sa.select(vector_stores.c.id).where(vector_stores.c.id == batch.store_id)
        members = [{"batch_id": batch.id, "file_id": file_id} for file_id in dict.fromkeys(file_ids)]
        with self._database.begin() as connection:
            if connection.scalar(here.with_for_update(read=True, key_share=True)) is None:
                raise UnknownStore(store=batch.store_id)
            values = {"id": batch.id, "store_id": batch.store_id, "created_at": batch.created_at}
            connection.execute(sa.insert(file_batches).values(values))
            for start in range(0, len(members), _MOST_VALUES):
                connection.execute(sa.insert(file_batch_members), members[start : start + _MOST_VALUES])

    def get(self, store_id: str, batch_id: str, caller: Caller) -> FileBatch:
        """A batch with the counts of the files that the caller may read. Raises UnknownFileBatch."""
        table = file_batches.c
        query = sa.select(file_batches).where(table.id == batch_id, table.store_id == store_id)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
            if row is None:
                raise UnknownFileBatch(batch=batch_id)
            batch = FileBatch(row.id, row.store_id, row.created_at, {}, row.cancelled_at is not None)
            status = store_files.c.status
            counted = sa.select(status, sa.func.count().label("number")).where(self._here(batch, caller))
            counts = {row.status: row.number for row in connection.execute(counted.group_by(status))}
        return dataclasses.replace(batch, counts=counts)

    def files(self, batch: FileBatch, status: str | None, page: Page, caller: Caller) -> list[StoreFile]:
        """A page of those of a batch's files that are in the store and that the caller may read. Raises InvalidRequest
        for an unknown `after`, `before` or `order`."""
        query = sa.select(store_files).where(self._here(batch, caller))
        only = None if status is None else store_files.c.status == status
        with self._database.read() as connection:
            return [entries.read(row) for row in rows_of(connection, query, store_files, page, "file_id", only)]

    def cancel(self, batch: FileBatch) -> None:
        """Gives up those of its files that are not read yet."""
        noted = sa.and_(file_batches.c.id == batch.id, file_batches.c.cancelled_at.is_(None))
        with self._database.begin() as connection:
            entries.cancel(connection, _members(batch), batch.store_id)
            connection.execute(sa.update(file_batches).where(noted).values(cancelled_at=int(self._clock())))

    def _here(self, batch: FileBatch, caller: Caller) -> sa.ColumnElement[bool]:
        """Of the places of files in stores: those of the batch's files that the caller may read."""
        return sa.and_(_members(batch), entries.lasting(int(self._clock())), shown(caller))


def _members(batch: FileBatch) -> sa.ColumnElement[bool]:
    """Of the places of files in stores: those of a batch's files."""
    members = sa.select(file_batch_members.c.file_id).where(file_batch_members.c.batch_id == batch.id)
    return sa.and_(store_files.c.store_id == batch.store_id, store_files.c.file_id.in_(members))
