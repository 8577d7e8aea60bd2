"""Conversations, what was said of answers, and answers that are shared."""

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Brings the tables to this version."""
