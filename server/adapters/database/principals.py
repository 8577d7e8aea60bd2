"""Users, groups and keys, by what people call them."""

import time
from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

import sqlalchemy as sa

from server.adapters.database.engine import Database
from server.adapters.database.schema import api_keys, groups, users
from server.model import Principal, PrincipalKind, login_of

_TABLES: Final = {PrincipalKind.GROUP: groups, PrincipalKind.USER: users, PrincipalKind.KEY: api_keys}


class SqlPrincipals:
    """The port `Principals` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def found(
        self, sought: str, limit: int, kinds: Collection[PrincipalKind] = tuple(PrincipalKind)
    ) -> list[Principal]:
        """Those of these kinds that have not ended and whose name holds `sought`: groups, then users, then keys; of
        each kind those first whose name begins with it."""
        names = {
            PrincipalKind.GROUP: (groups.c.folded, login_of(sought)),
            PrincipalKind.USER: (users.c.login, login_of(sought)),
            PrincipalKind.KEY: (sa.func.lower(api_keys.c.name), sought.lower()),
        }
        rows: list[Principal] = []
        with self._database.read() as connection:
            for kind, (column, wanted) in names.items():
                if kind not in kinds:
                    continue
                query, ended = self._of(kind)
                begins = sa.case((column.startswith(wanted, autoescape=True), 0), else_=1)
                query = query.where(sa.not_(ended), column.contains(wanted, autoescape=True)).order_by(begins, column)
                rows += _principals(kind, connection.execute(query.limit(limit - len(rows))))
        return rows

    def named(self, ids: Sequence[str]) -> list[Principal]:
        """Those with these ids (`user:ID`), ended ones too; what is nobody's any more is left out."""
        rows: list[Principal] = []
        with self._database.read() as connection:
            for kind in PrincipalKind:
                wanted = {name for of, _, name in (one.partition(":") for one in ids) if of == kind}
                query, _ = self._of(kind)
                if wanted:
                    rows += _principals(kind, connection.execute(query.where(_TABLES[kind].c.id.in_(wanted))))
        return rows

    def _of(self, kind: PrincipalKind) -> tuple[sa.Select[Any], sa.ColumnElement[bool]]:
        """All of a kind, and which of them have ended."""
        if kind == PrincipalKind.GROUP:
            return sa.select(groups.c.id, groups.c.name, sa.false().label("ended")), sa.false()
        if kind == PrincipalKind.USER:
            off = users.c.disabled_at.is_not(None)
            return sa.select(users.c.id, users.c.name, off.label("ended")), off
        expired = sa.func.coalesce(api_keys.c.expires_at, 2**31 - 1) <= int(self._clock())
        ended = api_keys.c.revoked_at.is_not(None) | expired
        nobodys = sa.select(api_keys.c.id, api_keys.c.name, ended.label("ended"))
        return nobodys.where(api_keys.c.user_id.is_(None)), ended


def _principals(kind: PrincipalKind, rows: sa.CursorResult[Any]) -> list[Principal]:
    return [Principal(f"{kind}:{row.id}", kind, row.name, bool(row.ended)) for row in rows]
