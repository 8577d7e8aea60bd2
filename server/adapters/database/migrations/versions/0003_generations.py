"""Generations of a vector store: its rows under one embedder."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Brings the tables to this version."""
    op.add_column("vector_stores", sa.Column("generation", sa.Integer()))
