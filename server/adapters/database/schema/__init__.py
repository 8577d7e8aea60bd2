"""The tables, a module per field. Times are Unix seconds; JSON is kept as text in a JSON column."""

from server.adapters.database.schema.access import api_keys, links, sessions
from server.adapters.database.schema.audit import audit
from server.adapters.database.schema.base import metadata
from server.adapters.database.schema.batches import batch_lines, batches
from server.adapters.database.schema.conversations import conversations, feedback
from server.adapters.database.schema.documents import (
    departures,
    file_keys,
    file_signatures,
    files,
    packed_objects,
    signature_bands,
    store_files,
    vector_stores,
)
from server.adapters.database.schema.evals import eval_items, eval_runs, evals
from server.adapters.database.schema.index import (
    embedders,
    file_statistics,
    generations,
    rebuilt_files,
    term_statistics,
)
from server.adapters.database.schema.jobs import jobs
from server.adapters.database.schema.limits import allowances, usage
from server.adapters.database.schema.responses import response_events, responses
from server.adapters.database.schema.rights import file_grants, store_grants
from server.adapters.database.schema.sources import source_files, sources
from server.adapters.database.schema.uploads import file_batch_members, file_batches, upload_parts, uploads
from server.adapters.database.schema.users import group_members, groups, sign_in_attempts, users

__all__ = [
    "allowances",
    "api_keys",
    "audit",
    "batch_lines",
    "batches",
    "conversations",
    "departures",
    "embedders",
    "eval_items",
    "eval_runs",
    "evals",
    "feedback",
    "file_batch_members",
    "file_batches",
    "file_grants",
    "file_keys",
    "file_signatures",
    "file_statistics",
    "files",
    "generations",
    "group_members",
    "groups",
    "jobs",
    "links",
    "metadata",
    "packed_objects",
    "rebuilt_files",
    "response_events",
    "responses",
    "sessions",
    "sign_in_attempts",
    "signature_bands",
    "source_files",
    "sources",
    "store_files",
    "store_grants",
    "term_statistics",
    "upload_parts",
    "uploads",
    "usage",
    "users",
    "vector_stores",
]
