"""Sources and their files."""

from sqlalchemy import JSON, Column, ForeignKey, Integer, String, Table, Text

from server.adapters.database.schema.base import metadata

sources = Table(
    "sources",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("store_id", ForeignKey("vector_stores.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("options", JSON, nullable=False),  # include, exclude, interval in seconds, …
    Column("secrets", Text),  # credentials, sealed
    Column("created_at", Integer, nullable=False),
    Column("started_at", Integer),
    Column("ended_at", Integer),
    Column("next_at", Integer, nullable=False, index=True),
    Column("status", String(16), nullable=False),
    Column("message", Text),
    Column("counts", JSON),  # what the last run did
    Column("mark", String(64)),  # what tells the folder from another one at the same path
    Column("sequence", Integer, nullable=False, index=True),
)


source_files = Table(
    "source_files",
    metadata,
    Column("source_id", ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True),
    Column("key", String(64), primary_key=True),  # SHA-256 of the path, which may be long, and no UTF-8
    Column("path", Text, nullable=False),
    Column("file_id", String(64), nullable=False, index=True),
    Column("stamp", String(255), nullable=False),  # what the source says of a file's state: size and time, or an ETag
    Column("sha256", String(64), nullable=False),
)
