"""Generations of stores: beginning one, noting which files are in it, and the switch, each in one transaction."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from server.adapters.database import entries
from server.adapters.database.engine import Database
from server.adapters.database.schema import generations, rebuilt_files, store_files, vector_stores
from server.model import Building, FileStatus, Generation, StoreFile

_BUILDING, _LEAVING = "building", "leaving"
_COMPLETED = str(FileStatus.COMPLETED)
_READING = sa.func.coalesce(store_files.c.reading, "")


class SqlGenerations:
    """The port `Generations` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, store_id: str, fingerprint: str, dimensions: int) -> Generation | None:
        """Has the store come to answer from this embedder's vectors: returns the generation that is to be built for it,
        a new one or the one under way; none where the store answers from them already, or has gone. One under way for
        another embedder is rolled back."""
        table = vector_stores.c
        current = sa.func.coalesce(table.generation, 0)
        query = sa.select(table.fingerprint, sa.func.coalesce(table.last_generation, current)).where(
            table.id == store_id
        )
        with self._database.begin() as connection:
            entries.alone(connection)
            store = connection.execute(query).one_or_none()
            if store is None:
                return None
            under_way = _building(connection, store_id)
            if under_way is not None and under_way.fingerprint == fingerprint:
                return under_way
            _leave(connection, store_id, generations.c.state == _BUILDING)
            if store.fingerprint == fingerprint:
                return None
            begun = Generation(store_id, int(store[1]) + 1, fingerprint, dimensions)
            connection.execute(
                sa.update(vector_stores).where(table.id == store_id).values(last_generation=begun.number)
            )
            connection.execute(sa.insert(generations), _row(begun, _BUILDING))
            return begun

    def unlike(self, fingerprint: str, limit: int) -> list[str]:
        """Ids of stores that neither answer from this embedder's vectors nor are on their way to; or that are on their
        way to another's."""
        table, other = vector_stores.c, generations.c
        under_way = sa.select(other.fingerprint).where(other.store_id == table.id, other.state == _BUILDING)
        aim = sa.func.coalesce(under_way.scalar_subquery(), table.fingerprint)
        with self._database.read() as connection:
            query = sa.select(table.id).where(aim != fingerprint).order_by(table.sequence).limit(limit)
            return list(connection.scalars(query))

    def under_way(self) -> list[Generation]:
        """All that are being built."""
        return self._in_state(_BUILDING)

    def leaving(self) -> list[Generation]:
        """All of which something may still lie in the index, and which no question will be answered from again."""
        return self._in_state(_LEAVING)

    def _in_state(self, state: str) -> list[Generation]:
        query = sa.select(generations).where(generations.c.state == state)
        with self._database.read() as connection:
            found = connection.execute(query.order_by(generations.c.store_id, generations.c.number))
            return [_generation(row) for row in found]

    def building(self, store_ids: Sequence[str]) -> dict[str, Building]:
        """Those of the stores of which a generation is being built, and how far it is."""
        found: dict[str, Building] = {}
        wanted = sa.and_(generations.c.store_id.in_(store_ids), generations.c.state == _BUILDING)
        with self._database.read() as connection:
            for row in connection.execute(sa.select(generations).where(wanted)).all():
                generation = _generation(row)
                progress = connection.execute(_progress(generation)).one()
                found[row.store_id] = Building(generation, int(progress.done), int(progress.files))
        return found

    def rebuilt(self, generation: Generation) -> dict[str, str | None]:
        """Files of which something may lie in the generation -> their reading that is in it in whole, if one is."""
        query = sa.select(rebuilt_files.c.file_id, rebuilt_files.c.reading).where(_of(generation))
        with self._database.read() as connection:
            return {row.file_id: row.reading for row in connection.execute(query)}

    def note(self, generation: Generation, file_id: str) -> bool:
        """Notes that something of the file may lie in the generation from now on. False if it is not being built any
        more, and nothing may be written."""
        with self._database.begin() as connection:
            entries.alone(connection)
            if not _is_building(connection, generation):
                return False
            connection.execute(sa.delete(rebuilt_files).where(_of(generation, file_id)))
            row = {"store_id": generation.store_id, "number": generation.number, "file_id": file_id}
            connection.execute(sa.insert(rebuilt_files), row | {"chunks": 0, "usage_bytes": 0})
            return True

    def complete(self, generation: Generation, entry: StoreFile) -> None:
        """Notes that the file is in the generation in whole, with so many chunks and bytes."""
        values = {"reading": entry.reading, "chunks": entry.chunks, "usage_bytes": entry.usage_bytes}
        with self._database.begin(durable=False) as connection:  # what is lost with the power is copied again
            connection.execute(sa.update(rebuilt_files).where(_of(generation, entry.file_id)).values(values))

    def cleared(self, generation: Generation, file_id: str) -> None:
        """Notes that nothing of the file lies in the generation."""
        with self._database.begin(durable=False) as connection:
            connection.execute(sa.delete(rebuilt_files).where(_of(generation, file_id)))

    def switch(self, generation: Generation) -> bool:
        """Has the store answer from this generation, if it holds exactly the files that can be searched; the one before
        is leaving then. False, and nothing is changed, if it does not or is not being built any more."""
        with self._database.begin() as connection:
            entries.alone(connection)
            if not _is_building(connection, generation) or not _is_whole(connection, generation):
                return False
            table = vector_stores.c
            before = connection.execute(sa.select(vector_stores).where(table.id == generation.store_id)).one()
            connection.execute(_take_over_counts(generation))
            _end(connection, generation)
            old = Generation(before.id, before.generation or 0, before.fingerprint, before.dimensions)
            connection.execute(sa.insert(generations), _row(old, _LEAVING))
            values = {"generation": generation.number, "fingerprint": generation.fingerprint}
            values |= {"dimensions": generation.dimensions}
            connection.execute(sa.update(vector_stores).where(table.id == generation.store_id).values(values))
            return True

    def forget(self, generation: Generation) -> None:
        """Nothing is left of one that was leaving."""
        with self._database.begin() as connection:
            _end(connection, generation)


