"""Attempts to sign in, counted so that they outlive the process."""

import time
from collections.abc import Callable, Sequence

import sqlalchemy as sa

from server.adapters.database.engine import Database
from server.adapters.database.schema import sign_in_attempts
from server.adapters.database.serial import one_at_a_time
from server.ports.attempts import Rule

_FORGOTTEN_SECONDS = 3600
_KNOWN_SECONDS = 90 * 86_400


class SqlAttempts:
    """The port `Attempts` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def begin(self, rules: Sequence[Rule]) -> float:
        """Counts an attempt as failed under every rule and returns 0; or, where one of them has it wait, counts
        nothing and returns for how many seconds.

        It is counted before it is known to fail, so that many at once gain nothing.
        """
        now = self._clock()
        with self._database.begin(durable=False) as connection:
            # Nobody else counts between the look and the note.
            one_at_a_time(connection, "lectern sign-in attempts")
            self._sweep(connection, now)
            found = {rule.name: self._row(connection, rule.name) for rule in rules}
            known = any(row is not None and row.succeeded for row in found.values())
            counted = [rule for rule in rules if not (known and rule.spares_known)]
            waits = [row.blocked_until - now for rule in counted if (row := found[rule.name]) is not None]
            wait: float = max([0.0, *waits])
            if wait > 0:
                return wait
            for rule in counted:
                row = found[rule.name]
                lately = row is not None and now - row.changed_at < _FORGOTTEN_SECONDS
                failures = (row.failures if row is not None and lately else 0) + 1
                values = {"failures": failures, "blocked_until": now + rule.delay(failures), "changed_at": now}
                self._write(connection, rule.name, values)
        return 0.0

    def succeeded(self, forgiven: Sequence[str], refunded: Sequence[str], known: str) -> None:
        """Takes back what `begin` counted: all failures of the names forgiven, one of those refunded. `known` is
        marked as where this succeeded."""
        now = self._clock()
        with self._database.begin(durable=False) as connection:
            one_at_a_time(connection, "lectern sign-in attempts")
            for name in forgiven:
                self._write(connection, name, {"failures": 0, "blocked_until": 0.0, "changed_at": now})
            for name in refunded:
                row = self._row(connection, name)
                if row is not None:
                    values = {"failures": max(0, row.failures - 1), "blocked_until": 0.0, "changed_at": now}
                    self._write(connection, name, values)
            self._write(connection, known, {"failures": 0, "blocked_until": 0.0, "changed_at": now, "succeeded": True})

    def _row(self, connection: sa.Connection, name: str) -> sa.Row[tuple[object, ...]] | None:
        query = sa.select(sign_in_attempts).where(sign_in_attempts.c.name == name)
        return connection.execute(query).one_or_none()

    def _write(self, connection: sa.Connection, name: str, values: dict[str, object]) -> None:
        named = sign_in_attempts.c.name == name
        if connection.execute(sa.update(sign_in_attempts).where(named).values(values)).rowcount == 0:
            connection.execute(sa.insert(sign_in_attempts).values({"succeeded": False, **values, "name": name}))

    def _sweep(self, connection: sa.Connection, now: float) -> None:
        old = sa.case((sign_in_attempts.c.succeeded.is_(True), now - _KNOWN_SECONDS), else_=now - _FORGOTTEN_SECONDS)
        connection.execute(sa.delete(sign_in_attempts).where(sign_in_attempts.c.changed_at < old))
