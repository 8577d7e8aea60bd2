"""The wrapped data keys in the database."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from server.adapters.database.engine import BUSY_SECONDS, Database
from server.adapters.database.group_commit import GroupCommit
from server.adapters.database.schema import file_keys

# What every search asks is made once: that takes longer than the answer.
_KEYS = sa.select(file_keys.c.file_id, file_keys.c.wrapped).where(
    file_keys.c.file_id.in_(sa.bindparam("files", expanding=True))
)


class FileKeys:
    """The table `file_keys`: one wrapped key per file."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._adding: GroupCommit[tuple[str, bytes]] = GroupCommit(self._add)

    def add(self, keys: Mapping[str, bytes]) -> None:
        """Stores the key of each file; one that is there stays, for something may be sealed with it. Writers that come
        at the same time share a commit."""
        self._adding.put(list(keys.items()))

    def _add(self, keys: Sequence[tuple[str, bytes]]) -> None:
        try:
            self._add_missing(dict(keys))
        except sa.exc.IntegrityError:  # another process was first, with one of them
            self._add_missing(dict(keys))

    def _add_missing(self, keys: Mapping[str, bytes]) -> None:
        with self._database.begin() as connection:
            rows = []
            for file_id, wrapped in keys.items():
                here = sa.select(file_keys.c.file_id).where(file_keys.c.file_id == file_id)
                if connection.scalar(here) is None:
                    rows.append({"file_id": file_id, "wrapped": wrapped})
            if rows:
                connection.execute(sa.insert(file_keys), rows)

    def get(self, file_id: str) -> bytes | None:
        """The wrapped key, if there is one."""
        return self.get_all([file_id]).get(file_id)

    def get_all(self, file_ids: Sequence[str]) -> dict[str, bytes]:
        """File -> its wrapped key, of those that have one; for at most a few thousand files."""
        with self._database.read() as connection:
            rows = connection.execute(_KEYS, {"files": file_ids})
            return {file_id: bytes(wrapped) for file_id, wrapped in rows}

    def any(self) -> bool:
        """Whether there is a key at all."""
        with self._database.read() as connection:
            return connection.scalar(sa.select(file_keys.c.file_id).limit(1)) is not None

    def remove(self, file_id: str) -> None:
        """Removes the key; it may be gone already.

        SQLite overwrites it in the file and, as far as nobody reads, in the write-ahead log. PostgreSQL keeps the dead
        row until the next VACUUM, and its write-ahead log until that is recycled.
        """
        with self._database.begin() as connection:
            if self._database.is_sqlite:
                connection.exec_driver_sql("PRAGMA secure_delete=ON")
            connection.execute(sa.delete(file_keys).where(file_keys.c.file_id == file_id))
        if self._database.is_sqlite:
            self._checkpoint()

    def _checkpoint(self) -> None:
        # A raw connection: a checkpoint cannot run inside a transaction, and SQLAlchemy begins one. It does not wait
        # for readers: then a later checkpoint empties the log.
        raw = self._database.engine.raw_connection()
        try:
            cursor = raw.cursor()
            for pragma in ("busy_timeout=0", "wal_checkpoint(TRUNCATE)", f"busy_timeout={BUSY_SECONDS * 1000}"):
                cursor.execute(f"PRAGMA {pragma}").fetchall()
        finally:
            raw.close()
