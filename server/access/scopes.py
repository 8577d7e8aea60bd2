"""Which scope a route is in: what a key must be admitted to, beside its role."""

import re
from typing import Final

from server.model import Scope

_READS: Final = frozenset({"GET", "HEAD"})
# The first one whose pattern begins the path counts: (pattern, scope of reading, scope of everything else).
_ROUTES: Final = tuple(
    (re.compile(pattern), reading, other)
    for pattern, reading, other in (
        (r"/v1/limits/me$", None, None),
        (r"/v1/(chat|completions|responses|conversations|embeddings|rerank|models)\b", Scope.CHAT, Scope.CHAT),
        (r"/v1/limits/me$", Scope.CHAT, Scope.CHAT),
        (r"/v1/search$", Scope.SEARCH, Scope.SEARCH),
        (r"/v1/vector_stores/[^/]+/search$", Scope.SEARCH, Scope.SEARCH),
        (r"/v1/(vector_stores|files)/[^/]+/access$", Scope.STORES_WRITE, Scope.STORES_WRITE),
        (r"/v1/principals$", Scope.STORES_WRITE, Scope.STORES_WRITE),
        (r"/v1/vector_stores/[^/]+/(files|file_batches)\b", Scope.FILES_READ, Scope.FILES_WRITE),
        (r"/v1/vector_stores\b", Scope.FILES_READ, Scope.STORES_WRITE),
        (r"/v1/files\b", Scope.FILES_READ, Scope.FILES_WRITE),
        (r"/v1/uploads\b", Scope.FILES_WRITE, Scope.FILES_WRITE),
        (r"/v1/evals\b", Scope.EVALS, Scope.EVALS),
        (r"/v1/batches\b", Scope.BATCHES, Scope.BATCHES),
        (r"/v1/audit\b", Scope.AUDIT, Scope.AUDIT),
    )
)


def scope_of(method: str, path: str) -> Scope | None:
    """The scope of a request; None: every key may. What is not named here is for administrators."""
    for pattern, reading, other in _ROUTES:
        if pattern.match(path):
            return reading if method in _READS else other
    return Scope.ADMIN
