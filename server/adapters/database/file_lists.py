"""Lists of the files in vector stores."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import sqlalchemy as sa

from server.adapters.database import entries
from server.adapters.database.engine import Database
from server.adapters.database.paging import rows_of
from server.adapters.database.schema import files, store_files
from server.adapters.database.visible import shown
from server.model import Caller, FileKind, FileSort, FileStatus, FilesWanted, Page, StoreFile

_COLUMNS: Final[Mapping[FileSort, sa.ColumnElement[Any] | None]] = {
    FileSort.CREATED_AT: None,
    FileSort.FILENAME: files.c.folded,
    FileSort.BYTES: files.c.bytes,
    FileSort.STATUS: store_files.c.status,
}


class SqlFileLists:
    """The port `FileLists` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def page(self, store_id: str, wanted: FilesWanted, page: Page, caller: Caller) -> list[StoreFile]:
        """A page of the files wanted, but for those that are kept from the caller; files that are equal in what they
        are ordered by stand in the order in which they came. Raises InvalidRequest for an unknown `after`, `before` or
        `order`."""
        # What a file is called and how it stands may change between two pages: it stays a place to go on from.
        query = self._here(sa.select(store_files), store_id, caller)
        only = sa.and_(_of_any(wanted), _of_kinds(wanted.kinds))
        by = _COLUMNS[wanted.sort]
        with self._database.read() as connection:
            rows = rows_of(connection, query, store_files, page, "file_id", only, by=by)
        return [entries.read(row) for row in rows]

    def counts(self, store_id: str, wanted: FilesWanted, caller: Caller) -> Mapping[str, int]:
        """How many files there are of each kind among those wanted of any kind; under `total`, how many are wanted."""
        columns = [_number(_is(kind)).label(str(kind)) for kind in FileKind]
        columns.append(_number(_of_kinds(wanted.kinds)).label("total"))
        query = self._here(sa.Select(*columns), store_id, caller).where(_of_any(wanted))
        with self._database.read() as connection:
            row = connection.execute(query).one()
        return {name: int(value or 0) for name, value in row._mapping.items()}

    def _here(self, query: sa.Select[Any], store_id: str, caller: Caller) -> sa.Select[Any]:
        """The store's files that the caller may know of, each beside its own row."""
        joined = query.select_from(store_files.join(files, files.c.id == store_files.c.file_id))
        lasting = sa.or_(files.c.expires_at.is_(None), files.c.expires_at > int(self._clock()))
        return joined.where(store_files.c.store_id == store_id, lasting, shown(caller))


def _of_any(wanted: FilesWanted) -> sa.ColumnElement[bool]:
    conditions: list[sa.ColumnElement[bool]] = [sa.true()]
    if wanted.sought:
        conditions.append(files.c.folded.contains(wanted.sought, autoescape=True))
    if wanted.filenames:
        conditions.append(files.c.filename.in_([entries.storable(name) for name in wanted.filenames]))
    if wanted.ids:
        conditions.append(store_files.c.file_id.in_(wanted.ids))
    return sa.and_(*conditions)


def _of_kinds(kinds: frozenset[FileKind]) -> sa.ColumnElement[bool]:
    return sa.or_(*(_is(kind) for kind in sorted(kinds))) if kinds else sa.true()


def _is(kind: FileKind) -> sa.ColumnElement[bool]:
    if kind == FileKind.PARTIAL:
        return sa.and_(store_files.c.partial == sa.true(), store_files.c.status == str(FileStatus.COMPLETED))
    if kind == FileKind.DUPLICATE:
        return store_files.c.duplicate_of.is_not(None)
    return store_files.c.status == str(kind)


def _number(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))
