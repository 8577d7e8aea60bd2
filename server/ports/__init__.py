"""What the features need from outside, as protocols. `server.app` chooses the adapters that fulfil them.

Calls without `async` may block and are made from worker threads; adapters are safe to call from several threads.
"""

from server.ports.attempts import Attempts, Rule
from server.ports.audit import Audit
from server.ports.batches import BatchRows
from server.ports.catalog import Catalog
from server.ports.engine import Engine
from server.ports.evals import Evals
from server.ports.files import Files, Keys, Signatures
from server.ports.generations import EmbedderRows, Embedders, Generations
from server.ports.identities import Accounts, Groups, Identities, Sessions, Users
from server.ports.index import Allowed, Index, Observe, Reranker, Search, Statistics, Vector
from server.ports.issuer import Issuer, Pending
from server.ports.jobs import JobRows, Jobs
from server.ports.limits import Admission, Allowances, Sizes
from server.ports.listing import FileLists
from server.ports.names import FileNames, Titles
from server.ports.principals import Principals
from server.ports.rights import AccessLists, Gate, Rights
from server.ports.sources import SourcePlace, SourcePlaces, Sources
from server.ports.uploads import FileBatchRows, UploadRows

__all__ = [
    "AccessLists",
    "Accounts",
    "Admission",
    "Allowances",
    "Allowed",
    "Attempts",
    "Audit",
    "BatchRows",
    "Catalog",
    "EmbedderRows",
    "Embedders",
    "Engine",
    "Evals",
    "FileBatchRows",
    "FileLists",
    "FileNames",
    "Files",
    "Gate",
    "Generations",
    "Groups",
    "Identities",
    "Index",
    "Issuer",
    "JobRows",
    "Jobs",
    "Keys",
    "Observe",
    "Pending",
    "Principals",
    "Reranker",
    "Rights",
    "Rule",
    "Search",
    "Sessions",
    "Signatures",
    "Sizes",
    "SourcePlace",
    "SourcePlaces",
    "Sources",
    "Statistics",
    "Titles",
    "UploadRows",
    "Users",
    "Vector",
]
