"""Who may do what with which store and file, besides their owners and administrators."""

from sqlalchemy import Column, ForeignKey, String, Table

from server.adapters.database.schema.base import metadata

store_grants = Table(
    "store_grants",
    metadata,
    Column("store_id", ForeignKey("vector_stores.id", ondelete="CASCADE"), primary_key=True),
    Column("principal", String(128), primary_key=True, index=True),  # user:ID, group:ID or key:ID
    Column("role", String(16), nullable=False),
)


file_grants = Table(  # who may read a file that is restricted
    "file_grants",
    metadata,
    Column("file_id", ForeignKey("files.id", ondelete="CASCADE"), primary_key=True),
    Column("principal", String(128), primary_key=True, index=True),
)
