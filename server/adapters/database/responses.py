"""Stored responses and their events."""

import dataclasses
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from server.adapters.database.engine import Database
from server.adapters.database.schema import response_events, responses
from server.errors import UnknownResponse
from server.ports.responses import ResponseRow

_OPEN = ("queued", "in_progress")
_COLUMNS = [responses.c[field.name] for field in dataclasses.fields(ResponseRow)]


class SqlResponses:
    """The port `ResponseRows` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, row: ResponseRow) -> None:
        """Stores the row."""
        with self._database.begin() as connection:
            connection.execute(sa.insert(responses).values(dataclasses.asdict(row)))

    def get(self, response_id: str) -> ResponseRow:
        """The row. Raises UnknownResponse."""
        with self._database.read() as connection:
            row = connection.execute(sa.select(*_COLUMNS).where(responses.c.id == response_id)).one_or_none()
        if row is None:
            raise UnknownResponse(response=response_id)
        return ResponseRow(*row)

    def change(self, response_id: str, status: str, content: str) -> bool:
        """Writes what became of a response that is queued or in progress; False if it has ended or gone meanwhile."""
        waits = sa.and_(responses.c.id == response_id, responses.c.status.in_(_OPEN))
        with self._database.begin() as connection:
            changed = sa.update(responses).where(waits).values(status=status, content=content)
            return connection.execute(changed).rowcount == 1

    def remove(self, response_id: str) -> None:
        """Removes the row and its events; it may be gone already."""
        with self._database.begin() as connection:
            connection.execute(sa.delete(responses).where(responses.c.id == response_id))

    def under_way(self) -> list[str]:
        """Ids of responses that are queued or in progress."""
        query = sa.select(responses.c.id).where(responses.c.status.in_(_OPEN))
        with self._database.read() as connection:
            return list(connection.scalars(query))

    def expired(self, now: int, limit: int) -> list[str]:
        """Ids of responses whose time is over."""
        query = sa.select(responses.c.id).where(responses.c.expires_at <= now).limit(limit)
        with self._database.read() as connection:
            return list(connection.scalars(query))

    def add_events(self, response_id: str, events: Sequence[tuple[int, str]]) -> None:
        """Stores events by their sequence number, sealed. Nothing happens if the response has gone."""
        rows = [{"response_id": response_id, "number": number, "content": content} for number, content in events]
        try:
            with self._database.begin(durable=False) as connection:  # what is lost with the power failed anyway
                connection.execute(sa.insert(response_events), rows)
        except IntegrityError:
            if self._exists(response_id):
                raise

    def events(self, response_id: str, after: int, limit: int) -> list[tuple[int, str]]:
        """The next events after a sequence number."""
        table = response_events.c
        query = sa.select(table.number, table.content).where(table.response_id == response_id, table.number > after)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(table.number).limit(limit))
            return [(row.number, row.content) for row in rows]

    def _exists(self, response_id: str) -> bool:
        with self._database.read() as connection:
            return connection.scalar(sa.select(responses.c.id).where(responses.c.id == response_id)) is not None
