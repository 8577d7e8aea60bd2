"""Stored responses."""

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Brings the tables to this version."""
