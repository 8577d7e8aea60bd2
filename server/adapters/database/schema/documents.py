"""Files and vector stores."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.engine.default import DefaultExecutionContext

from server.adapters.database.schema.base import metadata
from server.model import folded


def _folded(context: DefaultExecutionContext) -> str:
    return folded(context.get_current_parameters()["filename"])  # type: ignore[no-untyped-call]


files = Table(
    "files",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("filename", Text, nullable=False),
    Column("folded", Text, nullable=False, default=_folded, server_default=text("''")),  # the name as it is found
    Column("bytes", BigInteger, nullable=False),
    Column("purpose", String(32), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("media_type", String(128)),
    Column("created_at", Integer, nullable=False),
    Column("expires_at", Integer, index=True),
    Column("owner", String(128), index=True),  # a principal; null: whoever made it is not known
    Column("restricted", Boolean, index=True),  # true: of those who may read a store with it, only some may read it
    Column("sequence", Integer, nullable=False, index=True),  # breaks ties of created_at in paging
)


file_keys = Table(
    "file_keys",
    metadata,
    Column("file_id", String(64), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)


packed_objects = Table(
    "packed_objects",
    metadata,
    Column("name", String(64), primary_key=True),  # a keyed hash of the object's name
    Column("content", LargeBinary, nullable=False),
)


vector_stores = Table(
    "vector_stores",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("metadata", JSON, nullable=False),
    Column("dimensions", Integer, nullable=False),
    Column("fingerprint", String(128), nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("last_active_at", Integer, nullable=False),
    Column("description", Text),
    Column("expires_days", Integer),  # after the last use
    Column("replacements", Integer),  # how often one of its files took the place of another
    Column("generation", Integer),  # the number of the one that answers
    Column("last_generation", Integer),  # the largest number that was given so far
    Column("owner", String(128)),  # a principal; null: whoever made it is not known
    Column("shared", Boolean),  # true: everybody has their role of the installation in it
    Column("sequence", Integer, nullable=False, index=True),
)


store_files = Table(
    "store_files",
    metadata,
    Column("store_id", ForeignKey("vector_stores.id", ondelete="CASCADE"), primary_key=True),
    Column("file_id", ForeignKey("files.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("status", String(16), nullable=False),
    Column("usage_bytes", BigInteger, nullable=False, default=0),
    Column("chunks", Integer, nullable=False, default=0),
    Column("partial", Boolean, nullable=False, default=False),
    Column("losses", JSON, nullable=False),
    Column("error_code", String(64)),
    Column("error_message", Text),
    Column("attributes", JSON, nullable=False),
    Column("warnings", JSON),
    Column("quality", Float),
    Column("quality_reasons", JSON),
    Column("duplicate_of", String(64)),
    Column("replaces", String(64)),
    Column("owned", Boolean),  # the file itself goes when it leaves the store
    Column("reading", String(16)),  # another one whenever it was completed anew
    Column("chunk_tokens", Integer),  # none: as Lectern thinks best
    Column("overlap_tokens", Integer),
    Column("created_at", Integer, nullable=False),
    Column("sequence", Integer, nullable=False, index=True),
)


departures = Table(  # files that left a store, and of which something may still lie in the index
    "departures",
    metadata,
    Column("store_id", String(64), primary_key=True),
    Column("file_id", String(64), primary_key=True),
    Column("owned", Boolean, nullable=False),
)


def _of_store_file(table: str) -> ForeignKeyConstraint:
    """What belongs to a file in a store goes with it."""
    return ForeignKeyConstraint(
        ["store_id", "file_id"],
        ["store_files.store_id", "store_files.file_id"],
        name=f"fk_{table}_store_id_store_files",
        ondelete="CASCADE",
    )


file_signatures = Table(
    "file_signatures",
    metadata,
    Column("store_id", String(64), primary_key=True),
    Column("file_id", String(64), primary_key=True),
    Column("signature", LargeBinary, nullable=False),  # MinHash of its text, see ingest
    _of_store_file("file_signatures"),
)


signature_bands = Table(
    "signature_bands",  # finds signatures that may be alike
    metadata,
    Column("store_id", String(64), primary_key=True),
    Column("band", BigInteger, primary_key=True, autoincrement=False),
    Column("file_id", String(64), primary_key=True),
    _of_store_file("signature_bands"),
    Index("ix_signature_bands_file", "store_id", "file_id"),
)
