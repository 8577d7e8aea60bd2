"""What was said of answers."""

import dataclasses
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from server.adapters.database.engine import Database
from server.adapters.database.paging import rows_of
from server.adapters.database.schema import feedback
from server.errors import UnknownResponse
from server.model import Page
from server.ports.conversations import FeedbackRow, Rating

_COLUMNS = [feedback.c[field.name] for field in dataclasses.fields(FeedbackRow)]


class SqlFeedback:
    """The port `FeedbackRows` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, row: FeedbackRow) -> None:
        """Stores the row in the place of the response's former one. Raises UnknownResponse."""
        values = dataclasses.asdict(row)
        changed = sa.update(feedback).where(feedback.c.response_id == row.response_id).values(values)
        try:
            with self._database.begin() as connection:
                if connection.execute(changed).rowcount == 0:
                    connection.execute(sa.insert(feedback).values(values))
        except IntegrityError:  # another was first, or the response has gone
            with self._database.begin() as connection:
                if connection.execute(changed).rowcount == 0:
                    raise UnknownResponse(response=row.response_id) from None

    def get(self, response_ids: Sequence[str]) -> dict[str, FeedbackRow]:
        """Those of some responses, by the response's id."""
        query = sa.select(*_COLUMNS).where(feedback.c.response_id.in_(response_ids))
        with self._database.read() as connection:
            return {row.response_id: FeedbackRow(*row) for row in connection.execute(query)}

    def remove(self, response_id: str) -> None:
        """Removes it; there may be none."""
        with self._database.begin() as connection:
            connection.execute(sa.delete(feedback).where(feedback.c.response_id == response_id))

    def page(self, page: Page, rating: Rating | None, since: int | None) -> list[FeedbackRow]:
        """A page of all, by the time they were given; `since` are Unix seconds. Raises InvalidRequest for an unknown
        place."""
        query = sa.select(*_COLUMNS)
        if rating is not None:
            query = query.where(feedback.c.rating == rating)
        if since is not None:
            query = query.where(feedback.c.created_at >= since)
        with self._database.read() as connection:
            rows = rows_of(connection, query, feedback, page, key="response_id")
            return [FeedbackRow(*tuple(row)) for row in rows]
