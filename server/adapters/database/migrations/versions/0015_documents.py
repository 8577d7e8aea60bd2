"""What files are listed and found by."""

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Brings the tables to this version."""
