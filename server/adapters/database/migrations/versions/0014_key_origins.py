"""From which web pages a key may be used."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Brings the tables to this version."""
    op.add_column("api_keys", sa.Column("origins", sa.JSON(none_as_null=True)))
