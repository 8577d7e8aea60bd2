"""The rows of files in vector stores, within a transaction of whoever calls: entering, taking another's place, leaving.

A file that leaves is gone from every search the moment the transaction ends. What still lies of it in the index is
cleared afterwards; the table `departures` remembers it, so that a crash between the two leaves nothing behind.
"""

import dataclasses
import secrets
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from server.adapters.database.access_lists import inherit
from server.adapters.database.schema import departures, files, store_files, vector_stores
from server.adapters.database.serial import next_sequence, one_at_a_time
from server.errors import UnknownFile, UnknownStore
from server.model import Chunking, FileStatus, StoreFile

_COMPLETED = str(FileStatus.COMPLETED)
_MOST_NOTED = 5000


def alone(connection: sa.Connection) -> None:
    """Waits until nobody else has files enter, settle or leave: a decision about one may hang on another."""
    one_at_a_time(connection, f"lectern {store_files.name}")


def of(store_id: str, file_id: str) -> sa.ColumnElement[bool]:
    """The condition for a file's place in a store."""
    return sa.and_(store_files.c.store_id == store_id, store_files.c.file_id == file_id)


def row_of(connection: sa.Connection, store_id: str, file_id: str) -> StoreFile:
    """A file's place in a store. Raises UnknownFile."""
    row = connection.execute(sa.select(store_files).where(of(store_id, file_id))).one_or_none()
    if row is None:
        raise UnknownFile(file=file_id)
    return read(row)


def enter(connection: sa.Connection, entry: StoreFile) -> StoreFile:
    """Puts a file into a store, or back to the entry's status if it is there, where it keeps its place.

    What another successor of the same file has not completed is given up: the newest version wins. The entry comes
    back with the file in `replaces` that answers until then.

    Raises:
        UnknownStore, UnknownFile: there is no such store or file, or none such to replace.
    """
    alone(connection)
    sequence = next_sequence(connection, store_files)
    # The rows are locked so that they cannot go before this transaction has ended.
    for table, key, unknown in (
        (vector_stores, entry.store_id, UnknownStore(store=entry.store_id)),
        (files, entry.file_id, UnknownFile(file=entry.file_id)),
    ):
        row = sa.select(table.c.id).where(table.c.id == key).with_for_update(read=True, key_share=True)
        if connection.scalar(row) is None:
            raise unknown
    if entry.replaces is not None:  # from now on: its name and its text are shown before it answers
        inherit(connection, entry.file_id, entry.replaces)
    entry = _succeed(connection, entry)
    values = {field.name: getattr(entry, field.name) for field in dataclasses.fields(entry)} | outcome(entry)
    del values["progress"], values["read_into"], values["chunking"]
    values["chunk_tokens"] = entry.chunking and entry.chunking.max_tokens
    values["overlap_tokens"] = entry.chunking and entry.chunking.overlap_tokens
    values["attributes"] = dict(entry.attributes)
    kept = {key: value for key, value in values.items() if key != "created_at"}
    changed = connection.execute(sa.update(store_files).where(of(entry.store_id, entry.file_id)).values(kept))
    if not changed.rowcount:
        connection.execute(sa.insert(store_files).values(values | {"sequence": sequence}))
    gone = sa.and_(departures.c.store_id == entry.store_id, departures.c.file_id == entry.file_id)
    connection.execute(sa.delete(departures).where(gone))
    return entry


def settle(connection: sa.Connection, entry: StoreFile) -> bool:
    """Writes how reading ended, and leaves the attributes; a file that is completed takes the place of the one it
    replaces. False if it has left the store meanwhile or reading it was cancelled, or the store answers from another
    generation than it was read into."""
    alone(connection)
    if entry.read_into is not None:
        current = sa.select(sa.func.coalesce(vector_stores.c.generation, 0)).where(vector_stores.c.id == entry.store_id)
        if connection.scalar(current) != entry.read_into:
            return False
    where = sa.and_(of(entry.store_id, entry.file_id), store_files.c.status != str(FileStatus.CANCELLED))
    values = outcome(entry) | {"reading": secrets.token_hex(8)}
    update = sa.update(store_files).where(where).values(values).returning(store_files.c.replaces)
    row = connection.execute(update).one_or_none()
    if row is not None and row.replaces is not None and entry.status == FileStatus.COMPLETED:
        inherit(connection, entry.file_id, row.replaces)  # it may have been restricted since
        leave(connection, entry.store_id, [row.replaces])
        count = sa.func.coalesce(vector_stores.c.replacements, 0) + 1
        store = sa.update(vector_stores).where(vector_stores.c.id == entry.store_id)
        connection.execute(store.values(replacements=count))
    return row is not None


