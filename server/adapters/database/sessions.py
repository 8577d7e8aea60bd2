"""One-time links, and sessions of the portal."""

import secrets
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from server.adapters.database.callers import caller_of_key_row, caller_of_user
from server.adapters.database.engine import Database
from server.adapters.database.identities import USE_NOTED_SECONDS, digest
from server.adapters.database.schema import api_keys, links, sessions, users
from server.errors import SpentLink, UnknownKey, UnknownSession, UnknownUser, WrongApiKey
from server.model import Caller, Device, Session

LINK_MINUTES = 10
PASSWORD_LINK_HOURS = 24
SESSION_HOURS = 12
IDLE_MINUTES = 120


class SqlSessions:
    """The port `Sessions` on SQLite or PostgreSQL. Of tokens only the SHA-256 is kept.

    A session ends so many `hours` after it began, and when nothing came of it for `idle_minutes`.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], float] = time.time,
        hours: float = SESSION_HOURS,
        idle_minutes: float = IDLE_MINUTES,
    ) -> None:
        self._database = database
        self._clock = clock
        self._seconds = int(hours * 3600)
        self._idle_seconds = int(idle_minutes * 60)

    @property
    def longest_seconds(self) -> int:
        """How long a session lasts at most."""
        return self._seconds

    def create_link(self, key_id: str) -> str:
        """A token that opens one session for this key, once, within ten minutes. Raises UnknownKey: there is no such
        key, or it was revoked."""
        now = int(self._clock())
        with self._database.begin() as connection:
            query = sa.select(api_keys.c.id).where(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
            if connection.scalar(query) is None:
                raise UnknownKey(key=key_id)
            return self._link(connection, now + LINK_MINUTES * 60, key_id=key_id)

    def create_password_link(self, user_id: str) -> str:
        """A token by which a user may choose a password, once, within a day. Raises UnknownUser."""
        now = int(self._clock())
        with self._database.begin() as connection:
            if connection.scalar(sa.select(users.c.id).where(users.c.id == user_id)) is None:
                raise UnknownUser(user=user_id)
            connection.execute(sa.delete(links).where(links.c.user_id == user_id))
            return self._link(connection, now + PASSWORD_LINK_HOURS * 3600, user_id=user_id)

    def spend_link(self, token: str, device: Device = Device()) -> str:  # noqa: B008 - frozen
        """Trades a link's token for a session's token. Raises SpentLink."""
        with self._database.begin() as connection:
            link = self._spent(connection, token, links.c.key_id)
            if link is not None:
                return self._open(connection, "link", device, key_id=link.key_id)
        raise SpentLink(kept=f"{LINK_MINUTES} minutes")

    def user_of_password_link(self, token: str) -> str:
        """Whose password the link is for; the link is not spent by that. Raises SpentLink."""
        valid = sa.and_(links.c.hash == digest(token), links.c.expires_at > int(self._clock()))
        with self._database.read() as connection:
            user_id = connection.scalar(sa.select(links.c.user_id).where(valid))
        if user_id is None:
            raise SpentLink(kept=f"{PASSWORD_LINK_HOURS} hours")
        return str(user_id)

    def spend_password_link(self, token: str) -> str:
        """Whose password may be chosen now; another time the link is refused. Raises SpentLink."""
        with self._database.begin() as connection:
            link = self._spent(connection, token, links.c.user_id)
            if link is not None:
                return str(link.user_id)
        raise SpentLink(kept=f"{PASSWORD_LINK_HOURS} hours")

    def open_session(self, via: str, device: Device, *, user_id: str | None = None, key_id: str | None = None) -> str:
        """A new session of a user or of a key: its token."""
        with self._database.begin() as connection:
            return self._open(connection, via, device, user_id=user_id, key_id=key_id)

    def caller_of_session(self, token: str) -> Caller:
        """Who signed in. Raises WrongApiKey (also when the session has ended), ExpiredApiKey."""
        hashed, now = digest(token), int(self._clock())
        with self._database.read() as connection:
            found = sa.and_(sessions.c.hash == hashed, self._lasting(now))
            row = connection.execute(sa.select(sessions).where(found)).one_or_none()
            if row is None:
                raise WrongApiKey
            if row.user_id is not None:
                caller = caller_of_user(connection, row.user_id, _session(row).id)
            else:
                key = connection.execute(sa.select(api_keys).where(api_keys.c.id == row.key_id)).one_or_none()
                caller = caller_of_key_row(connection, key, now)
        if now - row.seen_at >= min(USE_NOTED_SECONDS, self._idle_seconds):
            with self._database.begin(durable=False) as connection:
                connection.execute(sa.update(sessions).where(sessions.c.hash == hashed).values(seen_at=now))
        return caller

    def sessions_of(self, owner: str) -> list[Session]:
        """The sessions of `owner` (`user:ID` or `key:ID`), newest first."""
        query = sa.select(sessions).where(self._lasting(int(self._clock())), _of(owner))
        with self._database.read() as connection:
            return [_session(row) for row in connection.execute(query.order_by(sessions.c.created_at.desc()))]

    def session_id(self, token: str) -> str:
        """The id under which the session of a token is shown."""
        return _shown_id(digest(token))

    def end(self, owner: str, session_id: str) -> None:
        """Ends one session of `owner`. Raises UnknownSession."""
        with self._database.begin() as connection:
            hashes = connection.scalars(sa.select(sessions.c.hash).where(_of(owner)))
            found = [hashed for hashed in hashes if _shown_id(hashed) == session_id]
            if not found:
                raise UnknownSession(session=session_id)
            connection.execute(sa.delete(sessions).where(sessions.c.hash.in_(found)))

    def end_session(self, token: str) -> None:
        """Signs the session of this token out."""
        with self._database.begin() as connection:
            connection.execute(sa.delete(sessions).where(sessions.c.hash == digest(token)))

    def _link(self, connection: sa.Connection, expires_at: int, **whose: str) -> str:
        now = int(self._clock())
        connection.execute(sa.delete(links).where(links.c.expires_at <= now))
        connection.execute(sa.delete(sessions).where(sa.not_(self._lasting(now))))
        token = secrets.token_urlsafe(32)
        connection.execute(sa.insert(links).values(hash=digest(token), expires_at=expires_at, **whose))
        return token

    def _spent(self, connection: sa.Connection, token: str, whose: sa.Column[Any]) -> sa.Row[Any, Any] | None:
        # One statement, so that of two who come with the same link one gets the row.
        named = sa.and_(links.c.hash == digest(token), whose.is_not(None))
        link = connection.execute(sa.delete(links).where(named).returning(whose, links.c.expires_at)).one_or_none()
        return link if link is not None and int(self._clock()) < link.expires_at else None

    def _open(self, connection: sa.Connection, via: str, device: Device, **whose: str | None) -> str:
        token, now = secrets.token_urlsafe(32), int(self._clock())
        times = {"created_at": now, "seen_at": now, "expires_at": now + self._seconds}
        named = {"via": via, "address": device.address[:64], "agent": device.agent[:200].replace("\0", "")}
        connection.execute(sa.delete(sessions).where(sa.not_(self._lasting(now))))
        connection.execute(sa.insert(sessions).values(hash=digest(token), **times, **named, **whose))
        return token

    def _lasting(self, now: int) -> sa.ColumnElement[bool]:
        return sa.and_(sessions.c.expires_at > now, sessions.c.seen_at > now - self._idle_seconds)


def _of(owner: str) -> sa.ColumnElement[bool]:
    kind, _, name = owner.partition(":")
    if kind != "user":
        return sessions.c.key_id == name
    return (sessions.c.user_id == name) | sessions.c.key_id.in_(
        sa.select(api_keys.c.id).where(api_keys.c.user_id == name)
    )


def _shown_id(hashed: str) -> str:
    # The token cannot be told from a part of its hash, nor does the part open anything.
    return f"session-{hashed[:24]}"


def _session(row: sa.Row[Any]) -> Session:
    return Session(_shown_id(row.hash), row.via, row.created_at, row.expires_at, row.seen_at, row.address, row.agent)
