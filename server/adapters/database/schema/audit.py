"""The record of who did what."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from server.adapters.database.schema.base import metadata

# `entry` is what is hashed; time, owner, key, name, action and request are copies of what stands in it, to find it by.
audit = Table(
    "audit",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("id", String(32), nullable=False, unique=True),
    Column("time", Integer, nullable=False, index=True),
    Column("owner", Text),
    Column("key_id", Text),
    Column("name", Text),
    Column("action", Text, nullable=False),
    Column("request", Text, nullable=False),
    Column("entry", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("signature", String(128), nullable=False),
    Index("ix_audit_owner", "owner", "sequence"),
    Index("ix_audit_request", "request"),
)
