"""Uploads in parts, expiry, batches of files in stores."""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Brings the tables to this version."""
