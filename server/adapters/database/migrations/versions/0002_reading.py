"""What reading tells of a file, signatures of its text, and sources that stores stay in step with."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Brings the tables to this version."""
    op.execute("UPDATE jobs SET progress = NULL")  # was a text, is JSON now; what runs tells it anew
    op.create_table(
        "packed_objects",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_packed_objects"),
    )
    op.add_column("store_files", sa.Column("warnings", sa.JSON()))
    op.add_column("store_files", sa.Column("quality", sa.Float()))
    op.add_column("store_files", sa.Column("quality_reasons", sa.JSON()))
    op.add_column("store_files", sa.Column("duplicate_of", sa.String(length=64)))
    op.add_column("store_files", sa.Column("replaces", sa.String(length=64)))
    op.add_column("store_files", sa.Column("owned", sa.Boolean()))
    op.add_column("vector_stores", sa.Column("replacements", sa.Integer()))
    op.create_table(
        "departures",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("file_id", sa.String(length=64), nullable=False),
        sa.Column("owned", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "file_id", name="pk_departures"),
    )
    op.create_table(
        "file_signatures",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("file_id", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        _of_store_file("file_signatures"),
        sa.PrimaryKeyConstraint("store_id", "file_id", name="pk_file_signatures"),
    )
    op.create_table(
        "signature_bands",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("band", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("file_id", sa.String(length=64), nullable=False),
        _of_store_file("signature_bands"),
        sa.PrimaryKeyConstraint("store_id", "band", "file_id", name="pk_signature_bands"),
    )
    op.create_index("ix_signature_bands_file", "signature_bands", ["store_id", "file_id"])
    op.create_table(
        "sources",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("secrets", sa.Text()),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.Integer()),
        sa.Column("ended_at", sa.Integer()),
        sa.Column("next_at", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("message", sa.Text()),
        sa.Column("counts", sa.JSON()),
        sa.Column("mark", sa.String(length=64)),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id"], ["vector_stores.id"], name="fk_sources_store_id_vector_stores", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sources"),
    )
    op.create_index("ix_sources_store_id", "sources", ["store_id"])
    op.create_index("ix_sources_next_at", "sources", ["next_at"])
    op.create_index("ix_sources_sequence", "sources", ["sequence"])
    op.create_table(
        "source_files",
        sa.Column("source_id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("file_id", sa.String(length=64), nullable=False),
        sa.Column("stamp", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name="fk_source_files_source_id_sources", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source_id", "key", name="pk_source_files"),
    )
    op.create_index("ix_source_files_file_id", "source_files", ["file_id"])


def _of_store_file(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["store_id", "file_id"],
        ["store_files.store_id", "store_files.file_id"],
        name=f"fk_{table}_store_id_store_files",
        ondelete="CASCADE",
    )
