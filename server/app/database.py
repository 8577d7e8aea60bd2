"""The database, and what hangs on nothing but it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import OperationalError

from server.adapters.database.engine import Database
from server.adapters.database.file_keys import FileKeys
from server.adapters.database.groups import SqlGroups
from server.adapters.database.identities import SqlIdentities
from server.adapters.database.sessions import SqlSessions
from server.adapters.database.users import SqlUsers
from server.errors import DatabaseUnavailable
from server.ports import Accounts
from server.settings import Settings
from server.vault.keyring import Keyring
from server.vault.master import open_master_key


@contextmanager
def open_accounts(settings: Settings) -> Iterator[Accounts]:
    """API keys, users, groups and sessions, without the rest; for commands beside a running server."""
    database = open_database(settings)
    try:
        yield Accounts(SqlIdentities(database), SqlSessions(database), SqlUsers(database), SqlGroups(database))
    finally:
        database.close()


def open_keyring(settings: Settings, database: Database) -> Keyring:
    """The keys of this data folder. Raises MissingMasterKey, WrongMasterKey."""
    wrapped = FileKeys(database)
    master, root = open_master_key(settings.data, sealed_elsewhere=wrapped.any())
    return Keyring(master, root, wrapped, seal=settings.seal)


def database_url(settings: Settings) -> str:
    """The database's SQLAlchemy URL."""
    return settings.database_url or f"sqlite:///{settings.data / 'lectern.db'}"


def open_database(settings: Settings) -> Database:
    """The database, migrated. Raises DatabaseUnavailable."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = Database(database_url(settings))
    try:
        database.migrate()
    except OperationalError as error:
        database.close()
        raise DatabaseUnavailable(detail=str(error.orig).splitlines()[0]) from None
    return database
