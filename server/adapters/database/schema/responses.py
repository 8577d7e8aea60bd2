"""Stored responses."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, false

from server.adapters.database.schema.base import metadata

responses = Table(
    "responses",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner", String(128), nullable=False),  # a principal
    Column("status", String(16), nullable=False),
    Column("background", Boolean, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("expires_at", Integer, index=True),
    Column("content", Text, nullable=False),  # sealed with the response's own key, as its events
    # Of a turn of a conversation: its place there, and the microseconds at which it was begun.
    Column("conversation_id", String(64)),
    Column("follows", String(64)),
    Column("began", BigInteger),
    Column("shared", Boolean, nullable=False, server_default=false()),
    Index("ix_responses_conversation_id", "conversation_id", "began"),
)


response_events = Table(  # of responses that are told from the background
    "response_events",
    metadata,
    Column("response_id", ForeignKey("responses.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("content", Text, nullable=False),
)
