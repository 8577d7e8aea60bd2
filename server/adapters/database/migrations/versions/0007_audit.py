"""The record of who did what."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Brings the tables to this version."""
