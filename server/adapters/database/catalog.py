"""Files, vector stores and the files in them."""

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa

from server.adapters.database import entries, store_rows
from server.adapters.database.answering import answering
from server.adapters.database.engine import Database
from server.adapters.database.generations import leave_all
from server.adapters.database.group_commit import GroupCommit
from server.adapters.database.paging import rows_of
from server.adapters.database.schema import departures, files, store_files, store_grants, vector_stores
from server.adapters.database.serial import next_sequence
from server.adapters.database.slices import slices
from server.adapters.database.visible import in_stores, of_files, shown
from server.errors import UnknownFile
from server.model import (
    AnsweringFile,
    Caller,
    Departure,
    FileRecord,
    FileStatus,
    Page,
    Role,
    StoreFile,
    StoreRecord,
)

_LEAVING_AT_ONCE = 2000


class SqlCatalog:
    """The port `Catalog` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self._adding: GroupCommit[FileRecord] = GroupCommit(self._add_files)

    def add_file(self, *added: FileRecord) -> None:
        """Stores the rows, all or none. Those who come at the same time share a commit."""
        self._adding.put(added)

    def _add_files(self, added: Sequence[FileRecord]) -> None:
        rows = [{**dataclasses.asdict(file), "filename": entries.storable(file.filename)} for file in added]
        with self._database.begin() as connection:
            first = next_sequence(connection, files)
            connection.execute(sa.insert(files), [{**row, "sequence": first + place} for place, row in enumerate(rows)])

    def file(self, file_id: str) -> FileRecord:
        """The file. Raises UnknownFile."""
        found = self.files_by_id([file_id])
        if file_id not in found:
            raise UnknownFile(file=file_id)
        return found[file_id]

    def files(self, purpose: str | None, page: Page, caller: Caller) -> list[FileRecord]:
        """A page of the files that the caller may read, by creation time. Raises InvalidRequest for an unknown `after`,
        `before` or `order`."""
        query = sa.select(files).where(self._live(), of_files(caller, Role.READER))
        if purpose is not None:
            query = query.where(files.c.purpose == purpose)
        with self._database.read() as connection:
            return [_file(row) for row in rows_of(connection, query, files, page)]

    def files_by_id(self, file_ids: Sequence[str]) -> dict[str, FileRecord]:
        """Those of the files that exist, and have not expired."""
        found: dict[str, FileRecord] = {}
        with self._database.read() as connection:
            for part in slices(file_ids):
                rows = connection.execute(sa.select(files).where(files.c.id.in_(part), self._live()))
                found |= {row.id: _file(row) for row in rows}
        return found

    def expired_files(self, limit: int) -> list[str]:
        """Ids of files that have expired and are not removed yet."""
        query = sa.select(files.c.id).where(self._gone()).order_by(files.c.expires_at).limit(limit)
        with self._database.read() as connection:
            return list(connection.scalars(query))

    def _gone(self) -> sa.ColumnElement[bool]:
        return files.c.expires_at <= int(self._clock())

    def _live(self) -> sa.ColumnElement[bool]:
        return sa.or_(files.c.expires_at.is_(None), sa.not_(self._gone()))

    def _entries(self, store_id: str) -> sa.Select[Any]:
        """The files of a store but for those that have expired."""
        return sa.select(store_files).where(store_files.c.store_id == store_id, entries.lasting(int(self._clock())))

    def set_media_type(self, file_id: str, media_type: str) -> None:
        """Notes what the content was found to be."""
        with self._database.begin(durable=False) as connection:
            connection.execute(sa.update(files).where(files.c.id == file_id).values(media_type=media_type))

    def remove_file(self, file_id: str) -> None:
        """Removes the row and its places in stores."""
        with self._database.begin() as connection:
            connection.execute(sa.delete(files).where(files.c.id == file_id))

    def add_store(self, store: StoreRecord, grants: Mapping[str, Role] | None = None) -> None:
        """Stores the row, and the roles that principals have in it."""
        granted = [
            {"store_id": store.id, "principal": name, "role": str(role)} for name, role in (grants or {}).items()
        ]
        values = {field.name: getattr(store, field.name) for field in dataclasses.fields(store)}
        values |= {"name": entries.storable(store.name), "metadata": dict(store.metadata)}
        values["description"] = store.description and entries.storable(store.description)
        with self._database.begin() as connection:
            values["sequence"] = next_sequence(connection, vector_stores)
            connection.execute(sa.insert(vector_stores).values(values))
            if granted:
                connection.execute(sa.insert(store_grants), granted)

    def store(self, store_id: str) -> StoreRecord:
        """The store. Raises UnknownStore."""
        with self._database.read() as connection:
            return store_rows.row_of(connection, store_id)

    def store_by_name(self, name: str, caller: Caller) -> StoreRecord | None:
        """The store of that id, else the oldest of that name, of those that the caller may read."""
        table = vector_stores
        named = sa.or_(table.c.id == name, table.c.name == name)
        query = sa.select(table).where(named, in_stores(caller, Role.READER))
        first = sa.case((table.c.id == name, 0), else_=1)
        with self._database.read() as connection:
            row = connection.execute(query.order_by(first, table.c.sequence).limit(1)).one_or_none()
        return None if row is None else store_rows.read(row)

    def stores(self, page: Page, caller: Caller) -> list[StoreRecord]:
        """A page of the stores that the caller may read, by creation time. Raises InvalidRequest for an unknown
        `after`, `before` or `order`."""
        query = sa.select(vector_stores).where(in_stores(caller, Role.READER))
        with self._database.read() as connection:
            return [store_rows.read(row) for row in rows_of(connection, query, vector_stores, page)]

    def update_store(self, store_id: str, changes: Mapping[str, Any]) -> StoreRecord:
        """Sets the fields of the store that are given. Raises UnknownStore."""
        changes = {
            name: entries.storable(value) if isinstance(value, str) else value for name, value in changes.items()
        }
        with self._database.begin() as connection:
            if changes:
                connection.execute(sa.update(vector_stores).where(vector_stores.c.id == store_id).values(changes))
            return store_rows.row_of(connection, store_id)

    def touch_store(self, store_id: str, now: int) -> None:
        """Notes a use; one that has expired stays so."""
        table = vector_stores
        later = sa.and_(table.c.id == store_id, table.c.last_active_at < now, sa.not_(store_rows.expired(now)))
        with self._database.begin() as connection:
            connection.execute(sa.update(table).where(later).values(last_active_at=now))

    def expired_stores(self, limit: int) -> list[str]:
        """Ids of stores that have expired and still hold files."""
        held = sa.exists().where(store_files.c.store_id == vector_stores.c.id)
        query = sa.select(vector_stores.c.id).where(store_rows.expired(int(self._clock())), held).limit(limit)
        with self._database.read() as connection:
            return list(connection.scalars(query))

    def empty_store(self, store_id: str) -> None:
        """Takes all files out of the store, and notes that they left."""
        held = sa.select(store_files.c.file_id).where(store_files.c.store_id == store_id)
        with self._database.begin() as connection:
            entries.alone(connection)
            for part in slices(list(connection.scalars(held))):
                entries.leave(connection, store_id, part)

    def remove_store(self, store_id: str) -> None:
        """Removes the row and the places of files in it; those it owned have left, and so do its generations."""
        owned = sa.select(store_files.c.file_id).where(store_files.c.store_id == store_id, store_files.c.owned)
        with self._database.begin() as connection:
            for part in slices(list(connection.scalars(owned))):
                entries.leave(connection, store_id, part)
            leave_all(connection, store_id)
            connection.execute(sa.delete(vector_stores).where(vector_stores.c.id == store_id))

    def attach(self, entry: StoreFile) -> StoreFile:
        """Puts a file into a store, or back to the entry's status if it is there, where it keeps its place.

        What another successor of the same file has not completed leaves; the entry comes back with the file that
        answers until then.

        Raises:
            UnknownStore, UnknownFile: there is no such store or file, or none such to replace.
        """
        with self._database.begin() as connection:
            return entries.enter(connection, entry)

    def attach_all(self, new: Sequence[StoreFile]) -> list[StoreFile]:
        """As `attach` for each; all or none."""
        with self._database.begin() as connection:
            return [entries.enter(connection, entry) for entry in new]

    def store_file(self, store_id: str, file_id: str) -> StoreFile:
        """The file's place in the store. Raises UnknownFile."""
        found = self.store_files_by_id(store_id, [file_id])
        if file_id not in found:
            raise UnknownFile(file=file_id)
        return found[file_id]

    def store_files_by_id(self, store_id: str, file_ids: Sequence[str]) -> dict[str, StoreFile]:
        """Those of the files that are in the store, as they stood at one moment."""
        found: dict[str, StoreFile] = {}
        with self._database.read() as connection:
            for part in slices(file_ids):
                rows = connection.execute(self._entries(store_id).where(store_files.c.file_id.in_(part)))
                found |= {row.file_id: entries.read(row) for row in rows}
        return found

    def answering(self, store_id: str, file_ids: Sequence[str]) -> tuple[tuple[int, int], dict[str, AnsweringFile]]:
        """The store's version, and those of the files that questions are answered from, as they stood at that one
        moment; for at most a few thousand files. Raises UnknownStore."""
        with self._database.read() as connection:
            return answering(connection, store_id, file_ids, int(self._clock()))

    def store_files(self, store_id: str, status: str | None, page: Page, caller: Caller) -> list[StoreFile]:
        """A page of a store's files, but for those that are kept from the caller. Raises InvalidRequest for an unknown
        `after`, `before` or `order`."""
        query = self._entries(store_id).where(shown(caller))
        only = None if status is None else store_files.c.status == status
        with self._database.read() as connection:
            return [entries.read(row) for row in rows_of(connection, query, store_files, page, "file_id", only)]

    def all_store_files(self, store_id: str) -> list[StoreFile]:
        """Every file of a store, in the order in which they came."""
        query = self._entries(store_id).order_by(store_files.c.sequence)
        with self._database.read() as connection:
            return [entries.read(row) for row in connection.execute(query)]

    def attributes(self, store_id: str) -> list[tuple[str, Mapping[str, str | float | bool]]]:
        """(id, attributes) of every file of a store, in the order in which they came."""
        query = self._entries(store_id).with_only_columns(
            store_files.c.file_id, sa.cast(store_files.c.attributes, sa.Text)
        )
        known: dict[str, Mapping[str, str | float | bool]] = {}
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(store_files.c.sequence)).all()
        for _, text in rows:
            if text not in known:
                known[text] = orjson.loads(text)
        return [(file_id, known[text]) for file_id, text in rows]

    def stores_of_file(self, file_id: str) -> list[str]:
        """Ids of the stores that hold the file."""
        query = sa.select(store_files.c.store_id).where(store_files.c.file_id == file_id)
        with self._database.read() as connection:
            return list(connection.scalars(query.order_by(store_files.c.sequence)))

    def set_outcome(self, entry: StoreFile) -> bool:
        """Writes how reading ended, and leaves the attributes; a file that is completed takes the place of the one it
        replaces in the same moment. False if it has left the store meanwhile, or was read into another generation
        than answers now."""
        with self._database.begin(durable=False) as connection:  # what is lost with the power is read again
            return entries.settle(connection, entry)

    def give_up(self, store_id: str, file_id: str) -> bool:
        """Gives up a file that is not read yet: it stays in the store, cancelled. False if there is none such."""
        with self._database.begin() as connection:
            return entries.cancel(connection, entries.of(store_id, file_id), store_id) > 0

    def set_attributes(self, store_id: str, file_id: str, attributes: Mapping[str, str | float | bool]) -> StoreFile:
        """Replaces a file's attributes. Raises UnknownFile."""
        update = sa.update(store_files).where(entries.of(store_id, file_id)).values(attributes=dict(attributes))
        with self._database.begin() as connection:
            connection.execute(update)
        return self.store_file(store_id, file_id)

    def detach(self, store_id: str, file_id: str) -> None:
        """Takes the file out of the store, and notes that it left."""
        with self._database.begin() as connection:
            entries.leave(connection, store_id, [file_id])

    def detach_all(self, store_id: str, file_ids: Sequence[str], *, delete: bool) -> list[str]:
        """Takes those of the files that are in the store out of it, all in one, and notes that they left; with
        `delete`, that the store owned them. Returns their ids."""
        left: list[str] = []
        with self._database.begin() as connection:
            entries.alone(connection)
            for part in slices(file_ids, _LEAVING_AT_ONCE):
                where = sa.and_(store_files.c.store_id == store_id, store_files.c.file_id.in_(part))
                left += connection.scalars(sa.select(store_files.c.file_id).where(where))
                if delete:
                    connection.execute(sa.update(store_files).where(where).values(owned=True))
                entries.leave(connection, store_id, part)
        return left

    def departures(self, limit: int) -> list[Departure]:
        """Files that left a store and of which something may still lie in the index."""
        with self._database.read() as connection:
            return [Departure(*row) for row in connection.execute(sa.select(departures).limit(limit))]

    def forget_departure(self, departure: Departure) -> None:
        """Nothing is left of it."""
        here = sa.and_(departures.c.store_id == departure.store_id, departures.c.file_id == departure.file_id)
        with self._database.begin() as connection:
            connection.execute(sa.delete(departures).where(here))

    def file_counts(self, store_ids: Sequence[str], caller: Caller) -> dict[str, dict[str, int]]:
        """Store -> each status -> files, with usage_bytes under that name; what is kept from the caller counts not."""
        names = [str(status) for status in FileStatus] + ["usage_bytes"]
        counts = {store_id: dict.fromkeys(names, 0) for store_id in store_ids}
        table = store_files
        columns = (table.c.store_id, table.c.status, sa.func.count(), sa.func.sum(table.c.usage_bytes))
        with self._database.read() as connection:
            for part in slices(store_ids):
                query = sa.select(*columns).where(
                    table.c.store_id.in_(part), entries.lasting(int(self._clock())), shown(caller)
                )
                query = query.group_by(table.c.store_id, table.c.status)
                for store_id, status, number, used in connection.execute(query):
                    counts[store_id][status] = number
                    counts[store_id]["usage_bytes"] += int(used)
        return counts


def _file(row: sa.Row[Any]) -> FileRecord:
    return FileRecord(**{field.name: row._mapping[field.name] for field in dataclasses.fields(FileRecord)})
