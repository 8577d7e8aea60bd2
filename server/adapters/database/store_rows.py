"""The rows of vector stores, within a transaction of whoever calls."""

import dataclasses
from typing import Any

import sqlalchemy as sa

from server.adapters.database.schema import vector_stores
from server.errors import UnknownStore
from server.model import SECONDS_PER_DAY, StoreRecord

# Made once: every search asks for it.
_STORE = sa.select(vector_stores).where(vector_stores.c.id == sa.bindparam("store"))


def expired(now: int) -> sa.ColumnElement[bool]:
    """Stores that nobody used for as long as they last."""
    table = vector_stores.c
    return sa.func.coalesce(table.last_active_at + table.expires_days * SECONDS_PER_DAY <= now, sa.false())


def row_of(connection: sa.Connection, store_id: str) -> StoreRecord:
    """The store. Raises UnknownStore."""
    row = connection.execute(_STORE, {"store": store_id}).one_or_none()
    if row is None:
        raise UnknownStore(store=store_id)
    return read(row)


def read(row: sa.Row[Any]) -> StoreRecord:
    """The row as a StoreRecord."""
    values = {field.name: row._mapping[field.name] for field in dataclasses.fields(StoreRecord)}
    counters = {"replacements": row.replacements or 0, "generation": row.generation or 0}
    return StoreRecord(**values | counters | {"shared": bool(row.shared)})
