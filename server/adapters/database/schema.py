"""The tables. Times are Unix seconds; JSON is kept as text in a JSON column."""

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
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

files = Table(
    "files",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("filename", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("purpose", String(32), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("media_type", String(128)),
    Column("created_at", Integer, nullable=False),
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
    Column("replacements", Integer),  # how often one of its files took the place of another
    Column("generation", Integer),  # the number of the one that answers
    Column("last_generation", Integer),  # the largest number that was given so far
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

sources = Table(
    "sources",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("store_id", ForeignKey("vector_stores.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("options", JSON, nullable=False),  # include, exclude, interval in seconds, …
    Column("secrets", Text),  # credentials, sealed
    Column("created_at", Integer, nullable=False),
    Column("started_at", Integer),
    Column("ended_at", Integer),
    Column("next_at", Integer, nullable=False, index=True),
    Column("status", String(16), nullable=False),
    Column("message", Text),
    Column("counts", JSON),  # what the last run did
    Column("mark", String(64)),  # what tells the folder from another one at the same path
    Column("sequence", Integer, nullable=False, index=True),
)

source_files = Table(
    "source_files",
    metadata,
    Column("source_id", ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True),
    Column("key", String(64), primary_key=True),  # SHA-256 of the path, which may be long, and no UTF-8
    Column("path", Text, nullable=False),
    Column("file_id", String(64), nullable=False, index=True),
    Column("stamp", String(255), nullable=False),  # what the source says of a file's state: size and time, or an ETag
    Column("sha256", String(64), nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("subject", String(160), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("state", String(16), nullable=False),  # queued, running, finished, cancelled
    Column("priority", Integer, nullable=False, default=0),
    Column("attempt", Integer, nullable=False, default=0),
    Column("fence", Integer, nullable=False, default=0),
    Column("worker", String(160)),
    Column("leased_until", Float, nullable=False, default=0.0),
    Column("not_before", Float, nullable=False, default=0.0),
    Column("progress", Text),
    Column("created_at", Float, nullable=False),
    Column("updated_at", Float, nullable=False),
    Index("ix_jobs_queue", "state", "priority", "created_at"),
    Index("ix_jobs_subject", "kind", "subject"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("prefix", String(16), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("created_at", Integer, nullable=False),
    Column("expires_at", Integer),
    Column("revoked_at", Integer),
    Column("last_used_at", Integer),
)

links = Table(
    "links",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("key_id", ForeignKey("api_keys.id", ondelete="CASCADE"), nullable=False),
    Column("expires_at", Integer, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("key_id", ForeignKey("api_keys.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("expires_at", Integer, nullable=False),
)

evals = Table(
    "evals",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("store_id", ForeignKey("vector_stores.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("criteria", JSON, nullable=False),
    Column("metadata", JSON, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("sequence", Integer, nullable=False, index=True),
)

eval_runs = Table(
    "eval_runs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("eval_id", ForeignKey("evals.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("model", Text),
    Column("file_id", String(64)),
    Column("status", String(16), nullable=False),
    Column("error_code", String(64)),
    Column("error_message", Text),
    Column("figures", JSON, nullable=False),
    Column("metadata", JSON, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("ended_at", Integer),
    Column("sequence", Integer, nullable=False, index=True),
)

eval_items = Table(
    "eval_items",
    metadata,
    Column("run_id", ForeignKey("eval_runs.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("key", String(32), nullable=False),  # a keyed hash of the question
    Column("status", String(16), nullable=False),
    Column("question", Text, nullable=False),  # sealed with the key of the evaluation, as the outcome
    Column("marks", JSON, nullable=False),
    Column("outcome", Text),
    Column("ended_at", Integer),
)
