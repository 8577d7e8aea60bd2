"""Who owns files and stores, and who else may do what with them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Brings the tables to this version."""
    op.add_column("files", sa.Column("owner", sa.String(length=128)))
    op.add_column("files", sa.Column("restricted", sa.Boolean()))
    op.create_index("ix_files_owner", "files", ["owner"])
    op.create_index("ix_files_restricted", "files", ["restricted"])
    op.add_column("vector_stores", sa.Column("owner", sa.String(length=128)))
    op.add_column("vector_stores", sa.Column("shared", sa.Boolean()))
    op.execute(sa.text("UPDATE vector_stores SET shared = :yes").bindparams(yes=True))  # so it was before
    op.create_table(
        "store_grants",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("principal", sa.String(length=128), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id"], ["vector_stores.id"], name="fk_store_grants_store_id_vector_stores", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("store_id", "principal", name="pk_store_grants"),
    )
    op.create_index("ix_store_grants_principal", "store_grants", ["principal"])
    op.create_table(
        "file_grants",
        sa.Column("file_id", sa.String(length=64), nullable=False),
        sa.Column("principal", sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name="fk_file_grants_file_id_files", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("file_id", "principal", name="pk_file_grants"),
    )
    op.create_index("ix_file_grants_principal", "file_grants", ["principal"])
