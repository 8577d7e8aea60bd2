"""The nouns the features share, a module per field. Everything is frozen; times are Unix seconds."""

from server.model.access import LECTERN, ApiKey, Caller, Role
from server.model.answers import Citation, EngineState, Passage, Prompt, Span
from server.model.documents import Departure, FileProgress, FileRecord, FileStatus, StoreFile
from server.model.index import Hit, IndexRow
from server.model.jobs import Lease, Priority
from server.model.paging import Page, all_in_turn
from server.model.sources import Found, Listing, SourceFile, SourceOptions, SourceRecord, SourceStatus, Taking, path_key
from server.model.stores import Building, EmbedderRecord, Generation, StoreRecord

__all__ = [
    "LECTERN",
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
    "Page",
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
    "all_in_turn",
    "path_key",
]
