"""API keys, and who calls by them."""

import hashlib
import secrets
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from server.adapters.database.callers import caller_of_key_row, caller_of_user, limits_of
from server.adapters.database.engine import Database
from server.adapters.database.schema import api_keys, links, sessions, users
from server.errors import UnknownKey, UnknownUser, WrongApiKey
from server.model import ApiKey, Caller, KeyLimits, Role

# Writing down each use would make a write of every read.
USE_NOTED_SECONDS = 60


class SqlIdentities:
    """The port `Identities` on SQLite or PostgreSQL.

    Of keys only the SHA-256 is kept. They hold 256 random bits, so nothing is gained by the slow hashes that weak,
    human passwords need; and as a row is looked up by the hash, how long that takes tells nothing about the key.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def create_key(
        self,
        name: str,
        role: Role,
        expires_at: int | None = None,
        user_id: str | None = None,
        limits: KeyLimits = KeyLimits(),  # noqa: B008 - frozen
    ) -> tuple[ApiKey, str]:
        """A new key of a user or of nobody; the second value is the key itself, which is shown this once. Raises
        UnknownUser."""
        prefix, secret = _new_secret()
        key_id = f"key-{time.time_ns():016x}{secrets.token_hex(4)}"  # grows: keys of one second keep their order
        row: dict[str, Any] = {"id": key_id, "name": name, "role": str(role), "prefix": prefix, "hash": digest(secret)}
        row |= {"created_at": int(self._clock()), "expires_at": expires_at, "user_id": user_id}
        row |= {"scopes": _names(limits.scopes), "stores": _names(limits.stores), "models": _names(limits.models)}
        row["origins"] = _names(limits.origins)
        with self._database.begin() as connection:
            if user_id is not None and not connection.scalar(sa.select(users.c.id).where(users.c.id == user_id)):
                raise UnknownUser(user=user_id)
            connection.execute(sa.insert(api_keys).values(row))
            return _key(_key_row(connection, key_id)), secret

    def key(self, key_id: str) -> ApiKey:
        """One key. Raises UnknownKey."""
        with self._database.read() as connection:
            return _key(_key_row(connection, key_id))

    def list_keys(self, owner: str | None = None) -> list[ApiKey]:
        """All keys, revoked ones too, oldest first; those of `owner` (`user:ID` or `key:ID`), if one is given."""
        query = sa.select(api_keys).order_by(api_keys.c.created_at, api_keys.c.id)
        if owner is not None:
            kind, _, name = owner.partition(":")
            query = query.where((api_keys.c.user_id if kind == "user" else api_keys.c.id) == name)
        with self._database.read() as connection:
            return [_key(row) for row in connection.execute(query)]

    def revoke_key(self, key_id: str) -> ApiKey:
        """Ends a key, and the links and sessions that came of it. Raises UnknownKey."""
        with self._database.begin() as connection:
            valid = sa.and_(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
            connection.execute(sa.update(api_keys).where(valid).values(revoked_at=int(self._clock())))
            for table in (links, sessions):
                connection.execute(sa.delete(table).where(table.c.key_id == key_id))
            return _key(_key_row(connection, key_id))

    def rotate_key(self, key_id: str, overlap_seconds: int) -> tuple[ApiKey, str]:
        """A new secret for a key, which works at once; the present one works for so many seconds more, and one from
        before that no longer. Raises UnknownKey: also if it was revoked."""
        prefix, secret = _new_secret()
        until = int(self._clock()) + overlap_seconds
        with self._database.begin() as connection:
            row = _key_row(connection, key_id)
            if row.revoked_at is not None:
                raise UnknownKey(key=key_id)
            values = {"prefix": prefix, "hash": digest(secret), "old_hash": row.hash, "old_until": until}
            connection.execute(sa.update(api_keys).where(api_keys.c.id == key_id).values(values))
            return _key(_key_row(connection, key_id)), secret

    def origins(self) -> frozenset[str]:
        """The origins of all keys that are good now."""
        good = api_keys.c.revoked_at.is_(None) & api_keys.c.origins.is_not(sa.null())
        good &= api_keys.c.expires_at.is_(None) | (api_keys.c.expires_at > int(self._clock()))
        holders = api_keys.outerjoin(users, users.c.id == api_keys.c.user_id)
        query = sa.select(api_keys.c.origins).select_from(holders).where(good, users.c.disabled_at.is_(None))
        with self._database.read() as connection:
            return frozenset(origin for origins in connection.scalars(query) for origin in origins)

    def caller_of_key(self, key: str) -> Caller:
        """Who holds the key. Raises WrongApiKey, ExpiredApiKey."""
        hashed, now = digest(key), int(self._clock())
        old = sa.and_(api_keys.c.old_hash == hashed, api_keys.c.old_until > now)
        with self._database.read() as connection:
            row = connection.execute(sa.select(api_keys).where((api_keys.c.hash == hashed) | old)).one_or_none()
            caller = caller_of_key_row(connection, row, now)
        if row is not None and (row.last_used_at is None or now - row.last_used_at >= USE_NOTED_SECONDS):
            with self._database.begin(durable=False) as connection:
                connection.execute(sa.update(api_keys).where(api_keys.c.id == row.id).values(last_used_at=now))
        return caller

    def caller_now(self, owner: str, key_id: str) -> Caller:
        """The caller with this owner who came by this key, session or token once, with the rights of now: for work that
        goes on without it. A session may have ended meanwhile; a key may not.

        Raises:
            WrongApiKey, ExpiredApiKey: the key was revoked or has expired; the user is gone or disabled.
        """
        kind, _, name = owner.partition(":")
        with self._database.read() as connection:
            if kind == "user" and not key_id.startswith("key-"):
                return caller_of_user(connection, name, key_id)
            row = connection.execute(sa.select(api_keys).where(api_keys.c.id == key_id)).one_or_none()
            caller = caller_of_key_row(connection, row, self._clock())
        if caller.owner != owner:
            raise WrongApiKey
        return caller


def digest(secret: str) -> str:
    """What is kept of a key or token."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _new_secret() -> tuple[str, str]:
    prefix = f"lk-{secrets.token_hex(4)}"
    return prefix, f"{prefix}-{secrets.token_urlsafe(32)}"


def _names(names: frozenset[str] | None) -> list[str] | None:
    return None if names is None else sorted(names)


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
        user_id=row.user_id,
        limits=limits_of(row),
        overlap_until=row.old_until,
    )
