"""What keys, users and stores may use, and what was used of it."""

import dataclasses
from collections.abc import Mapping

import sqlalchemy as sa

from server.adapters.database.engine import Database
from server.adapters.database.schema import allowances, usage
from server.adapters.database.serial import one_at_a_time
from server.model import Allowance, Usage


class SqlAllowances:
    """The port `Allowances` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[str, Allowance]:
        """Subject -> what it was allowed."""
        names = [field.name for field in dataclasses.fields(Allowance)]
        with self._database.read() as connection:
            return {
                row.subject: Allowance(**{name: getattr(row, name) for name in names})
                for row in connection.execute(sa.select(allowances))
            }

    def put(self, subject: str, allowance: Allowance) -> None:
        """Allows this, in place of what was allowed before."""
        with self._database.begin() as connection:
            one_at_a_time(connection, "lectern allowances")
            connection.execute(sa.delete(allowances).where(allowances.c.subject == subject))
            connection.execute(sa.insert(allowances).values(subject=subject, **dataclasses.asdict(allowance)))

    def remove(self, subject: str) -> bool:
        """Back to what everybody may; False: that was so already."""
        with self._database.begin() as connection:
            return connection.execute(sa.delete(allowances).where(allowances.c.subject == subject)).rowcount == 1

    def add_usage(self, month: str, used: Mapping[str, Usage]) -> None:
        """Adds to what subjects used in a month."""
        with self._database.begin(durable=False) as connection:
            one_at_a_time(connection, "lectern usage")
            for subject, more in sorted(used.items()):
                row = sa.and_(usage.c.month == month, usage.c.subject == subject)
                sums = {"requests": usage.c.requests + more.requests, "tokens": usage.c.tokens + more.tokens}
                if connection.execute(sa.update(usage).where(row).values(sums)).rowcount == 0:
                    new = {"month": month, "subject": subject, "requests": more.requests, "tokens": more.tokens}
                    connection.execute(sa.insert(usage).values(new))

    def usage(self, month: str) -> dict[str, Usage]:
        """Subject -> what it used in the month."""
        query = sa.select(usage).where(usage.c.month == month)
        with self._database.read() as connection:
            return {row.subject: Usage(row.requests, row.tokens) for row in connection.execute(query)}
