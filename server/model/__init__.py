"""The nouns the features share, a module per field. Everything is frozen; times are Unix seconds."""

from server.model.access import LECTERN, ApiKey, Caller, KeyLimits, Role, Scope
from server.model.allowances import Allowance, Usage
from server.model.answers import Citation, EngineState, Passage, Prompt, Span
from server.model.audit import AuditEntry, AuditEvent, AuditFault, AuditFilter, AuditHead
from server.model.documents import AnsweringFile, Chunking, Departure, FileProgress, FileRecord, FileStatus, StoreFile
from server.model.index import Hit, IndexRow
from server.model.jobs import JobFilter, JobRecord, JobState, Lease, Priority
from server.model.listing import FileKind, FileSort, FilesWanted
from server.model.names import NamedFile, Titled, folded, found_in
from server.model.paging import Page, all_in_turn
from server.model.principals import Principal, PrincipalKind
from server.model.rights import FileAccess, StoreAccess
from server.model.sources import Found, Listing, SourceFile, SourceOptions, SourceRecord, SourceStatus, Taking, path_key
from server.model.stores import SECONDS_PER_DAY, Building, EmbedderRecord, Generation, StoreRecord
from server.model.uploads import FileBatch, PartRecord, UploadRecord, UploadStatus
from server.model.users import Claimed, Device, Group, Session, User, UserKind, login_of

__all__ = [
    "LECTERN",
    "SECONDS_PER_DAY",
    "Allowance",
    "AnsweringFile",
    "ApiKey",
    "AuditEntry",
    "AuditEvent",
    "AuditFault",
    "AuditFilter",
    "AuditHead",
    "Building",
    "Caller",
    "Chunking",
    "Citation",
    "Claimed",
    "Departure",
    "Device",
    "EmbedderRecord",
    "EngineState",
    "FileAccess",
    "FileBatch",
    "FileKind",
    "FileProgress",
    "FileRecord",
    "FileSort",
    "FileStatus",
    "FilesWanted",
    "Found",
    "Generation",
    "Group",
    "Hit",
    "IndexRow",
    "JobFilter",
    "JobRecord",
    "JobState",
    "KeyLimits",
    "Lease",
    "Listing",
    "NamedFile",
    "Page",
    "PartRecord",
    "Passage",
    "Principal",
    "PrincipalKind",
    "Priority",
    "Prompt",
    "Role",
    "Scope",
    "Session",
    "SourceFile",
    "SourceOptions",
    "SourceRecord",
    "SourceStatus",
    "Span",
    "StoreAccess",
    "StoreFile",
    "StoreRecord",
    "Taking",
    "Titled",
    "UploadRecord",
    "UploadStatus",
    "Usage",
    "User",
    "UserKind",
    "all_in_turn",
    "folded",
    "found_in",
    "login_of",
    "path_key",
]
