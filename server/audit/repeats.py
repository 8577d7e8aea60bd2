"""Holds back what would say the same as what stands there already."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from server.model import AuditEvent
from server.model.addresses import network_of

HELD_SECONDS = 60
MOST_KNOWN = 10_000
_NO_ROOM = 429
_NOT_MODIFIED = 304

_Key = tuple[object, ...]


@dataclass
class _Said:
    """Since when something stands there, and how often it came again."""

    until: float
    last: AuditEvent
    repeats: int = 0


class Repeats:
    """A page that asks again and again, and somebody who tries keys, write one entry a minute that counts the others.

    Held back are readings without documents and those of a document that the reader has already, refusals of
    strangers, and requests that there was no room or no quota for: whoever floods Lectern must not slow it down by
    what is written about it. Changes and answers never are. What is held back when the process is killed was not
    counted anywhere.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._said: dict[_Key, _Said] = {}

    def admit(self, event: AuditEvent) -> bool:
        """Whether the event is to be written now; else it is counted."""
        key = _key(event)
        if key is None:
            return True
        if key not in self._said and len(self._said) >= MOST_KNOWN:
            # Only strangers are lumped together: else somebody could fill this up, and take files unnoticed then.
            if event.caller is not None:
                return True
            key = ("everybody else",)
        said = self._said.get(key)
        if said is None:
            self._said[key] = _Said(self._clock() + HELD_SECONDS, event)
            return True
        said.last, said.repeats = event, said.repeats + 1
        return False

    def due(self, *, all_of_them: bool = False) -> list[AuditEvent]:
        """What was held back for a minute, each with how many there were; from then on it is written again."""
        now, found = self._clock(), []
        for key, said in list(self._said.items()):
            if all_of_them or now >= said.until:
                del self._said[key]
                if said.repeats:
                    found.append(replace(said.last, repeats=said.repeats))
        return found


def _key(event: AuditEvent) -> _Key | None:
    """What makes two events the same; none for an event that is always written."""
    if event.caller is None:
        # Of strangers only where they come from counts: each could ask for another address each time. Of who tries to
        # sign in, also as whom.
        tried = event.resources if event.route.startswith("POST /portal/") else ()
        return (network_of(event.address), event.status, event.code, tried) if (event.status or 0) >= 400 else None
    if event.status == _NOT_MODIFIED:  # of whatever part of the documents
        return event.caller.owner, event.address, event.route, event.documents
    reads = event.route.startswith(("GET ", "HEAD ")) and not event.documents
    if not reads and event.status != _NO_ROOM:
        return None
    return event.caller.owner, event.address, event.route, event.resources, event.status, event.code
