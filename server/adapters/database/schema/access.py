"""Who may come in: API keys, one-time links and sessions of the portal."""

from sqlalchemy import JSON, Column, ForeignKey, Integer, String, Table, Text

from server.adapters.database.schema.base import metadata

# `old_hash` is the secret before the last rotation; it works until `old_until`. A key without a user is nobody's.
api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("prefix", String(16), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("created_at", Integer, nullable=False),
    Column("expires_at", Integer),
    Column("revoked_at", Integer),
    Column("last_used_at", Integer),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), index=True),
    Column("scopes", JSON(none_as_null=True)),
    Column("stores", JSON(none_as_null=True)),
    Column("models", JSON(none_as_null=True)),
    Column("origins", JSON(none_as_null=True)),
    Column("old_hash", String(64), unique=True),
    Column("old_until", Integer),
)


# A link signs in, by a key, or lets a user choose a password.
links = Table(
    "links",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("key_id", ForeignKey("api_keys.id", ondelete="CASCADE")),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE")),
    Column("expires_at", Integer, nullable=False),
)


# A session is a user's, or that of a key.
sessions = Table(
    "sessions",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("key_id", ForeignKey("api_keys.id", ondelete="CASCADE"), index=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), index=True),
    Column("via", String(16), nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("expires_at", Integer, nullable=False),
    Column("seen_at", Integer, nullable=False),
    Column("address", String(64), nullable=False),
    Column("agent", Text, nullable=False),
)
