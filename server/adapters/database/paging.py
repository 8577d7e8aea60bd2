"""Pages of lists whose tables have a column `sequence`."""

from typing import Any

import sqlalchemy as sa

from server.adapters.database.entries import storable
from server.errors import InvalidRequest
from server.model import Page


def rows_of(
    connection: sa.Connection,
    query: sa.Select[Any],
    table: sa.Table,
    page: Page,
    key: str = "id",
    only: sa.ColumnElement[bool] | None = None,
    *,
    by: sa.ColumnElement[Any] | None = None,
) -> list[sa.Row[Any]]:
    """The rows of the page, in its order.

    `key` is the column that `after` and `before` name, among the query's own rows: what a caller may not see is no
    place to go on from. `only` narrows the rows, and not the places: what a row is may change between two pages. `by`
    orders them otherwise than by time of creation, which then decides between equal ones.

    Raises:
        InvalidRequest: an unknown `after`, `before` or `order`.
    """
    if page.order not in {"asc", "desc"}:
        raise InvalidRequest(param="order", detail=f"order must be asc or desc, not {page.order!r}")
    columns, rising = [table.c.sequence] if by is None else [by, table.c.sequence], page.order == "asc"
    column = columns[0] if by is None else sa.tuple_(*columns)
    found = query if only is None else query.where(only)
    for name, place in (("after", page.after), ("before", page.before)):
        if place is not None:
            found_at = connection.execute(
                query.where(table.c[key] == storable(place)).with_only_columns(*columns, maintain_column_froms=True)
            ).one_or_none()
            if found_at is None:
                raise InvalidRequest(param=name, detail=f"there is nothing with the id {place!r} to go on {name}")
            at = found_at[0] if by is None else sa.tuple_(*found_at)
            found = found.where(column > at if rising == (name == "after") else column < at)
    # Those right before a place are the first ones in the other direction.
    ascending = rising != page.backwards
    found = found.order_by(*(one.asc() if ascending else one.desc() for one in columns)).limit(page.limit)
    rows = list(connection.execute(found))
    return rows[::-1] if page.backwards else rows
