"""Who may do what with which store and file."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from server.adapters.database.engine import Database
from server.adapters.database.schema import files, store_files, vector_stores
from server.adapters.database.slices import slices
from server.adapters.database.visible import hidden_files, in_stores, of_files
from server.errors import Forbidden, UnknownFile, UnknownStore
from server.model import Caller, Role


class SqlRights:
    """The port `Rights` on SQLite or PostgreSQL. It remembers nothing: what is changed counts for the next question."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def in_store(self, caller: Caller, store_id: str, needed: Role) -> None:
        """Returns if the caller has this role in the store. Raises UnknownStore, Forbidden."""
        # One question for both: a store that is kept from the caller takes as long as one that there is not.
        columns = [in_stores(caller, role) for role in dict.fromkeys((Role.READER, needed))]
        with self._database.read() as connection:
            row = connection.execute(sa.select(*columns).where(vector_stores.c.id == store_id)).one_or_none()
        if row is None or not row[0]:
            raise UnknownStore(store=store_id)
        if not row[-1]:
            raise Forbidden(role=caller.role, needed=needed)

    def roles(self, caller: Caller, store_ids: Sequence[str]) -> Mapping[str, Role]:
        """The largest role that the caller has in each of the stores; those that it may not read are left out."""
        ranks = (Role.ADMIN, Role.EDITOR, Role.READER)
        columns = [in_stores(caller, role) for role in ranks]
        found: dict[str, Role] = {}
        with self._database.read() as connection:
            for part in slices(store_ids):
                query = sa.select(vector_stores.c.id, *columns).where(vector_stores.c.id.in_(part))
                for store_id, *holds in connection.execute(query):
                    largest = next((role for role, held in zip(ranks, holds, strict=True) if held), None)
                    if largest is not None:
                        found[store_id] = largest
        return found

    def somewhere(self, caller: Caller, needed: Role) -> None:
        """Returns if the caller has this role in the installation or in any store. Raises Forbidden."""
        if caller.role.covers(needed):
            return
        with self._database.read() as connection:
            found = connection.scalar(sa.select(vector_stores.c.id).where(in_stores(caller, needed)).limit(1))
        if found is None:
            raise Forbidden(role=caller.role, needed=needed)

    def of_file(self, caller: Caller, file_id: str, needed: Role) -> None:
        """Returns if the caller has this role for the file. Raises UnknownFile, Forbidden."""
        self.of_files(caller, [file_id], needed)

    def of_files(self, caller: Caller, file_ids: Sequence[str], needed: Role, param: str | None = None) -> None:
        """As `of_file`, for each of them; `param` is the field that named them."""
        columns = [of_files(caller, role) for role in dict.fromkeys((Role.READER, needed))]
        found: dict[str, bool] = {}
        with self._database.read() as connection:
            for part in slices(file_ids):
                for row in connection.execute(sa.select(files.c.id, *columns).where(files.c.id.in_(part))):
                    if row[1]:
                        found[row[0]] = bool(row[-1])
        for file_id in file_ids:
            if file_id not in found:
                raise UnknownFile(file=file_id, param=param)
            if not found[file_id]:
                raise Forbidden(role=caller.role, needed=needed, param=param)

    def readable(self, caller: Caller, store_id: str) -> frozenset[str] | None:
        """Ids of the files of a store that the caller may read; None: all of them."""
        hidden = hidden_files(caller)
        if hidden is None:
            return None
        here, ids = store_files.c.store_id == store_id, sa.select(store_files.c.file_id)
        with self._database.read() as connection:
            # First by the few that are restricted: where none is, this asks one index and reads no file of the store.
            if connection.scalar(ids.where(here, store_files.c.file_id.in_(hidden)).limit(1)) is None:
                return None
            return frozenset(connection.scalars(ids.where(here, store_files.c.file_id.not_in(hidden))))
