"""Stored responses and their events."""

import dataclasses
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from server.adapters.database.conversations import locked, size_of
from server.adapters.database.engine import Database
from server.adapters.database.entries import storable
from server.adapters.database.schema import conversations, response_events, responses
from server.errors import ConversationFull, UnknownConversation, UnknownResponse
from server.ports.conversations import Size
from server.ports.responses import ResponseRow

_OPEN = ("queued", "in_progress")
_COLUMNS = [responses.c[field.name] for field in dataclasses.fields(ResponseRow)]


class SqlResponses:
    """The port `ResponseRows` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, row: ResponseRow, title: str | None = None, most: Size | None = None) -> None:
        """Stores the row, a turn in its conversation. Raises UnknownConversation, ConversationFull."""
        with self._database.begin() as connection:
            values = dataclasses.asdict(row)
            if row.conversation_id is not None:
                values["follows"] = _join(connection, row, title, most)
            connection.execute(sa.insert(responses).values(values))

    def get(self, response_id: str) -> ResponseRow:
        """The row. Raises UnknownResponse."""
        with self._database.read() as connection:
            found = sa.select(*_COLUMNS).where(responses.c.id == storable(response_id))
            row = connection.execute(found).one_or_none()
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
        """Removes the row and its events; it may be gone already. What followed it in a conversation follows what it
        followed."""
        chosen = responses.c.id == response_id
        with self._database.begin() as connection:
            conversation_id = connection.scalar(sa.select(responses.c.conversation_id).where(chosen))
            if conversation_id is not None:
                _leave(connection, response_id, conversation_id)
            connection.execute(sa.delete(responses).where(chosen))

    def rewrite(self, response_id: str, was: str, content: str) -> bool:
        """Writes other content in the place of `was`, and forgets the events, which tell of that; False: it is not what
        is there."""
        there = sa.and_(responses.c.id == response_id, responses.c.content == was)
        with self._database.begin() as connection:
            if connection.execute(sa.update(responses).where(there).values(content=content)).rowcount != 1:
                return False
            connection.execute(sa.delete(response_events).where(response_events.c.response_id == response_id))
            return True

    def share(self, response_id: str, shared: bool) -> None:
        """Shows it to everybody, or no more; nothing happens if it has gone."""
        with self._database.begin() as connection:
            connection.execute(sa.update(responses).where(responses.c.id == response_id).values(shared=shared))

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


def _join(connection: sa.Connection, row: ResponseRow, title: str | None, most: Size | None) -> str | None:
    """Puts a turn into its conversation; returns what it follows there. Raises as `add`."""
    conversation = locked(connection, str(row.conversation_id))
    if conversation is None:
        raise UnknownConversation(conversation=row.conversation_id)
    if most is not None and size_of(connection, conversation.id).fills(most):
        raise ConversationFull(turns=most.turns, megabytes=most.chars // 2**20)
    before = sa.select(responses.c.id).where(
        responses.c.id == row.follows, responses.c.conversation_id == row.conversation_id
    )
    follows = row.follows
    if follows is not None and connection.scalar(before) is None:
        follows = conversation.latest
    began = row.began or 0
    changes: dict[str, object] = {"sequence": max(conversation.sequence, began)}
    # What was begun last goes on, whichever ended first. The clocks of two machines do not matter to what follows on.
    if conversation.latest in {None, follows} or began > conversation.sequence:
        changes["latest"] = row.id
    if conversation.title is None and title is not None:
        changes["title"] = title
    connection.execute(sa.update(conversations).where(conversations.c.id == row.conversation_id).values(changes))
    return follows


def _leave(connection: sa.Connection, response_id: str, conversation_id: str) -> None:
    """Takes a turn out of its conversation, which closes behind it."""
    conversation = locked(connection, conversation_id)
    table = responses.c
    follows = connection.scalar(sa.select(table.follows).where(table.id == response_id))
    behind = sa.and_(table.follows == response_id, table.conversation_id == conversation_id)
    connection.execute(sa.update(responses).where(behind).values(follows=follows))
    if conversation is not None and conversation.latest == response_id:
        others = sa.select(table.id).where(table.conversation_id == conversation_id, table.id != response_id)
        latest = follows or connection.scalar(others.order_by(table.began.desc()).limit(1))
        chosen = conversations.c.id == conversation_id
        connection.execute(sa.update(conversations).where(chosen).values(latest=latest))
