"""What a row of a key, a session or a user makes of whoever came by it: a Caller."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from server.adapters.database.schema import group_members, users
from server.errors import ExpiredApiKey, WrongApiKey
from server.model import Caller, KeyLimits, Role


def caller_of_key_row(connection: sa.Connection, row: sa.Row[Any] | None, now: float) -> Caller:
    """Who holds the key of a row of `api_keys`.

    Raises:
        WrongApiKey: there is none, it was revoked, or its user is disabled or has no role in common with it.
        ExpiredApiKey: it has expired.
    """
    if row is None or row.revoked_at is not None:
        raise WrongApiKey
    if row.expires_at is not None and row.expires_at <= now:
        raise ExpiredApiKey(expired=f"{datetime.fromtimestamp(row.expires_at, UTC):%Y-%m-%d %H:%M} UTC")
    role, limits = Role(row.role), limits_of(row)
    if row.user_id is None:
        owner = f"key:{row.id}"
        caller = Caller(row.id, row.name, role, owner=owner, principals=frozenset({owner}))
        return _narrowed(caller, limits)
    holder = caller_of_user(connection, row.user_id, row.id)
    common = role.within(holder.role)
    if common is None:
        raise WrongApiKey
    return _narrowed(replace(holder, role=common, most=role), limits)


def caller_of_user(connection: sa.Connection, user_id: str, came_by: str) -> Caller:
    """The user, who came by a session or a token. Raises WrongApiKey: there is no such user, or it is disabled."""
    row = connection.execute(sa.select(users).where(users.c.id == user_id)).one_or_none()
    if row is None or row.disabled_at is not None:
        raise WrongApiKey
    groups = connection.scalars(sa.select(group_members.c.group_id).where(group_members.c.user_id == user_id))
    owner = f"user:{user_id}"
    principals = frozenset({owner, *(f"group:{group}" for group in groups)})
    return Caller(came_by, row.name, Role(row.role), owner=owner, principals=principals)


def _narrowed(caller: Caller, limits: KeyLimits) -> Caller:
    narrowed = replace(caller, scopes=limits.scopes, stores=limits.stores, models=limits.models)
    return replace(narrowed, origins=limits.origins)


def limits_of(row: sa.Row[Any]) -> KeyLimits:
    """What the key of a row of `api_keys` is limited to."""
    lists = (row.scopes, row.stores, row.models, row.origins)
    return KeyLimits(*(None if names is None else frozenset(names) for names in lists))
