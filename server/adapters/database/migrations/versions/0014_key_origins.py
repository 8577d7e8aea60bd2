"""From which web pages a key may be used."""

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Brings the tables to this version."""
