"""Quotas and what was used of them."""

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Brings the tables to this version."""
