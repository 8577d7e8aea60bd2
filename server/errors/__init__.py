"""Every error Lectern answers with, a module per field. The docstring is the text its user reads: what happened, what
to do.

The class carries the HTTP status and OpenAI's `type` and `code`
(https://platform.openai.com/docs/guides/error-codes). One place per face (API, command line) renders them.
"""

from server.errors.access import (
    CrossSiteRequest,
    ExpiredApiKey,
    Forbidden,
    NoApiKey,
    SpentLink,
    UnknownKey,
    WrongApiKey,
)
from server.errors.addresses import UnknownAddress, WrongMethod
from server.errors.answers import (
    EmbedderUnavailable,
    EngineLost,
    EngineRefused,
    EngineUnavailable,
    QuestionTooLong,
    RerankerUnavailable,
    Saturated,
    UnknownModel,
)
from server.errors.base import InvalidRequest, LecternError, RequestTooLarge
from server.errors.documents import (
    DuplicateName,
    RefusedSource,
    SourceUnavailable,
    UnknownEval,
    UnknownFile,
    UnknownSource,
    UnknownStore,
)
from server.errors.machine import (
    BadBackup,
    DamagedSeal,
    DatabaseUnavailable,
    DataInUse,
    IndexUnavailable,
    MissingMasterKey,
    WrongMasterKey,
    WrongSetting,
)

__all__ = [
    "BadBackup",
    "CrossSiteRequest",
    "DamagedSeal",
    "DataInUse",
    "DatabaseUnavailable",
    "DuplicateName",
    "EmbedderUnavailable",
    "EngineLost",
    "EngineRefused",
    "EngineUnavailable",
    "ExpiredApiKey",
    "Forbidden",
    "IndexUnavailable",
    "InvalidRequest",
    "LecternError",
    "MissingMasterKey",
    "NoApiKey",
    "QuestionTooLong",
    "RefusedSource",
    "RequestTooLarge",
    "RerankerUnavailable",
    "Saturated",
    "SourceUnavailable",
    "SpentLink",
    "UnknownAddress",
    "UnknownEval",
    "UnknownFile",
    "UnknownKey",
    "UnknownModel",
    "UnknownSource",
    "UnknownStore",
    "WrongApiKey",
    "WrongMasterKey",
    "WrongMethod",
    "WrongSetting",
]
