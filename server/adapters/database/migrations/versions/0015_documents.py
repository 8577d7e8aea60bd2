"""What files are listed and found by."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_AT_ONCE = 1000


def upgrade() -> None:
    """Brings the tables to this version."""
    op.add_column("files", sa.Column("folded", sa.Text(), nullable=False, server_default=sa.text("''")))
    _fold()


def _fold() -> None:
    """Names as they are found: as `server.model.folded` makes them."""
    files = sa.table("files", sa.column("id"), sa.column("filename"), sa.column("folded"))
    connection = op.get_bind()
    rows = connection.execute(sa.select(files.c.id, files.c.filename)).all()
    update = sa.update(files).where(files.c.id == sa.bindparam("file")).values(folded=sa.bindparam("name"))
    for start in range(0, len(rows), _AT_ONCE):
        part = rows[start : start + _AT_ONCE]
        connection.execute(update, [{"file": row.id, "name": _folded(row.filename)} for row in part])


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
