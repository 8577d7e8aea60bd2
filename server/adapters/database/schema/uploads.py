"""Uploads in parts, and batches of files put into a store together."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from server.adapters.database.schema.base import metadata

uploads = Table(
    "uploads",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner", String(128), nullable=False),
    Column("filename", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("purpose", String(32), nullable=False),
    Column("mime_type", String(255), nullable=False),
    Column("keep_seconds", Integer),  # after which the file expires that comes of it
    Column("status", String(16), nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("expires_at", Integer, nullable=False, index=True),
    Column("file_id", String(64)),  # the file that comes of it, or is being put together
    Column("cleared_at", Integer),  # when the last of its parts was removed
)


upload_parts = Table(
    "upload_parts",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("upload_id", ForeignKey("uploads.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("bytes", BigInteger),  # none: it is still coming
    Column("created_at", Integer, nullable=False),
)


file_batches = Table(
    "file_batches",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("store_id", ForeignKey("vector_stores.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Integer, nullable=False),
    Column("cancelled_at", Integer),
)


file_batch_members = Table(
    "file_batch_members",
    metadata,
    Column("batch_id", ForeignKey("file_batches.id", ondelete="CASCADE"), primary_key=True),
    Column("file_id", String(64), primary_key=True),
    Index("ix_file_batch_members_file", "file_id"),
)
