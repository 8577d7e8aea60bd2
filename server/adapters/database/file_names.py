"""Files found by their names."""

import time
from collections.abc import Callable

import sqlalchemy as sa

from server.adapters.database import entries, store_rows
from server.adapters.database.engine import Database
from server.adapters.database.schema import files, store_files, vector_stores
from server.adapters.database.visible import in_stores, shown
from server.model import Caller, FileStatus, NamedFile, Role


class SqlFileNames:
    """The port `FileNames` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def named(self, sought: str, caller: Caller, limit: int) -> list[NamedFile]:
        """Files whose folded name holds `sought`, in the stores that the caller may read and not kept from it: those
        first whose name begins with it, then the newest."""
        now = int(self._clock())
        here = sa.and_(store_files.c.file_id == files.c.id, store_files.c.store_id == vector_stores.c.id)
        query = (
            sa.select(store_files.c.store_id, vector_stores.c.name, files.c.id, files.c.filename, store_files.c.status)
            .where(
                here,
                files.c.folded.contains(sought, autoescape=True),
                in_stores(caller, Role.READER),
                shown(caller),
                entries.lasting(now),
                sa.not_(store_rows.expired(now)),
            )
            .order_by(
                sa.case((files.c.folded.startswith(sought, autoescape=True), 0), else_=1),
                store_files.c.sequence.desc(),
            )
            .limit(limit)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [NamedFile(*row[:4], FileStatus(row[4])) for row in rows]
