"""Users, and those whom an issuer vouches for."""

import secrets
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from server.adapters.database.engine import Database
from server.adapters.database.groups import join_claimed
from server.adapters.database.paging import rows_of
from server.adapters.database.schema import api_keys, group_members, links, sessions, users
from server.adapters.database.serial import next_sequence, one_at_a_time
from server.errors import DuplicateName, UnknownUser
from server.model import Claimed, Page, Role, User, UserKind, login_of


class SqlUsers:
    """The port `Users` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def create(self, name: str, role: Role, kind: UserKind = UserKind.PERSON, email: str | None = None) -> User:
        """A new user. Raises DuplicateName."""
        with self._database.begin() as connection:
            return self._insert(connection, name=name, role=role, kind=kind, email=email)

    def user(self, user_id: str) -> User:
        """One user. Raises UnknownUser."""
        with self._database.read() as connection:
            return _user(_row(connection, user_id))

    def users(self, page: Page, sought: str = "", group_id: str | None = None) -> list[User]:
        """A page of all users, or of those whose name or e-mail address holds `sought`, or who are in the group."""
        query = sa.select(users)
        only: sa.ColumnElement[bool] | None = None
        if sought:
            by_name = users.c.login.contains(login_of(sought), autoescape=True)
            only = by_name | sa.func.lower(users.c.email).contains(sought.lower(), autoescape=True)
        if group_id is not None:
            members = sa.select(group_members.c.user_id).where(group_members.c.group_id == group_id)
            query = query.where(users.c.id.in_(members))
        with self._database.read() as connection:
            return [_user(row) for row in rows_of(connection, query, users, page, only=only)]

    def named(self, name: str) -> User:
        """The user of this name, in any case and Unicode form, or of this id. Raises UnknownUser."""
        query = sa.select(users).where((users.c.login == login_of(name)) | (users.c.id == name))
        with self._database.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise UnknownUser(user=name)
        return _user(row)

    def change(self, user_id: str, **values: Any) -> User:
        """The user with a new `name`, `email` or `role`, or `disabled` or not: who is disabled is signed out, and its
        keys are refused. Raises UnknownUser, DuplicateName."""
        changed = {name: value for name, value in values.items() if name in {"name", "email", "role"}}
        if "name" in values:
            changed["login"] = login_of(values["name"])
        with self._database.begin() as connection:
            row = _row(connection, user_id)
            if "disabled" in values and bool(values["disabled"]) != (row.disabled_at is not None):
                changed["disabled_at"] = int(self._clock()) if values["disabled"] else None
            if changed.get("disabled_at") is not None:
                _sign_out(connection, user_id)
            if changed:
                self._update(connection, user_id, changed)
            return _user(_row(connection, user_id))

    def remove(self, user_id: str) -> None:
        """Deletes the user, its keys and sessions. What it owned is then seen to by administrators. Raises
        UnknownUser."""
        with self._database.begin() as connection:
            _row(connection, user_id)
            connection.execute(sa.delete(users).where(users.c.id == user_id))

    def password_of(self, name: str) -> tuple[User, str] | None:
        """The person of this name and the hash of its password; None if there is none that may sign in so."""
        able = sa.and_(users.c.login == login_of(name), users.c.password.is_not(None), users.c.disabled_at.is_(None))
        with self._database.read() as connection:
            row = connection.execute(sa.select(users).where(able)).one_or_none()
        return None if row is None else (_user(row), str(row.password))

    def set_password(self, user_id: str, hashed: str | None, *, sign_out: bool = True) -> None:
        """Keeps the hash of a password, or none; all sessions of the user end with the former one. Raises
        UnknownUser."""
        with self._database.begin() as connection:
            _row(connection, user_id)
            if sign_out:
                _sign_out(connection, user_id)
            connection.execute(sa.update(users).where(users.c.id == user_id).values(password=hashed))

    def signed_in(self, user_id: str) -> None:
        """Notes that the user has signed in."""
        with self._database.begin(durable=False) as connection:
            changed = sa.update(users).where(users.c.id == user_id).values(signed_in_at=int(self._clock()))
            connection.execute(changed)

    def admit(self, claimed: Claimed, role: Role, *, keep_role: bool) -> User:
        """The user an issuer vouches for, made at the first time. Its name, e-mail and groups become those claimed, and
        its role `role`, unless it shall keep the one it has. A disabled user is not changed."""
        now = int(self._clock())
        mine = sa.and_(users.c.issuer == claimed.issuer, users.c.subject == claimed.subject)
        with self._database.begin() as connection:
            one_at_a_time(connection, "lectern users")
            row = connection.execute(sa.select(users).where(mine)).one_or_none()
            if row is not None and row.disabled_at is not None:
                return _user(row)
            name = _free_name(connection, claimed, None if row is None else row.id)
            if row is None:
                who = {"issuer": claimed.issuer, "subject": claimed.subject, "email": claimed.email}
                user_id = self._insert(connection, name=name, role=role, kind=UserKind.PERSON, **who).id
            else:
                user_id = row.id
                values = {"name": name, "login": login_of(name), "email": claimed.email or row.email}
                self._update(connection, user_id, values | ({} if keep_role else {"role": str(role)}))
            connection.execute(sa.update(users).where(users.c.id == user_id).values(signed_in_at=now))
            join_claimed(connection, user_id, claimed, now)
            return _user(_row(connection, user_id))

    def _insert(self, connection: sa.Connection, *, name: str, role: Role, kind: UserKind, **more: Any) -> User:
        user_id = f"user-{secrets.token_hex(12)}"
        row = {"id": user_id, "name": name, "login": login_of(name), "kind": str(kind), "role": str(role)}
        row |= {"created_at": int(self._clock()), "sequence": next_sequence(connection, users)} | more
        try:
            connection.execute(sa.insert(users).values(row))
        except IntegrityError:
            raise DuplicateName(noun="user", name=name) from None
        return _user(_row(connection, user_id))

    def _update(self, connection: sa.Connection, user_id: str, values: dict[str, Any]) -> None:
        try:
            connection.execute(sa.update(users).where(users.c.id == user_id).values(values))
        except IntegrityError:
            raise DuplicateName(noun="user", name=values["name"]) from None


def _free_name(connection: sa.Connection, claimed: Claimed, user_id: str | None) -> str:
    """The name claimed; if another user has it, one that tells whose it is: a name never leads to another's account."""
    host = claimed.issuer.partition("://")[2]
    for name in (claimed.name, f"{claimed.name} ({host})", f"{claimed.name} ({claimed.subject} at {host})"):
        taken = connection.scalar(sa.select(users.c.id).where(users.c.login == login_of(name)))
        if taken in {None, user_id}:
            return name
    return f"{claimed.name} ({secrets.token_hex(6)})"


def _sign_out(connection: sa.Connection, user_id: str) -> None:
    keys = sa.select(api_keys.c.id).where(api_keys.c.user_id == user_id)
    for table in (links, sessions):
        of_user = (table.c.user_id == user_id) | table.c.key_id.in_(keys)
        connection.execute(sa.delete(table).where(of_user))


def _row(connection: sa.Connection, user_id: str) -> sa.Row[Any]:
    row = connection.execute(sa.select(users).where(users.c.id == user_id)).one_or_none()
    if row is None:
        raise UnknownUser(user=user_id)
    return row


def _user(row: sa.Row[Any]) -> User:
    return User(
        id=row.id,
        name=row.name,
        kind=UserKind(row.kind),
        role=Role(row.role),
        created_at=row.created_at,
        email=row.email,
        issuer=row.issuer,
        subject=row.subject,
        has_password=row.password is not None,
        disabled_at=row.disabled_at,
        signed_in_at=row.signed_in_at,
    )
