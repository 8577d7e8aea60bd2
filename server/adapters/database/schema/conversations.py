"""Conversations, and what was said of answers."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from server.adapters.database.schema.base import metadata

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner", String(128), nullable=False),  # a principal
    Column("created_at", Integer, nullable=False),
    Column("sequence", BigInteger, nullable=False),  # microseconds of its last use
    Column("latest", String(64)),  # the response that it goes on behind
    Column("title", Text),  # sealed with the conversation's own key, as its content
    Column("content", Text, nullable=False),
    Index("ix_conversations_owner", "owner", "sequence"),
    Index("ix_conversations_sequence", "sequence"),
)


feedback = Table(
    "feedback",
    metadata,
    Column("response_id", ForeignKey("responses.id", ondelete="CASCADE"), primary_key=True),
    Column("rating", String(8), nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("sequence", BigInteger, nullable=False, index=True),  # microseconds of the rating
    Column("comment", Text),  # sealed with the response's key
)
