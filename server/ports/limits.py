"""How much callers may ask, and who may ask now."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from server.model import Allowance, Caller, Usage


class Allowances(Protocol):
    """What administrators allowed to `key:ID`, `user:ID` and `store:ID`, and what was used of it."""

    def all(self) -> dict[str, Allowance]:
        """Subject -> what it was allowed."""
        ...

    def put(self, subject: str, allowance: Allowance) -> None:
        """Allows this, in place of what was allowed before."""
        ...

    def remove(self, subject: str) -> bool:
        """Back to what everybody may; False: that was so already."""
        ...

    def add_usage(self, month: str, used: Mapping[str, Usage]) -> None:
        """Adds to what subjects used in a month ("2026-11")."""
        ...

    def usage(self, month: str) -> dict[str, Usage]:
        """Subject -> what it used in the month."""
        ...


class Admission(Protocol):
    """Lets callers have answers made."""

    def answer(self, caller: Caller) -> AbstractAsyncContextManager[None]:
        """Whoever has an answer made for a caller does it within this block.

        Raises:
            RateLimited, QuotaSpent: the caller has asked as much as it may.
            Saturated: so many answers are under way that there is no room; a `bulk` caller waits for room instead.
        """
        ...

    def spent(self, caller: Caller, tokens: int) -> None:
        """Takes note of the tokens of a prompt and its answer."""
        ...


class Sizes(Protocol):
    """How large what is kept may become, in bytes."""

    def upload(self, caller: Caller) -> int:
        """The largest upload of the caller."""
        ...

    def store(self, store_id: str) -> int | None:
        """What a vector store may hold; None: as much as it wants. Raises UnknownStore."""
        ...

    def used(self, store_id: str) -> int:
        """What a vector store holds."""
        ...
