"""Batches of requests."""

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Brings the tables to this version."""
