"""What the texts of files are compared by, in the database."""

from collections.abc import Sequence

import sqlalchemy as sa

from server.adapters.database.engine import Database
from server.adapters.database.schema import file_signatures, signature_bands, store_files

_MOST_CANDIDATES = 256


class SqlSignatures:
    """Implements the port `Signatures`. What it keeps goes with the file's row in the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, store_id: str, file_id: str, signature: bytes, bands: Sequence[int]) -> dict[str, bytes]:
        """Keeps a file's signature, and returns by file id those of files that came into the store before it and have
        a band in common with it: 256 of them at most."""
        own = {"store_id": store_id, "file_id": file_id}
        entry = sa.and_(store_files.c.store_id == store_id, store_files.c.file_id == file_id)
        with self._database.begin(durable=False) as connection:  # the job that ends after it is lost with it
            place = connection.scalar(sa.select(store_files.c.sequence).where(entry))
            if place is None:
                return {}  # it has left the store while it was read
            for table in (file_signatures, signature_bands):
                connection.execute(sa.delete(table).where(table.c.store_id == store_id, table.c.file_id == file_id))
            connection.execute(sa.insert(file_signatures), {**own, "signature": signature})
            connection.execute(sa.insert(signature_bands), [{**own, "band": band} for band in set(bands)])
            alike = _alike(connection, store_id, file_id, bands)
            found = connection.execute(_earlier(store_id, place, alike)) if alike else ()
            return {row.file_id: row.signature for row in found}


def _alike(connection: sa.Connection, store_id: str, file_id: str, bands: Sequence[int]) -> list[str]:
    """Other files that share a band. Made unique here: asked for distinct files, SQLite reads the whole store."""
    banded = signature_bands.c
    query = sa.select(banded.file_id).where(banded.store_id == store_id, banded.band.in_(bands))
    rows = connection.execute(query.limit(_MOST_CANDIDATES * len(bands)))
    return list(dict.fromkeys(row.file_id for row in rows if row.file_id != file_id))[:_MOST_CANDIDATES]


def _earlier(store_id: str, place: int, file_ids: Sequence[str]) -> sa.Select[tuple[str, bytes]]:
    kept = file_signatures.c
    here = sa.and_(store_files.c.store_id == kept.store_id, store_files.c.file_id == kept.file_id)
    return (
        sa.select(kept.file_id, kept.signature)
        .join(store_files, here)
        .where(kept.store_id == store_id, kept.file_id.in_(file_ids), store_files.c.sequence < place)
    )
