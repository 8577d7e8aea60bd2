"""Conversations, what was said of answers, and answers that are shared."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Brings the tables to this version."""
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=128), nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("latest", sa.String(length=64)),
        sa.Column("title", sa.Text()),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
    )
    op.create_index("ix_conversations_owner", "conversations", ["owner", "sequence"])
    op.create_index("ix_conversations_sequence", "conversations", ["sequence"])
    op.create_table(
        "feedback",
        sa.Column("response_id", sa.String(length=64), nullable=False),
        sa.Column("rating", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("comment", sa.Text()),
        sa.ForeignKeyConstraint(
            ["response_id"], ["responses.id"], name="fk_feedback_response_id_responses", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("response_id", name="pk_feedback"),
    )
    op.create_index("ix_feedback_sequence", "feedback", ["sequence"])
    op.add_column("responses", sa.Column("conversation_id", sa.String(length=64)))
    op.add_column("responses", sa.Column("follows", sa.String(length=64)))
    op.add_column("responses", sa.Column("began", sa.BigInteger()))
    op.add_column("responses", sa.Column("shared", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_responses_conversation_id", "responses", ["conversation_id", "began"])
