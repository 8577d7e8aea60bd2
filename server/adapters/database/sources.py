"""Sources of vector stores, and the files taken from them."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from server.adapters.database import entries
from server.adapters.database.engine import Database
from server.adapters.database.schema import files, source_files, sources, store_files, vector_stores
from server.adapters.database.serial import next_sequence
from server.adapters.database.slices import slices
from server.adapters.database.visible import shown
from server.errors import UnknownSource, UnknownStore
from server.model import (
    Caller,
    FileStatus,
    SourceFile,
    SourceOptions,
    SourceRecord,
    SourceStatus,
    StoreFile,
    Taking,
    path_key,
)

# In one transaction: others write between two of them.
_AT_ONCE = 500
_RUNNING, _DELETING = str(SourceStatus.RUNNING), str(SourceStatus.DELETING)


class SqlSources:
    """The port `Sources` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, source: SourceRecord) -> None:
        """Stores the row. Raises UnknownStore."""
        values = {field.name: getattr(source, field.name) for field in dataclasses.fields(source)}
        values |= {"options": dataclasses.asdict(source.options), "counts": dict(source.counts)}
        here = sa.select(vector_stores.c.id).where(vector_stores.c.id == source.store_id)
        with self._database.begin() as connection:
            values["sequence"] = next_sequence(connection, sources)
            if connection.scalar(here.with_for_update(read=True, key_share=True)) is None:
                raise UnknownStore(store=source.store_id)
            connection.execute(sa.insert(sources).values(values))

    def source(self, source_id: str) -> SourceRecord:
        """The source, unless it is to be deleted and its files are gone already. Raises UnknownSource."""
        with self._database.read() as connection:
            row = connection.execute(sa.select(sources).where(sources.c.id == source_id)).one_or_none()
        if row is None:
            raise UnknownSource(source=source_id)
        return _read(row)

    def of_store(self, store_id: str) -> list[SourceRecord]:
        """The store's sources, in the order in which they came."""
        query = sa.select(sources).where(sources.c.store_id == store_id).order_by(sources.c.sequence)
        with self._database.read() as connection:
            return [_read(row) for row in connection.execute(query)]

    def due(self, now: int) -> list[SourceRecord]:
        """Those whose time has come and that do not run already, and those that are to be deleted."""
        waits = sa.and_(sources.c.next_at <= now, sources.c.status != _RUNNING)
        query = sa.select(sources).where(sa.or_(waits, sources.c.status == _DELETING)).order_by(sources.c.next_at)
        with self._database.read() as connection:
            return [_read(row) for row in connection.execute(query)]

    def plan(self, source_id: str, next_at: int) -> None:
        """Sets when it runs next."""
        self._change(sources.c.id == source_id, next_at=next_at)

    def begin(self, source_id: str, now: int) -> None:
        """A run begins; nothing changes for one that is to be deleted."""
        alive = sa.and_(sources.c.id == source_id, sources.c.status != _DELETING)
        self._change(alive, status=_RUNNING, started_at=now)

    def end(self, run: SourceRecord) -> None:
        """Writes how the run ended; one that was asked for meanwhile stays planned."""
        next_at = sa.case((sources.c.next_at <= run.ended_at, sources.c.next_at), else_=run.next_at)
        values = {"status": str(run.status), "ended_at": run.ended_at, "counts": dict(run.counts), "mark": run.mark}
        values["message"] = None if run.message is None else entries.storable(run.message)
        self._change(sa.and_(sources.c.id == run.id, sources.c.status == _RUNNING), next_at=next_at, **values)

    def condemn(self, source_id: str) -> None:
        """It is to be deleted, with its files."""
        self._change(sources.c.id == source_id, status=_DELETING)

    def remove(self, source_id: str) -> None:
        """Removes the row and those of its files."""
        with self._database.begin() as connection:
            connection.execute(sa.delete(sources).where(sources.c.id == source_id))

    def files(self, source_id: str) -> dict[str, SourceFile]:
        """`path_key` of the path -> the file taken from there."""
        here = sa.and_(store_files.c.store_id == sources.c.store_id, store_files.c.file_id == source_files.c.file_id)
        query = (
            sa.select(*source_files.c, store_files.c.status)
            .select_from(source_files.join(sources).outerjoin(store_files, here))
            .where(source_files.c.source_id == source_id)
        )
        with self._database.read() as connection:
            return {
                row.key: SourceFile(
                    row.path, row.file_id, row.stamp, row.sha256, None if row.status is None else FileStatus(row.status)
                )
                for row in connection.execute(query)
            }

    def take(self, source_id: str, batch: Sequence[Taking]) -> list[StoreFile]:
        """Adds files, their places in the store and where they were taken from, all or nothing. The entries come back
        with the files that answer until they are completed.

        Raises:
            UnknownSource: the source is to be deleted, or another run of it was first.
        """
        with self._database.begin() as connection:
            running = sa.select(sources.c.id).where(sources.c.id == source_id, sources.c.status == _RUNNING)
            if connection.scalar(running.with_for_update()) is None:
                raise UnknownSource(source=source_id)
            return [self._take(connection, source_id, one) for one in batch]

    def _take(self, connection: sa.Connection, source_id: str, one: Taking) -> StoreFile:
        key = path_key(one.path)
        place = sa.and_(source_files.c.source_id == source_id, source_files.c.key == key)
        if connection.scalar(sa.select(source_files.c.file_id).where(place)) != one.before:
            raise UnknownSource(source=source_id)
        name = {"filename": entries.storable(one.file.filename), "sequence": next_sequence(connection, files)}
        connection.execute(sa.insert(files).values(dataclasses.asdict(one.file) | name))
        entry = entries.enter(connection, one.entry)
        values = {"file_id": one.file.id, "stamp": one.stamp, "sha256": one.file.sha256}
        if one.before is None:
            values |= {"source_id": source_id, "key": key, "path": entries.storable(one.path)}
            connection.execute(sa.insert(source_files).values(values))
        else:
            connection.execute(sa.update(source_files).where(place).values(values))
        return entry

    def restamp(self, source_id: str, stamps: Mapping[str, str]) -> None:
        """`path_key` of the path -> stamp: what changed there is not the content."""
        if not stamps:
            return
        change = (
            sa.update(source_files)
            .where(source_files.c.source_id == source_id, source_files.c.key == sa.bindparam("place"))
            .values(stamp=sa.bindparam("told"))
        )
        with self._database.begin() as connection:
            connection.execute(change, [{"place": key, "told": stamp} for key, stamp in stamps.items()])

    def drop(self, source_id: str, keys: Sequence[str]) -> None:
        """Files that are gone from the source leave the store, with those that answer in their place."""
        store = sa.select(sources.c.store_id).where(sources.c.id == source_id)
        for part in slices(keys, _AT_ONCE):
            gone = sa.and_(source_files.c.source_id == source_id, source_files.c.key.in_(part))
            with self._database.begin() as connection:
                store_id = connection.scalar(store)
                ids = list(connection.scalars(sa.delete(source_files).where(gone).returning(source_files.c.file_id)))
                if store_id is not None:
                    entries.leave(connection, store_id, [*ids, *entries.pending_roots(connection, store_id, ids)])

    def counts(self, source_ids: Sequence[str], caller: Caller) -> dict[str, dict[str, int]]:
        """Source -> status in the store -> files; what is kept from the caller counts not."""
        counts = {source_id: dict.fromkeys(map(str, FileStatus), 0) for source_id in source_ids}
        here = sa.and_(store_files.c.store_id == sources.c.store_id, store_files.c.file_id == source_files.c.file_id)
        query = (
            sa.select(source_files.c.source_id, store_files.c.status, sa.func.count())
            .select_from(source_files.join(sources).join(store_files, here))
            .where(source_files.c.source_id.in_(source_ids), shown(caller))
            .group_by(source_files.c.source_id, store_files.c.status)
        )
        with self._database.read() as connection:
            for source_id, status, number in connection.execute(query):
                counts[source_id][status] = number
        return counts

    def _change(self, where: sa.ColumnElement[bool], **values: Any) -> None:
        with self._database.begin() as connection:
            connection.execute(sa.update(sources).where(where).values(values))


def _read(row: sa.Row[Any]) -> SourceRecord:
    values: dict[str, Any] = {field.name: row._mapping[field.name] for field in dataclasses.fields(SourceRecord)}
    options: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in row.options.items()}
    values |= {"options": SourceOptions(**options), "status": SourceStatus(row.status), "counts": row.counts or {}}
    return SourceRecord(**values)
