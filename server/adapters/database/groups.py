"""Groups of users: those made here, and those that an issuer's tokens tell."""

import secrets
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from server.adapters.database.engine import Database
from server.adapters.database.paging import rows_of
from server.adapters.database.schema import group_members, groups, users
from server.adapters.database.serial import next_sequence
from server.errors import DuplicateName, UnknownGroup, UnknownUser
from server.model import Claimed, Group, Page

_Columns = tuple[Any, ...]


class SqlGroups:
    """The port `Groups` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def create(self, name: str) -> Group:
        """A new group without members. Raises DuplicateName."""
        with self._database.begin() as connection:
            try:
                group_id = _insert(connection, name, "", int(self._clock()))
            except IntegrityError:
                raise DuplicateName(noun="group", name=name) from None
            return _one(connection, group_id)

    def group(self, group_id: str) -> Group:
        """One group. Raises UnknownGroup."""
        with self._database.read() as connection:
            return _one(connection, group_id)

    def groups(self, page: Page, member: str | None = None, sought: str = "") -> list[Group]:
        """A page of all groups, or of those in which `member` is, by its user id, or whose name holds `sought`."""
        query = _query()
        if member is not None:
            query = query.where(groups.c.id.in_(_groups_of(member)))
        only = groups.c.folded.contains(_folded(sought), autoescape=True)
        with self._database.read() as connection:
            return [_group(row) for row in rows_of(connection, query, groups, page, only=only)]

    def rename(self, group_id: str, name: str) -> Group:
        """The group under another name. Raises UnknownGroup, DuplicateName."""
        with self._database.begin() as connection:
            _one(connection, group_id)
            try:
                changed = sa.update(groups).where(groups.c.id == group_id).values(name=name, folded=_folded(name))
                connection.execute(changed)
            except IntegrityError:
                raise DuplicateName(noun="group", name=name) from None
            return _one(connection, group_id)

    def remove(self, group_id: str) -> None:
        """Deletes the group; its members lose what was given to it. Raises UnknownGroup."""
        with self._database.begin() as connection:
            _one(connection, group_id)
            connection.execute(sa.delete(groups).where(groups.c.id == group_id))

    def member_ids(self, group_id: str) -> list[str]:
        """The user ids of the members, oldest user first. Raises UnknownGroup."""
        query = sa.select(users.c.id).join(group_members, group_members.c.user_id == users.c.id)
        with self._database.read() as connection:
            _one(connection, group_id)
            query = query.where(group_members.c.group_id == group_id).order_by(users.c.sequence)
            return list(connection.scalars(query))

    def add(self, group_id: str, user_id: str) -> None:
        """Makes a user a member; one who is stays one. Raises UnknownGroup, UnknownUser."""
        with self._database.begin() as connection:
            _one(connection, group_id)
            if connection.scalar(sa.select(users.c.id).where(users.c.id == user_id)) is None:
                raise UnknownUser(user=user_id)
            _join(connection, group_id, user_id)

    def drop(self, group_id: str, user_id: str) -> None:
        """Ends a membership. Raises UnknownGroup, UnknownUser: who is no member."""
        with self._database.begin() as connection:
            _one(connection, group_id)
            named = sa.and_(group_members.c.group_id == group_id, group_members.c.user_id == user_id)
            if connection.execute(sa.delete(group_members).where(named)).rowcount == 0:
                raise UnknownUser(user=user_id)


def join_claimed(connection: sa.Connection, user_id: str, claimed: Claimed, now: int) -> None:
    """Makes the user a member of the issuer's groups that are claimed, and of no other of that issuer; groups that are
    not known yet are made. Without a claim nothing changes."""
    if claimed.groups is None:
        return
    of_issuer = sa.select(groups.c.id).where(groups.c.issuer == claimed.issuer)
    folded = {_folded(name): name for name in sorted(claimed.groups)}
    wanted = set(connection.scalars(of_issuer.where(groups.c.folded.in_(folded))))
    known = set(connection.scalars(sa.select(groups.c.folded).where(groups.c.id.in_(wanted))))
    wanted |= {_insert(connection, name, claimed.issuer, now) for key, name in folded.items() if key not in known}
    mine = sa.and_(group_members.c.user_id == user_id, group_members.c.group_id.in_(of_issuer))
    connection.execute(sa.delete(group_members).where(mine, group_members.c.group_id.not_in(wanted)))
    for group_id in sorted(wanted):
        _join(connection, group_id, user_id)


def _join(connection: sa.Connection, group_id: str, user_id: str) -> None:
    named = sa.and_(group_members.c.group_id == group_id, group_members.c.user_id == user_id)
    if connection.execute(sa.select(group_members).where(named)).first() is None:
        connection.execute(sa.insert(group_members).values(group_id=group_id, user_id=user_id))


def _insert(connection: sa.Connection, name: str, issuer: str, now: int) -> str:
    group_id = f"group-{secrets.token_hex(12)}"
    row = {"id": group_id, "name": name, "folded": _folded(name), "issuer": issuer, "created_at": now}
    connection.execute(sa.insert(groups).values(**row, sequence=next_sequence(connection, groups)))
    return group_id


def _folded(name: str) -> str:
    return name.casefold().strip()


def _groups_of(user_id: str) -> sa.Select[_Columns]:
    return sa.select(group_members.c.group_id).where(group_members.c.user_id == user_id)


def _query() -> sa.Select[_Columns]:
    counted = sa.select(sa.func.count()).where(group_members.c.group_id == groups.c.id).scalar_subquery()
    return sa.select(groups, counted.label("members"))


def _one(connection: sa.Connection, group_id: str) -> Group:
    row = connection.execute(_query().where(groups.c.id == group_id)).one_or_none()
    if row is None:
        raise UnknownGroup(group=group_id)
    return _group(row)


def _group(row: sa.Row[_Columns]) -> Group:
    return Group(row.id, row.name, row.created_at, row.issuer, row.members)
