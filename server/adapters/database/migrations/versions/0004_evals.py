"""Question sets of vector stores and how answering them went."""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Brings the tables to this version."""
