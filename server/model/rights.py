"""Who may do what with one store or file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from server.model.access import Role

PRINCIPAL: Final = re.compile(r"(user|group|key):[!-~]{1,120}")
"""How somebody is named to whom rights are given."""


@dataclass(frozen=True, slots=True)
class StoreAccess:
    """Who may use a vector store, besides administrators: its owner, who edits it; everybody with their role in the
    installation, if it is `shared`; and principals with the roles granted to them."""

    owner: str | None = None
    shared: bool = True
    grants: Mapping[str, Role] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileAccess:
    """Who may read a file: whoever may read a store that holds it. If it is `restricted`, of those only its
    `principals`, and its owner and administrators always."""

    owner: str | None = None
    restricted: bool = False
    principals: frozenset[str] = frozenset()
