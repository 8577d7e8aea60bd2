"""Finds what is wrong with a record."""

from collections.abc import Iterable
from typing import Any

import orjson

from server.audit.chain import MISSING, PRUNED, START, Verifier, digest_of
from server.model import AuditEntry, AuditFault, AuditHead


class Verification:
    """Walks a record from its first entry to its last.

    `head` is where it must reach at least. `first` is the number with which it may begin although entries came before
    it: that of an export of some time. Without it the record begins with entry 1, or behind what was pruned.
    """

    def __init__(self, verifier: Verifier, head: AuditHead | None = None, first: int | None = None) -> None:
        self._verifier = verifier
        self._head = head
        self._first = first
        self._begins: tuple[int, object] | None = None
        self._expected = 0
        self._previous: object = START
        self._pruned: dict[int, str] = {}
        self.checked = 0
        self.faults: list[AuditFault] = []

    def run(self, entries: Iterable[AuditEntry]) -> list[AuditFault]:
        """The faults, by the number of their entry; none if the record is whole."""
        for entry in entries:
            self.checked += 1
            told = _object(entry.text)
            self._check_content(entry, told)
            self._check_place(entry, told)
        self._check_beginning()
        self._check_end()
        self.faults.sort(key=lambda fault: fault.sequence)
        return self.faults

    @property
    def end(self) -> int:
        """The number of the last entry in its place; 0 if there was none."""
        return self._expected - 1 if self._begins else 0

    def _check_content(self, entry: AuditEntry, told: dict[str, Any]) -> None:
        if told.get("sequence") != entry.sequence or digest_of(entry.text) != entry.hash:
            self._fault(entry.sequence, "changed", "its content is not what its hash says")
        elif not self._verifier.proves(entry.hash, entry.signature):
            self._fault(entry.sequence, "forged", "this installation did not sign it")
        elif not entry.sound:
            self._fault(entry.sequence, "changed", "what it is found by is not what it says")
        elif told.get("action") == PRUNED:
            self._pruned[told["detail"]["last"]] = told["detail"]["hash"]
        if self._head is not None and entry.sequence == self._head.sequence and entry.hash != self._head.hash:
            self._fault(entry.sequence, "changed", "the head remembers another entry with this number")

    def _check_place(self, entry: AuditEntry, told: dict[str, Any]) -> None:
        number, previous = entry.sequence, told.get("previous")
        if self._begins is None:
            self._begins = number, previous
        elif number < self._expected:
            self._fault(number, "reordered", f"it stands where entry {self._expected} should, or stands twice")
            return
        elif number > self._expected:
            noticed = "; Lectern noticed it when it wrote the next" if told.get("action") == MISSING else ""
            self._fault(self._expected, "removed", f"{_gone(self._expected, number - 1)}{noticed}")
        elif previous != self._previous:
            self._fault(number, "changed", "it was not written behind the entry that stands before it")
        self._expected, self._previous = number + 1, entry.hash

    def _check_beginning(self) -> None:
        number, previous = self._begins or (self._first or 1, START)
        start = self._first or 1
        if number == 1 and previous != START:
            self._fault(1, "changed", "the first entry names one before it")
        if number == start or (self._first is None and self._pruned.get(number - 1) == previous):
            return
        if number < start:
            self._fault(number, "reordered", f"the record should begin with entry {start}")
        else:
            self._fault(start, "removed", f"{_gone(start, number - 1)}, and no pruning tells why")

    def _check_end(self) -> None:
        if self._head is None:
            return
        if not self._verifier.proves(self._head.hash, self._head.signature):
            self._fault(self._head.sequence, "forged", "this installation did not sign the head")
        if self.end < self._head.sequence:
            lost = _gone(self.end + 1, self._head.sequence)
            self._fault(self.end + 1, "cut", f"{lost}: the record ended there once")

    def _fault(self, sequence: int, kind: str, detail: str) -> None:
        self.faults.append(AuditFault(sequence, kind, detail))


def _gone(first: int, last: int) -> str:
    return f"entry {first} is gone" if first >= last else f"entries {first} to {last} are gone"


def _object(text: str) -> dict[str, Any]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