def leave(connection: sa.Connection, store_id: str, file_ids: Sequence[str]) -> None:
    """Takes at most a few thousand files out of a store, and notes that they left."""
    alone(connection)
    where = sa.and_(store_files.c.store_id == store_id, store_files.c.file_id.in_(file_ids))
    left = connection.execute(
        sa.delete(store_files).where(where).returning(store_files.c.file_id, store_files.c.owned)
    ).all()
    _note(connection, store_id, left)


def cancel(connection: sa.Connection, where: sa.ColumnElement[bool], store_id: str) -> int:
    """Gives up those of a store's files that are not read yet, and returns how many. They stay; what lies of them in
    the index is cleared as if they had left."""
    alone(connection)
    unread = sa.and_(where, store_files.c.store_id == store_id, store_files.c.status == str(FileStatus.IN_PROGRESS))
    update = sa.update(store_files).where(unread).values(status=str(FileStatus.CANCELLED))
    given_up = connection.execute(update.returning(store_files.c.file_id, sa.false().label("owned"))).all()
    for start in range(0, len(given_up), _MOST_NOTED):
        _note(connection, store_id, given_up[start : start + _MOST_NOTED])
    return len(given_up)


def lasting(now: int) -> sa.ColumnElement[bool]:
    """Of the places of files in stores: those of files that have not expired."""
    return store_files.c.file_id.not_in(sa.select(files.c.id).where(files.c.expires_at <= now))


def _note(connection: sa.Connection, store_id: str, left: Sequence[Any]) -> None:
    """Notes of files that something of them may still lie in the index."""
    known = sa.select(departures.c.file_id).where(
        departures.c.store_id == store_id, departures.c.file_id.in_([row.file_id for row in left])
    )
    noted = set(connection.scalars(known))
    rows = [
        {"store_id": store_id, "file_id": row.file_id, "owned": bool(row.owned)}
        for row in left
        if row.file_id not in noted
    ]
    if rows:
        connection.execute(sa.insert(departures), rows)


def pending_roots(connection: sa.Connection, store_id: str, file_ids: Sequence[str]) -> list[str]:
    """The files that still answer in the place of those of `file_ids` that are not completed."""
    table = store_files.c
    query = sa.select(table.replaces).where(
        table.store_id == store_id,
        table.file_id.in_(file_ids),
        table.replaces.is_not(None),
        table.status != _COMPLETED,
    )
    return list(connection.scalars(query))


def read(row: sa.Row[Any]) -> StoreFile:
    """The row as a StoreFile."""
    values: dict[str, Any] = {field.name: row._mapping.get(field.name) for field in dataclasses.fields(StoreFile)}
    values |= {"status": FileStatus(row.status), "losses": tuple(row.losses), "owned": bool(row.owned)}
    values["reading"] = row.reading or ""
    values["chunking"] = None if row.chunk_tokens is None else Chunking(row.chunk_tokens, row.overlap_tokens)
    values |= {name: tuple(values[name] or ()) for name in ("warnings", "quality_reasons")}
    return StoreFile(**values)


def outcome(entry: StoreFile) -> dict[str, Any]:
    """The columns that tell how reading ended."""
    return {
        "status": str(entry.status),
        "usage_bytes": entry.usage_bytes,
        "chunks": entry.chunks,
        "partial": entry.partial,
        "losses": [storable(loss) for loss in entry.losses],
        "error_code": entry.error_code,
        "error_message": None if entry.error_message is None else storable(entry.error_message),
        "warnings": [storable(warning) for warning in entry.warnings],
        "quality": entry.quality,
        "quality_reasons": [storable(reason) for reason in entry.quality_reasons],
        "duplicate_of": entry.duplicate_of,
    }


def storable(text: str) -> str:
    """The text without what PostgreSQL (NUL) or UTF-8 (halves of surrogate pairs) cannot hold."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()


def _succeed(connection: sa.Connection, entry: StoreFile) -> StoreFile:
    """The entry with the file that answers in its place until it is completed; other successors of that leave."""
    if entry.replaces is None:
        return entry
    try:
        before = row_of(connection, entry.store_id, entry.replaces)
    except UnknownFile as error:
        raise UnknownFile(file=entry.replaces, param="replaces") from error
    if before.status == FileStatus.FAILED and before.replaces is None:
        leave(connection, entry.store_id, [before.file_id])  # it never answered
        return dataclasses.replace(entry, replaces=None)
    pending = before.status != FileStatus.COMPLETED and before.replaces is not None
    root = before.replaces if pending else before.file_id
    table = store_files.c
    others = sa.select(table.file_id).where(
        table.store_id == entry.store_id,
        table.replaces == root,
        table.file_id != entry.file_id,
        table.status != _COMPLETED,
    )
    leave(connection, entry.store_id, list(connection.scalars(others)))
    return dataclasses.replace(entry, replaces=root)
