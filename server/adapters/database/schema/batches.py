"""Batches of requests, and their lines while they run."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Integer, String, Table, Text

from server.adapters.database.schema.base import metadata

batches = Table(
    "batches",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner", String(160), nullable=False, index=True),
    Column("came_by", String(160), nullable=False),
    Column("endpoint", String(64), nullable=False),
    Column("input_file_id", String(64), nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("expires_at", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("output_seconds", Integer),
    Column("metadata", JSON, nullable=False),
    Column("times", JSON, nullable=False),
    Column("errors", JSON, nullable=False),
    Column("output_file_id", String(64)),
    Column("error_file_id", String(64)),
    Column("total", Integer, nullable=False),
    Column("completed", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("sequence", Integer, nullable=False, index=True),
)


batch_lines = Table(
    "batch_lines",
    metadata,
    Column("batch_id", ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("start", BigInteger, nullable=False),  # bytes of the input file
    Column("length", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("outcome", Text),  # sealed with the key of the batch
)
