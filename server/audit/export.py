"""The record as JSON lines, which anybody can check who knows the installation's public key."""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from server.audit.chain import Signer, Verifier, canonical, digest_of, entry_object, entry_of
from server.audit.verify import Verification
from server.errors import BrokenAudit
from server.model import AuditEntry, AuditFault, AuditHead
from server.ports import Audit

OBJECT = "audit.export"


def export_lines(audit: Audit, signer: Signer, since: int | None = None, until: int | None = None) -> Iterator[bytes]:
    """A signed line that says which entries follow and who signs, then these entries."""
    first, last = audit.bounds(since, until)
    head = audit.head()
    stated = {
        "object": OBJECT,
        "first": first,
        "last": last,
        "whole": since is None and until is None,
        "head": asdict(head) if head else None,
        "public_key": signer.public.hex,
        "exported_at": int(time.time()),
    }
    yield canonical({**stated, "signature": signer.sign(digest_of(canonical(stated)))}).encode()
    for entry in audit.entries(first, last):
        yield orjson.dumps(entry_object(entry))


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of checking an export: how many entries it holds, what is wrong with them, and who signed them."""

    entries: int
    faults: list[AuditFault]
    public_key: str


def check_export(lines: Iterable[bytes], verifier: Verifier | None = None, head: AuditHead | None = None) -> Checked:
    """Checks an export. Without `verifier` its own public key is taken: then compare that with the installation's.

    Raises:
        BrokenAudit: its first line is not what an export begins with, or was changed.
    """
    walk = iter(lines)
    stated = _stated(next(walk, b""), verifier)
    verifier = verifier or Verifier(bytes.fromhex(stated["public_key"]))
    first, last = stated["first"], stated["last"]
    verification = Verification(verifier, head, None if stated["whole"] else first)
    unreadable: list[AuditFault] = []

    def entries() -> Iterator[AuditEntry]:
        sequence = first - 1
        for line in walk:
            try:
                entry = entry_of(orjson.loads(line))
            except (ValueError, AttributeError):
                unreadable.append(AuditFault(sequence + 1, "unreadable", "its line holds no entry"))
                continue
            sequence = entry.sequence
            yield entry

    verification.run(entries())
    faults = [*verification.faults, *unreadable]
    end = verification.end
    if end < last:
        faults.append(AuditFault(max(end + 1, first), "cut", f"the export says that it ends with entry {last}"))
    if end > last:
        faults.append(AuditFault(last + 1, "reordered", f"the export says that it ends with entry {last}"))
    return Checked(verification.checked, sorted(faults, key=lambda fault: fault.sequence), verifier.hex)


def _stated(line: bytes, verifier: Verifier | None) -> Mapping[str, Any]:
    try:
        stated = orjson.loads(line)
        signature = stated.pop("signature")
        signer = verifier or Verifier(bytes.fromhex(stated["public_key"]))
        if stated["object"] != OBJECT or not isinstance(stated["first"], int) or not isinstance(stated["last"], int):
            raise BrokenAudit(detail="this is no export")
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BrokenAudit(detail="the first line is not what an export begins with") from None
    if not signer.proves(digest_of(canonical(stated)), str(signature)):
        detail = "the first line was changed after the export, or another installation signed it"
        raise BrokenAudit(detail=detail)
    found: Mapping[str, Any] = stated
    return found
