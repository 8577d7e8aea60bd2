"""Finds documents, passages and conversations, as far as the caller may read them."""

import time
from typing import Final

from server.model import Caller, NamedFile, Page, Passage, Scope, Titled, folded
from server.ports import Catalog, FileNames, Rights, Search, Titles

# A search asks each store by itself: of more stores, those that were used last.
MOST_STORES: Final = 20
_LISTED: Final = 1000
# Share of the weight of the sought words: who types a word wants to see where it stands, also where it answers nothing.
_HOLDS_MOST: Final = 0.5


class Finder:
    """Finds things of each kind. A passage has at least the relevance `min_score`, or holds most of what is sought."""

    def __init__(
        self, names: FileNames, titles: Titles, search: Search, catalog: Catalog, rights: Rights, min_score: float
    ) -> None:
        self._names = names
        self._titles = titles
        self._search = search
        self._catalog = catalog
        self._rights = rights
        self._min_score = min_score

    def documents(self, sought: str, caller: Caller, limit: int) -> list[NamedFile]:
        """Files by their names."""
        return self._names.named(folded(sought), caller, limit)

    def passages(self, sought: str, caller: Caller, limit: int) -> list[Passage]:
        """Passages by meaning and by words, in the stores that the caller may read. They are not noted as used: who
        types looks everywhere. Raises what the search raises."""
        now = time.time()
        stores = [store for store in self._catalog.stores(Page(_LISTED), caller) if not store.expired(now)]
        stores.sort(key=lambda store: store.last_active_at, reverse=True)
        ids = [store.id for store in stores[:MOST_STORES]]
        if not ids:
            return []
        found = self._search([sought], ids, limit, lambda store: self._rights.readable(caller, store), rerank=False)
        return [one for one in found if one.score >= self._min_score or one.sparse >= _HOLDS_MOST]

    def conversations(self, sought: str, caller: Caller, limit: int) -> list[Titled]:
        """The caller's own conversations by their titles, the last used first; none to a key that is not for chat."""
        if caller.scopes is not None and Scope.CHAT not in caller.scopes:
            return []
        wanted = folded(sought)
        return [one for one in self._titles.titled(caller) if wanted in folded(one.title)][:limit]
