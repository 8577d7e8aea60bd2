"""Users, their groups, and attempts to sign in as one."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from server.adapters.database.schema.base import metadata

# `login` is the name as it is compared: without case, in one Unicode form.
users = Table(
    "users",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("login", Text, nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("role", String(16), nullable=False),
    Column("email", Text),
    Column("password", Text),
    Column("issuer", Text),
    Column("subject", Text),
    Column("created_at", Integer, nullable=False),
    Column("disabled_at", Integer),
    Column("signed_in_at", Integer),
    Column("sequence", Integer, nullable=False, index=True),
    UniqueConstraint("issuer", "subject"),
)


groups = Table(
    "groups",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("folded", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("sequence", Integer, nullable=False, index=True),
    UniqueConstraint("issuer", "folded"),
)


group_members = Table(
    "group_members",
    metadata,
    Column("group_id", ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True),
)


# What is counted is an address, an account, or both together; `name` is a keyed hash of it. `succeeded` marks an
# address from which the account was signed in to.
sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("blocked_until", Float, nullable=False),
    Column("changed_at", Float, nullable=False),
    Column("succeeded", Boolean, nullable=False),
)
