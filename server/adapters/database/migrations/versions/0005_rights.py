"""Who owns files and stores, and who else may do what with them."""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Brings the tables to this version."""
