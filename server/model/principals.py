"""Whom rights can be given to, as people know them."""

from dataclasses import dataclass
from enum import StrEnum


class PrincipalKind(StrEnum):
    """What is behind the name under which rights are given."""

    USER = "user"
    GROUP = "group"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Principal:
    """A user, a group, or a key that belongs to nobody. `id` is how rights name it, `user:ID`; `ended`: it is disabled,
    revoked or expired, so that what is given to it helps nobody."""

    id: str
    kind: PrincipalKind
    name: str
    ended: bool = False
