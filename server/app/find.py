"""The search for everything."""

from server.adapters.database.file_names import SqlFileNames
from server.app.parts import Parts
from server.ports import Search, Titles
from server.search.everything import Everything
from server.search.finder import Finder


def open_find(parts: Parts, search: Search, titles: Titles) -> Everything:
    """What its route asks."""
    names = SqlFileNames(parts.database)
    return Everything(Finder(names, titles, search, parts.catalog, parts.rights, parts.settings.min_score))
