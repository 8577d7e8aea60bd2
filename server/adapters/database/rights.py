"""Who may do what with which store and file."""

import sqlalchemy as sa

from server.adapters.database.engine import Database
from server.adapters.database.schema import files, vector_stores
from server.errors import Forbidden, UnknownFile, UnknownStore
from server.model import Caller, Role


class SqlRights:
    """The port `Rights` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def in_store(self, caller: Caller, store_id: str, needed: Role) -> None:
        """Returns if the caller has this role in the store. Raises UnknownStore, Forbidden."""
        with self._database.read() as connection:
            if connection.scalar(sa.select(vector_stores.c.id).where(vector_stores.c.id == store_id)) is None:
                raise UnknownStore(store=store_id)
        if not caller.role.covers(needed):
            raise Forbidden(role=caller.role, needed=needed)

    def of_file(self, caller: Caller, file_id: str, needed: Role) -> None:
        """Returns if the caller has this role for the file. Raises UnknownFile, Forbidden."""
        with self._database.read() as connection:
            if connection.scalar(sa.select(files.c.id).where(files.c.id == file_id)) is None:
                raise UnknownFile(file=file_id)
        if not caller.role.covers(needed):
            raise Forbidden(role=caller.role, needed=needed)

    def readable(self, caller: Caller, store_id: str) -> frozenset[str] | None:
        """Ids of the files of a store that the caller may read; None: all of them."""
        return None
