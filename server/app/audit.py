"""The record of who did what, opened."""

import getpass
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from server.adapters.audit_head import HeadFile
from server.adapters.database.audit import SqlAudit
from server.adapters.database.engine import Database
from server.app.database import database_url, open_database, open_keyring
from server.audit.chain import Signer
from server.errors import BrokenAudit
from server.model import AuditEvent, Caller, Role
from server.settings import Settings
from server.vault.keyring import Keyring

SEALED_BY = "audit"
"""Under which key the vault seals what was asked and answered."""


def audit_of(settings: Settings, database: Database, keys: Keyring) -> SqlAudit:
    """The record in this database, with its head in the data folder."""
    signer = Signer(keys.secret("audit"))
    return SqlAudit(database, signer, HeadFile(settings.data, signer.public))


@contextmanager
def open_audit(settings: Settings) -> Iterator[tuple[SqlAudit, Keyring]]:
    """The record of a data folder, also while a server uses it, and the keys that open its content. Nothing is made or
    changed. Raises BrokenAudit: there is none."""
    if not (settings.data / "master.key").exists():
        raise BrokenAudit(detail=f"there is no Lectern in {settings.data}")
    database = Database(database_url(settings))
    try:
        keys = open_keyring(settings, database)
        yield audit_of(settings, database, keys), keys
    except SQLAlchemyError as error:
        raise BrokenAudit(detail=f"the database does not answer ({type(error).__name__})") from None
    finally:
        database.close()


def record_command(settings: Settings, command: str, action: str, resources: Sequence[str] = ()) -> None:
    """Puts on record that this command did something with the data folder. Raises AuditUnavailable."""
    database = open_database(settings)
    try:
        audit_of(settings, database, open_keyring(settings, database)).append(
            [AuditEvent(action, command, operator(), resources=tuple(resources))]
        )
    finally:
        database.close()


def operator() -> Caller:
    """Who runs a command: the user of the operating system, who may do whatever that user may do with the folder."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):  # a container's user need not have a name
        name = str(os.getuid())
    return Caller("", name, Role.ADMIN, owner=f"os:{name}")
