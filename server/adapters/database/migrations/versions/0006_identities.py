"""Users, groups and service accounts, and what keys are limited to."""

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Brings the tables to this version."""
