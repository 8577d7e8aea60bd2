"""The lists of who may do what with stores and files."""

import sqlalchemy as sa

from server.adapters.database.engine import Database
from server.adapters.database.schema import file_grants, files, store_grants, vector_stores
from server.errors import UnknownFile, UnknownStore
from server.model import FileAccess, Role, StoreAccess


class SqlAccessLists:
    """The port `AccessLists` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_store(self, store_id: str) -> StoreAccess:
        """Who may use the store. Raises UnknownStore."""
        table = store_grants.c
        with self._database.read() as connection:
            row = connection.execute(sa.select(vector_stores).where(vector_stores.c.id == store_id)).one_or_none()
            if row is None:
                raise UnknownStore(store=store_id)
            query = sa.select(table.principal, table.role).where(table.store_id == store_id).order_by(table.principal)
            grants = {principal: Role(role) for principal, role in connection.execute(query)}
        return StoreAccess(row.owner, bool(row.shared), grants)

    def set_store(self, store_id: str, access: StoreAccess) -> None:
        """Replaces all but the owner. Raises UnknownStore."""
        with self._database.begin() as connection:
            here = sa.update(vector_stores).where(vector_stores.c.id == store_id)
            if not connection.execute(here.values(shared=access.shared)).rowcount:
                raise UnknownStore(store=store_id)
            connection.execute(sa.delete(store_grants).where(store_grants.c.store_id == store_id))
            rows = [
                {"store_id": store_id, "principal": principal, "role": str(role)}
                for principal, role in access.grants.items()
            ]
            if rows:
                connection.execute(sa.insert(store_grants), rows)

    def of_file(self, file_id: str) -> FileAccess:
        """Who may read the file. Raises UnknownFile."""
        with self._database.read() as connection:
            row = connection.execute(sa.select(files).where(files.c.id == file_id)).one_or_none()
            if row is None:
                raise UnknownFile(file=file_id)
            query = sa.select(file_grants.c.principal).where(file_grants.c.file_id == file_id)
            return FileAccess(row.owner, bool(row.restricted), frozenset(connection.scalars(query)))

    def set_file(self, file_id: str, access: FileAccess) -> None:
        """Replaces all but the owner. Raises UnknownFile."""
        with self._database.begin() as connection:
            here = sa.update(files).where(files.c.id == file_id)
            if not connection.execute(here.values(restricted=access.restricted)).rowcount:
                raise UnknownFile(file=file_id)
            connection.execute(sa.delete(file_grants).where(file_grants.c.file_id == file_id))
            rows = [{"file_id": file_id, "principal": principal} for principal in sorted(access.principals)]
            if rows:
                connection.execute(sa.insert(file_grants), rows)


def inherit(connection: sa.Connection, file_id: str, before_id: str) -> None:
    """Gives a file that takes the place of a restricted one its list, with its owner on it, within the caller's
    transaction; a file that is restricted already keeps its own."""
    query = sa.select(files.c.owner).where(files.c.id == before_id, files.c.restricted == sa.true())
    before = connection.execute(query).one_or_none()
    if before is None:
        return
    open_one = sa.and_(files.c.id == file_id, sa.func.coalesce(files.c.restricted, sa.false()) == sa.false())
    if not connection.execute(sa.update(files).where(open_one).values(restricted=True)).rowcount:
        return
    listed = sa.select(file_grants.c.principal).where(file_grants.c.file_id == before_id)
    principals = {*connection.scalars(listed), *filter(None, [before.owner])}
    connection.execute(sa.delete(file_grants).where(file_grants.c.file_id == file_id))
    rows = [{"file_id": file_id, "principal": principal} for principal in sorted(principals)]
    if rows:
        connection.execute(sa.insert(file_grants), rows)
