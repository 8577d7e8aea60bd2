"""What the features need from outside, as protocols. `server.app` chooses the adapters that fulfil them.

Calls without `async` may block and are made from worker threads; adapters are safe to call from several threads.
"""

from server.ports.catalog import Catalog
from server.ports.engine import Engine
from server.ports.evals import Evals
from server.ports.files import Files, Keys, Signatures
from server.ports.generations import EmbedderRows, Embedders, Generations
from server.ports.identities import Identities
from server.ports.index import Allowed, Index, Reranker, Search, Statistics, Vector
from server.ports.jobs import Jobs
from server.ports.rights import Gate, Rights
from server.ports.sources import SourcePlace, SourcePlaces, Sources

__all__ = [
    "Allowed",
    "Catalog",
    "EmbedderRows",
    "Embedders",
    "Engine",
    "Evals",
    "Files",
    "Gate",
    "Generations",
    "Identities",
    "Index",
    "Jobs",
    "Keys",
    "Reranker",
    "Rights",
    "Search",
    "Signatures",
    "SourcePlace",
    "SourcePlaces",
    "Sources",
    "Statistics",
    "Vector",
]
