"""What a search reads of a store and of the files it found in it, in one query."""

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from server.adapters.database.schema import files, store_files, vector_stores
from server.errors import UnknownStore
from server.model import AnsweringFile, FileStatus


def answering(
    connection: sa.Connection, store_id: str, file_ids: Sequence[str], now: int
) -> tuple[tuple[int, int], dict[str, AnsweringFile]]:
    """The store's version, and those of the files, a few thousand at most, that questions are answered from. Raises
    UnknownStore."""
    rows = connection.execute(_QUERY, {"store": store_id, "files": file_ids, "now": now}).all()
    if not rows:
        raise UnknownStore(store=store_id)
    found = {file_id: AnsweringFile(file_id, *told) for _, _, file_id, *told in rows if file_id is not None}
    return (rows[0].generation or 0, rows[0].replacements or 0), found


def _query() -> sa.Select[Any]:
    store, entry = vector_stores.c, store_files.c
    answers = sa.or_(
        entry.status == str(FileStatus.COMPLETED),
        sa.and_(entry.replaces.is_(None), entry.status != str(FileStatus.CANCELLED)),
    )
    lasts = sa.or_(files.c.expires_at.is_(None), files.c.expires_at > sa.bindparam("now"))
    asked = sa.and_(entry.store_id == store.id, entry.file_id.in_(sa.bindparam("files", expanding=True)))
    held = store_files.join(files, files.c.id == entry.file_id)
    return (
        sa.select(store.generation, store.replacements, entry.file_id, files.c.filename, entry.attributes)
        .select_from(vector_stores.outerjoin(held, sa.and_(asked, answers, lasts)))
        .where(store.id == sa.bindparam("store"))
    )


# Made once: every search asks, and making it takes longer than the answer.
_QUERY: Final = _query()
