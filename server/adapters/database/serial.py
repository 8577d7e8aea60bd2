"""Transactions that must run one after the other."""

import sqlalchemy as sa


def one_at_a_time(connection: sa.Connection, name: str) -> None:
    """Waits until no other transaction that asked for `name` is under way.

    SQLite's writing transactions are so anyway (`Database.begin`); PostgreSQL takes an advisory lock until the end of
    the transaction. Statements after this one see what the transactions before have written.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(name, 0))))


def next_sequence(connection: sa.Connection, table: sa.Table) -> int:
    """A number larger than all in the table's column `sequence`."""
    one_at_a_time(connection, f"lectern {table.name}")
    largest = connection.scalar(sa.select(sa.func.max(table.c.sequence)))
    return int(largest or 0) + 1
