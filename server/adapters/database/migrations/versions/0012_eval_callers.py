"""Who began the run of an evaluation, and by what. Of the runs before, nobody knows."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Brings the tables to this version."""
    for name in ("owner", "came_by"):
        op.add_column("eval_runs", sa.Column(name, sa.String(length=160), nullable=False, server_default=sa.text("''")))
