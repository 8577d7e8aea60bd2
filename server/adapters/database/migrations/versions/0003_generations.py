"""Generations of a vector store: its rows under one embedder; and the embedders."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Brings the tables to this version."""
    op.add_column("vector_stores", sa.Column("generation", sa.Integer()))
    op.add_column("vector_stores", sa.Column("last_generation", sa.Integer()))
    op.add_column("store_files", sa.Column("reading", sa.String(length=16)))
    op.create_table(
        "generations",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fingerprint", sa.String(length=128), nullable=False),
        sa.Column("dimensions", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "number", name="pk_generations"),
    )
    op.create_index("ix_generations_state", "generations", ["state"])
    op.create_table(
        "rebuilt_files",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("file_id", sa.String(length=64), nullable=False),
        sa.Column("reading", sa.String(length=16)),
        sa.Column("chunks", sa.Integer(), nullable=False),
        sa.Column("usage_bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "number", "file_id", name="pk_rebuilt_files"),
    )
    op.create_table(
        "embedders",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=128), nullable=False),
        sa.Column("dimensions", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("max_tokens", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text()),
        sa.Column("probes", sa.LargeBinary()),
        sa.Column("chosen", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_embedders"),
        sa.UniqueConstraint("fingerprint", name="uq_embedders_fingerprint"),
    )
