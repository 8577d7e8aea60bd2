"""The nouns the features share, a module per field. Everything is frozen; times are Unix seconds."""

from server.model.access import ApiKey, Caller, Role
from server.model.answers import Citation, EngineState, Passage, Prompt, Span
from server.model.documents import Departure, FileProgress, FileRecord, FileStatus, StoreFile
from server.model.index import Hit, IndexRow
from server.model.jobs import Lease, Priority
from server.model.sources import Found, Listing, SourceFile, SourceOptions, SourceRecord, SourceStatus, Taking, path_key
from server.model.stores import Building, EmbedderRecord, Generation, StoreRecord

__all__ = [
    "ApiKey",
    "Building",
    "Caller",
    "Citation",
    "Departure",
    "EmbedderRecord",
    "EngineState",
    "FileProgress",
    "FileRecord",
    "FileStatus",
    "Found",
    "Generation",
    "Hit",
    "IndexRow",
    "Lease",
    "Listing",
    "Passage",
    "Priority",
    "Prompt",
    "Role",
    "SourceFile",
    "SourceOptions",
    "SourceRecord",
    "SourceStatus",
    "Span",
    "StoreFile",
    "StoreRecord",
    "Taking",
    "path_key",
]
