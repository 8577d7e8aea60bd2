"""The record of who did what."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from server.model.access import Caller


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """Something somebody did: `action` is what (the name of the route's function, or of a command), `route` by which
    way ("POST /v1/files", "lectern backup"), `resources` the ids it was about.

    `documents` are the (store, file) pairs behind an answer, `content` what was asked and answered, sealed, where the
    policy wants it. `repeats` counts events before this one that said the same and were not written for it.
    """

    action: str
    route: str
    caller: Caller | None = None
    address: str = ""
    agent: str = ""
    resources: tuple[str, ...] = ()
    documents: tuple[tuple[str, str], ...] = ()
    status: int | None = None
    code: str | None = None
    request_id: str = ""
    repeats: int = 0
    content: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    time: int = field(default_factory=lambda: int(time.time()))


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An event in its place in the chain. `text` is its canonical JSON, with its number and the hash of the entry
    before it; `hash` the SHA-256 of `text`, and `signature` the installation's Ed25519 signature of the hash, both in
    hexadecimal digits. `sound`: what the entry is found by agrees with its text."""

    sequence: int
    text: str
    hash: str
    signature: str
    sound: bool = True


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The last entry as it was remembered: where the chain ended."""

    sequence: int
    hash: str
    signature: str


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are wanted; None: whatever it is. `since` and `until` are Unix seconds, the second excluded;
    `who` an owner, the id of a key or a name; `resource` the id of anything the entry names, documents too; `actions`
    are several of which an entry's is one; none: whatever it is. `done` leaves out what was refused or went wrong."""

    since: int | None = None
    until: int | None = None
    who: str | None = None
    action: str | None = None
    resource: str | None = None
    request: str | None = None
    actions: tuple[str, ...] = ()
    done: bool = False


@dataclass(frozen=True, slots=True)
class AuditFault:
    """What is wrong with the record from the entry `sequence` on. `kind`: changed, forged, removed, reordered, cut,
    or unreadable."""

    sequence: int
    kind: str
    detail: str
