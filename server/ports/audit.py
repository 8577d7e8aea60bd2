"""What keeps the record of who did what."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from server.model import AuditEntry, AuditEvent, AuditFilter, AuditHead, Page


class Audit(Protocol):
    """The record: entries are added at its end and never changed."""

    def append(self, events: Sequence[AuditEvent], *, durable: bool = True) -> None:
        """Adds the events, all or none, in this order. What is not durable outlives the process, but not a loss of
        power. Raises AuditUnavailable."""
        ...

    def page(self, wanted: AuditFilter, page: Page) -> list[AuditEntry]:
        """A page of the entries, by their numbers. Raises InvalidRequest."""
        ...

    def bounds(self, since: int | None = None, until: int | None = None) -> tuple[int, int]:
        """Numbers of the first and the last entry of that time; (1, 0) if there are none."""
        ...

    def entries(self, first: int, last: int) -> Iterator[AuditEntry]:
        """The entries with these numbers, in their order; read a few hundred at a time."""
        ...

    def head(self) -> AuditHead | None:
        """Where the record ended when it was last written to, as it is remembered outside the database."""
        ...
