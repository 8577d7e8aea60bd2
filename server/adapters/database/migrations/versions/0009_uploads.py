"""Uploads in parts, expiry, batches of files in stores."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Brings the tables to this version."""
    op.add_column("files", sa.Column("expires_at", sa.Integer()))
    op.create_index("ix_files_expires_at", "files", ["expires_at"])
    op.add_column("vector_stores", sa.Column("description", sa.Text()))
    op.add_column("vector_stores", sa.Column("expires_days", sa.Integer()))
    op.add_column("store_files", sa.Column("chunk_tokens", sa.Integer()))
    op.add_column("store_files", sa.Column("overlap_tokens", sa.Integer()))
    _add_uploads()
    _add_batches()


def _add_uploads() -> None:
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=128), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("mime_type", sa.String(length=255), nullable=False),
        sa.Column("keep_seconds", sa.Integer()),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.String(length=64)),
        sa.Column("cleared_at", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_uploads"),
    )
    op.create_index("ix_uploads_expires_at", "uploads", ["expires_at"])
    op.create_table(
        "upload_parts",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("upload_id", sa.String(length=64), nullable=False),
        sa.Column("bytes", sa.BigInteger()),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["uploads.id"], name="fk_upload_parts_upload_id_uploads", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_upload_parts"),
    )
    op.create_index("ix_upload_parts_upload_id", "upload_parts", ["upload_id"])


def _add_batches() -> None:
    op.create_table(
        "file_batches",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.Column("cancelled_at", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["store_id"], ["vector_stores.id"], name="fk_file_batches_store_id_vector_stores", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_file_batches"),
    )
    op.create_index("ix_file_batches_store_id", "file_batches", ["store_id"])
    op.create_table(
        "file_batch_members",
        sa.Column("batch_id", sa.String(length=64), nullable=False),
        sa.Column("file_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["file_batches.id"], name="fk_file_batch_members_batch_id_file_batches", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch_id", "file_id", name="pk_file_batch_members"),
    )
    op.create_index("ix_file_batch_members_file", "file_batch_members", ["file_id"])
