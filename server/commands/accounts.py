"""What the commands of keys and users open: the accounts of a data folder, also while a server uses it."""

from contextlib import AbstractContextManager

from server.ports import Accounts
from server.settings import Settings


def open_accounts(settings: Settings) -> AbstractContextManager[Accounts]:
    """The accounts. Raises DatabaseUnavailable."""
    from server.app import open_accounts as opened

    return opened(settings)


def record(settings: Settings, command: str, action: str, *resources: str) -> None:
    """Puts on record what a command did. Raises AuditUnavailable."""
    from server.app import record_command

    record_command(settings, command, action, resources)


def address_of(settings: Settings) -> str:
    """Where people reach the portal."""
    return settings.public_url or settings.base_url
