"""Evaluations and their runs."""

from sqlalchemy import JSON, Column, ForeignKey, Integer, String, Table, Text, text

from server.adapters.database.schema.base import metadata

evals = Table(
    "evals",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("store_id", ForeignKey("vector_stores.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("criteria", JSON, nullable=False),
    Column("metadata", JSON, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("sequence", Integer, nullable=False, index=True),
)


eval_runs = Table(
    "eval_runs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("eval_id", ForeignKey("evals.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("model", Text),
    Column("file_id", String(64)),
    Column("status", String(16), nullable=False),
    Column("error_code", String(64)),
    Column("error_message", Text),
    Column("figures", JSON, nullable=False),
    Column("metadata", JSON, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("ended_at", Integer),
    Column("sequence", Integer, nullable=False, index=True),
    Column("owner", String(160), nullable=False, server_default=text("''")),
    Column("came_by", String(160), nullable=False, server_default=text("''")),
)


eval_items = Table(
    "eval_items",
    metadata,
    Column("run_id", ForeignKey("eval_runs.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("key", String(32), nullable=False),  # a keyed hash of the question
    Column("status", String(16), nullable=False),
    Column("question", Text, nullable=False),  # sealed with the key of the evaluation, as the outcome
    Column("marks", JSON, nullable=False),
    Column("outcome", Text),
    Column("ended_at", Integer),
)
