"""Whom rights can be given to."""

from collections.abc import Collection, Sequence
from typing import Protocol

from server.model import Principal, PrincipalKind


class Principals(Protocol):
    """Users, groups, and keys that belong to nobody, by what people call them."""

    def found(self, sought: str, limit: int, kinds: Collection[PrincipalKind] = ...) -> list[Principal]:
        """Those of these kinds that have not ended and whose name holds `sought`: groups, then users, then keys; of
        each kind those first whose name begins with it."""
        ...

    def named(self, ids: Sequence[str]) -> list[Principal]:
        """Those with these ids (`user:ID`), ended ones too; what is nobody's any more is left out."""
        ...
