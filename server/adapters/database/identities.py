"""API keys, sign-in links and portal sessions."""

import hashlib
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from server.adapters.database.engine import Database
from server.adapters.database.schema import api_keys, links, sessions
from server.errors import ExpiredApiKey, SpentLink, UnknownKey, WrongApiKey
from server.model import ApiKey, Caller, Role

LINK_MINUTES = 10
SESSION_HOURS = 12

# Writing down each use would make a write of every read.
_USE_NOTED_SECONDS = 60


class SqlIdentities:
    """The port `Identities` on SQLite or PostgreSQL.

    Of keys and tokens only the SHA-256 is kept. They hold 256 random bits, so nothing is gained by the slow hashes that
    weak, human passwords need; and as a row is looked up by the hash, how long that takes tells nothing about the key.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def create_key(self, name: str, role: Role, expires_at: int | None = None) -> tuple[ApiKey, str]:
        """A new key; the second value is the key itself, which is shown this once."""
        prefix = f"lk-{secrets.token_hex(4)}"
        secret = f"{prefix}-{secrets.token_urlsafe(32)}"
        key_id = (
            f"key-{time.time_ns():016x}{secrets.token_hex(4)}"  # grows, so that keys of one second keep their order
        )
        key = ApiKey(key_id, name, role, prefix, created_at=int(self._clock()), expires_at=expires_at)
        row = {"id": key.id, "name": name, "role": str(role), "prefix": prefix, "hash": _hash(secret)}
        insert = sa.insert(api_keys).values(**row, created_at=key.created_at, expires_at=expires_at)
        with self._database.begin() as connection:
            connection.execute(insert)
        return key, secret

    def list_keys(self) -> list[ApiKey]:
        """All keys, revoked ones too, oldest first."""
        query = sa.select(api_keys).order_by(api_keys.c.created_at, api_keys.c.id)
        with self._database.read() as connection:
            return [_key(row) for row in connection.execute(query)]

    def revoke_key(self, key_id: str) -> ApiKey:
        """Ends a key and the links and sessions that came of it. Raises UnknownKey."""
        with self._database.begin() as connection:
            valid = sa.and_(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
            connection.execute(sa.update(api_keys).where(valid).values(revoked_at=int(self._clock())))
            for table in (links, sessions):
                connection.execute(sa.delete(table).where(table.c.key_id == key_id))
            return _key(_key_row(connection, key_id))

    def caller_of_key(self, key: str) -> Caller:
        """Who holds the key. Raises WrongApiKey, ExpiredApiKey."""
        with self._database.read() as connection:
            row = connection.execute(sa.select(api_keys).where(api_keys.c.hash == _hash(key))).one_or_none()
        caller = self._admit(row)
        now = int(self._clock())
        if row is not None and (row.last_used_at is None or now - row.last_used_at >= _USE_NOTED_SECONDS):
            with self._database.begin() as connection:
                connection.execute(sa.update(api_keys).where(api_keys.c.id == row.id).values(last_used_at=now))
        return caller

    def create_link(self, key_id: str) -> str:
        """A token that opens one portal session for this key, once, within ten minutes.

        Raises:
            UnknownKey: there is no such key, or it was revoked.
        """
        token, now = secrets.token_urlsafe(32), int(self._clock())
        with self._database.begin() as connection:
            if _key_row(connection, key_id).revoked_at is not None:
                raise UnknownKey(key=key_id)
            for table in (links, sessions):
                connection.execute(sa.delete(table).where(table.c.expires_at <= now))
            link = {"hash": _hash(token), "key_id": key_id, "expires_at": now + LINK_MINUTES * 60}
            connection.execute(sa.insert(links).values(link))
        return token

    def spend_link(self, token: str) -> str:
        """Trades the link's token for a session's token. Raises SpentLink."""
        session, now = secrets.token_urlsafe(32), int(self._clock())
        with self._database.begin() as connection:
            # One statement, so that of two who come with the same link one gets the row.
            spent = sa.delete(links).where(links.c.hash == _hash(token)).returning(links.c.key_id, links.c.expires_at)
            link = connection.execute(spent).one_or_none()
            if link is not None and now < link.expires_at:
                row = {"hash": _hash(session), "key_id": link.key_id, "created_at": now}
                connection.execute(sa.insert(sessions).values(**row, expires_at=now + SESSION_HOURS * 3600))
                return session
        raise SpentLink(minutes=LINK_MINUTES)

    def caller_of_session(self, token: str) -> Caller:
        """Who signed in. Raises WrongApiKey (also when the session has ended), ExpiredApiKey."""
        valid = sa.and_(sessions.c.hash == _hash(token), sessions.c.expires_at > int(self._clock()))
        with self._database.read() as connection:
            query = sa.select(api_keys).join(sessions, sessions.c.key_id == api_keys.c.id).where(valid)
            return self._admit(connection.execute(query).one_or_none())

    def end_session(self, token: str) -> None:
        """Signs the session out."""
        with self._database.begin() as connection:
            connection.execute(sa.delete(sessions).where(sessions.c.hash == _hash(token)))

    def _admit(self, row: sa.Row[Any] | None) -> Caller:
        if row is None or row.revoked_at is not None:
            raise WrongApiKey
        if row.expires_at is not None and row.expires_at <= self._clock():
            raise ExpiredApiKey(expired=f"{datetime.fromtimestamp(row.expires_at, UTC):%Y-%m-%d %H:%M} UTC")
        owner = f"key:{row.id}"
        return Caller(row.id, row.name, Role(row.role), owner=owner, principals=frozenset({owner}))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _key_row(connection: sa.Connection, key_id: str) -> sa.Row[Any]:
    row = connection.execute(sa.select(api_keys).where(api_keys.c.id == key_id)).one_or_none()
    if row is None:
        raise UnknownKey(key=key_id)
    return row


def _key(row: sa.Row[Any]) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        prefix=row.prefix,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
