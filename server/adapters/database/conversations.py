"""Conversations."""

import time
from typing import Any

import sqlalchemy as sa

from server.adapters.database.engine import Database
from server.adapters.database.entries import storable
from server.adapters.database.paging import rows_of
from server.adapters.database.schema import conversations, responses, users
from server.adapters.database.serial import one_at_a_time
from server.errors import TooManyConversations, UnknownConversation, UnknownResponse
from server.model import Page
from server.ports.conversations import ConversationRow, Size, Turn


class SqlConversations:
    """The port `ConversationRows` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, row: ConversationRow, most: int) -> None:
        """Stores the row. Raises TooManyConversations."""
        mine = sa.select(sa.func.count()).select_from(conversations).where(conversations.c.owner == row.owner)
        with self._database.begin() as connection:
            one_at_a_time(connection, f"lectern conversations of {row.owner}")
            if (connection.scalar(mine) or 0) >= most:
                raise TooManyConversations(most=most)
            connection.execute(sa.insert(conversations).values(_values(row)))

    def get(self, conversation_id: str) -> ConversationRow:
        """The row. Raises UnknownConversation."""
        with self._database.read() as connection:
            query = sa.select(conversations).where(conversations.c.id == storable(conversation_id))
            row = connection.execute(query).one_or_none()
        if row is None:
            raise UnknownConversation(conversation=conversation_id)
        return _row(row)

    def page(self, owner: str, page: Page) -> list[ConversationRow]:
        """A page of an owner's, by their last use. Raises InvalidRequest for an unknown place."""
        query = sa.select(conversations).where(conversations.c.owner == owner)
        with self._database.read() as connection:
            return [_row(row) for row in rows_of(connection, query, conversations, page)]

    def change(self, conversation_id: str, title: str | None, content: str | None) -> None:
        """Writes what is given; nothing happens if the conversation has gone."""
        given = {"title": title, "content": content}
        changes = {name: value for name, value in given.items() if value is not None}
        if changes:
            with self._database.begin() as connection:
                chosen = conversations.c.id == conversation_id
                connection.execute(sa.update(conversations).where(chosen).values(changes))

    def turns(self, conversation_id: str) -> list[Turn]:
        """All turns of all branches, in the order in which they were begun."""
        table = responses.c
        query = sa.select(table.id, table.follows).where(table.conversation_id == conversation_id)
        with self._database.read() as connection:
            return [Turn(row.id, row.follows) for row in connection.execute(query.order_by(table.began, table.id))]

    def size(self, conversation_id: str) -> Size:
        """How large a conversation is; of none, nothing."""
        with self._database.read() as connection:
            return size_of(connection, conversation_id)

    def go_on_behind(self, conversation_id: str, response_id: str) -> None:
        """Makes a turn of the conversation the latest. Raises UnknownResponse."""
        chosen = conversations.c.id == conversation_id
        turn = sa.exists().where(responses.c.id == response_id, responses.c.conversation_id == conversation_id)
        # An answer that is under way meanwhile was begun before, and stays a branch.
        changed = {"latest": response_id, "sequence": time.time_ns() // 1000}
        with self._database.begin() as connection:
            if connection.execute(sa.update(conversations).where(chosen, turn).values(changed)).rowcount != 1:
                raise UnknownResponse(response=response_id)

    def remove(self, conversation_id: str) -> list[str]:
        """Removes the conversation with its turns, whose ids come back; it may be gone already."""
        turns = responses.c.conversation_id == conversation_id
        with self._database.begin() as connection:
            locked(connection, conversation_id)  # a turn that comes meanwhile finds no conversation
            removed = list(connection.scalars(sa.select(responses.c.id).where(turns)))
            connection.execute(sa.delete(responses).where(turns))
            connection.execute(sa.delete(conversations).where(conversations.c.id == conversation_id))
            return removed

    def unused(self, since: int, limit: int) -> list[str]:
        """Ids of conversations whose last use was before `since`, in microseconds."""
        query = sa.select(conversations.c.id).where(conversations.c.sequence < since).limit(limit)
        with self._database.read() as connection:
            return list(connection.scalars(query))

    def ownerless(self, limit: int) -> list[str]:
        """Ids of conversations of users that were deleted."""
        table, prefix = conversations.c, "user:"
        here = sa.exists().where(users.c.id == sa.func.substr(table.owner, len(prefix) + 1))
        query = sa.select(table.id).where(table.owner.startswith(prefix), ~here).limit(limit)
        with self._database.read() as connection:
            return list(connection.scalars(query))


def locked(connection: sa.Connection, conversation_id: str) -> sa.Row[Any] | None:
    """The conversation's row, which nobody else changes until the end of the transaction; None: it has gone."""
    query = sa.select(conversations).where(conversations.c.id == conversation_id).with_for_update()
    return connection.execute(query).one_or_none()


def size_of(connection: sa.Connection, conversation_id: str) -> Size:
    """How large a conversation is; of none, nothing."""
    table = responses.c
    query = sa.select(sa.func.count(), sa.func.sum(sa.func.length(table.content)))
    turns, chars = connection.execute(query.where(table.conversation_id == conversation_id)).one()
    return Size(turns, chars or 0)


def _values(row: ConversationRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "owner": row.owner,
        "created_at": row.created_at,
        "sequence": row.used,
        "latest": row.latest,
        "title": row.title,
        "content": row.content,
    }


def _row(row: sa.Row[Any]) -> ConversationRow:
    return ConversationRow(row.id, row.owner, row.created_at, row.sequence, row.latest, row.title, row.content)
