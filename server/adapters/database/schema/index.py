"""Generations of stores, embedders and term statistics."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, String, Table, Text

from server.adapters.database.schema.base import metadata

generations = Table(  # of stores, but for those that answer; without a foreign key, as they outlive their stores
    "generations",
    metadata,
    Column("store_id", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("fingerprint", String(128), nullable=False),
    Column("dimensions", Integer, nullable=False),
    Column("state", String(16), nullable=False, index=True),  # building, or leaving: of it something may still lie
)


rebuilt_files = Table(  # files of which something may lie in a generation under way
    "rebuilt_files",
    metadata,
    Column("store_id", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("file_id", String(64), primary_key=True),
    Column("reading", String(16)),  # which one is in whole; none yet: null
    Column("chunks", Integer, nullable=False, default=0),
    Column("usage_bytes", BigInteger, nullable=False, default=0),
)


embedders = Table(
    "embedders",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("fingerprint", String(128), nullable=False, unique=True),
    Column("dimensions", Integer, nullable=False),
    Column("url", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("max_tokens", Integer, nullable=False),
    Column("key", Text),  # sealed
    Column("probes", LargeBinary),  # vectors of a few fixed texts
    Column("chosen", Integer, nullable=False),  # grows; the largest is wanted
)


term_statistics = Table(
    "term_statistics",
    metadata,
    Column("store_id", String(64), primary_key=True),
    Column("term", BigInteger, primary_key=True, autoincrement=False),
    Column("chunks", Integer, nullable=False),
)


file_statistics = Table(
    "file_statistics",
    metadata,
    Column("store_id", String(64), primary_key=True),
    Column("file_id", String(64), primary_key=True),
    Column("chunks", Integer, nullable=False),
    Column("tokens", BigInteger, nullable=False),
    Column("terms", LargeBinary, nullable=False),  # packed pairs of term id and number of chunks
)