def leave_all(connection: sa.Connection, store_id: str) -> None:
    """Has all generations of a store leave with it, within the caller's transaction."""
    entries.alone(connection)
    _leave(connection, store_id, sa.true())
    row = connection.execute(sa.select(vector_stores).where(vector_stores.c.id == store_id)).one_or_none()
    if row is not None:
        answering = Generation(row.id, row.generation or 0, row.fingerprint, row.dimensions)
        connection.execute(sa.insert(generations), _row(answering, _LEAVING))


def _leave(connection: sa.Connection, store_id: str, which: sa.ColumnElement[bool]) -> None:
    where = sa.and_(generations.c.store_id == store_id, which)
    connection.execute(sa.update(generations).where(where).values(state=_LEAVING))


def _end(connection: sa.Connection, generation: Generation) -> None:
    connection.execute(sa.delete(rebuilt_files).where(_of(generation)))
    table = generations.c
    where = sa.and_(table.store_id == generation.store_id, table.number == generation.number)
    connection.execute(sa.delete(generations).where(where))


def _is_whole(connection: sa.Connection, generation: Generation) -> bool:
    """Whether the files in it are exactly those that are completed, each as it was read last."""
    lacking = sa.select(sa.func.count()).where(_completed(generation), ~_is_in(generation))
    table, rebuilt = store_files.c, rebuilt_files.c
    same = sa.exists().where(_completed(generation), table.file_id == rebuilt.file_id, rebuilt.reading == _READING)
    foreign = sa.select(sa.func.count()).where(_of(generation), ~same)
    return not connection.scalar(lacking) and not connection.scalar(foreign)


def _progress(generation: Generation) -> sa.Select[Any]:
    done = sa.func.coalesce(sa.func.sum(sa.case((_is_in(generation), 1), else_=0)), 0)
    return (
        sa.select(sa.func.count().label("files"), done.label("done"))
        .select_from(store_files)
        .where(_completed(generation))
    )


def _take_over_counts(generation: Generation) -> sa.Update:
    """Sets the files' chunks and bytes to those in the generation: one that was read anew may have other chunks."""
    rebuilt = rebuilt_files.c
    here = sa.and_(_of(generation), rebuilt.file_id == store_files.c.file_id)
    values = {name: sa.select(rebuilt[name]).where(here).scalar_subquery() for name in ("chunks", "usage_bytes")}
    return sa.update(store_files).where(_completed(generation)).values(values)


def _completed(generation: Generation) -> sa.ColumnElement[bool]:
    return sa.and_(store_files.c.store_id == generation.store_id, store_files.c.status == _COMPLETED)


def _is_in(generation: Generation) -> sa.ColumnElement[bool]:
    rebuilt = rebuilt_files.c
    return sa.exists().where(_of(generation), rebuilt.file_id == store_files.c.file_id, rebuilt.reading == _READING)


def _of(generation: Generation, file_id: str | None = None) -> sa.ColumnElement[bool]:
    table = rebuilt_files.c
    here = sa.and_(table.store_id == generation.store_id, table.number == generation.number)
    return here if file_id is None else sa.and_(here, table.file_id == file_id)


def _is_building(connection: sa.Connection, generation: Generation) -> bool:
    return _building(connection, generation.store_id) == generation


def _building(connection: sa.Connection, store_id: str) -> Generation | None:
    query = sa.select(generations).where(generations.c.store_id == store_id, generations.c.state == _BUILDING)
    row = connection.execute(query).one_or_none()
    return None if row is None else _generation(row)


def _generation(row: sa.Row[Any]) -> Generation:
    return Generation(row.store_id, row.number, row.fingerprint, row.dimensions)


def _row(generation: Generation, state: str) -> dict[str, str | int]:
    return {
        "store_id": generation.store_id,
        "number": generation.number,
        "fingerprint": generation.fingerprint,
        "dimensions": generation.dimensions,
        "state": state,
    }
