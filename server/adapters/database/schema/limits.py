"""What keys, users and stores may use, and what was used of it."""

from sqlalchemy import BigInteger, Column, Integer, String, Table

from server.adapters.database.schema.base import metadata

allowances = Table(
    "allowances",
    metadata,
    Column("subject", String(160), primary_key=True),  # key:ID, user:ID, store:ID
    Column("requests_per_minute", Integer),
    Column("tokens_per_minute", Integer),
    Column("streams", Integer),
    Column("upload_bytes", BigInteger),
    Column("store_bytes", BigInteger),
    Column("tokens_per_month", BigInteger),
)


usage = Table(
    "usage",
    metadata,
    Column("month", String(7), primary_key=True),  # 2026-11
    Column("subject", String(160), primary_key=True),
    Column("requests", BigInteger, nullable=False),
    Column("tokens", BigInteger, nullable=False),
)
