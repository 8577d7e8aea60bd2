"""How large what is kept may become, by the settings."""

from typing import Final

from server.adapters.database.allowances import SqlAllowances
from server.adapters.database.engine import Database
from server.limits.sizes import StoredSizes
from server.model import Allowance
from server.ports import Catalog
from server.settings import Settings

BYTES_PER_MB: Final = 1024**2


def open_sizes(settings: Settings, database: Database, catalog: Catalog) -> StoredSizes:
    """How large uploads and stores may become."""
    return StoredSizes(SqlAllowances(database), catalog, everybodys(settings))


def everybodys(settings: Settings) -> Allowance:
    """What everybody may for whom nothing else was set."""
    return Allowance(
        requests_per_minute=settings.requests_per_minute,
        tokens_per_minute=settings.tokens_per_minute,
        streams=settings.streams_per_caller,
        upload_bytes=settings.upload_mb * BYTES_PER_MB,
        store_bytes=None if settings.store_mb is None else settings.store_mb * BYTES_PER_MB,
        tokens_per_month=settings.tokens_per_month,
    )
