"""Quotas and what was used of them."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Brings the tables to this version."""
    op.create_table(
        "allowances",
        sa.Column("subject", sa.String(length=160), nullable=False),
        sa.Column("requests_per_minute", sa.Integer()),
        sa.Column("tokens_per_minute", sa.Integer()),
        sa.Column("streams", sa.Integer()),
        sa.Column("upload_bytes", sa.BigInteger()),
        sa.Column("store_bytes", sa.BigInteger()),
        sa.Column("tokens_per_month", sa.BigInteger()),
        sa.PrimaryKeyConstraint("subject", name="pk_allowances"),
    )
    op.create_table(
        "usage",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("subject", sa.String(length=160), nullable=False),
        sa.Column("requests", sa.BigInteger(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("month", "subject", name="pk_usage"),
    )
