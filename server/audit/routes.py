"""`/v1/audit`: reading and exporting the record."""

import dataclasses
from collections.abc import Iterator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from server.audit.chain import Signer, entry_object
from server.audit.export import export_lines
from server.audit.verify import Verification
from server.http import page_of, paging
from server.model import AuditFilter, Page, Role
from server.ports import Audit, Gate

_MOST_FAULTS: Final = 100
Seconds = Annotated[int | None, Query(ge=0, le=2**31 - 1)]
Text = Annotated[str | None, Query(min_length=1, max_length=256)]


def audit_router(audit: Audit, signer: Signer, gate: Gate) -> APIRouter:
    """The routes of the record; auditors and administrators read it, and nobody writes to it."""
    router = APIRouter(prefix="/v1/audit", tags=["audit"], dependencies=[Depends(gate.needs(Role.AUDITOR))])

    def wanted(
        since: Seconds = None,
        until: Seconds = None,
        who: Text = None,
        action: Text = None,
        resource: Text = None,
        request: Text = None,
    ) -> AuditFilter:
        return AuditFilter(since, until, who, action, resource, request)

    @router.get("")
    def list_audit(wanted: Annotated[AuditFilter, Depends(wanted)], page: Page = paging()) -> dict[str, Any]:
        """Entries of the record, newest first. `who` is an owner, a key's id or a name; `resource` the id of anything
        an entry names, documents behind answers too; `since` and `until` (excluded) are Unix seconds."""
        return page_of([entry_object(entry) for entry in audit.page(wanted, page.one_more)], page)

    @router.get("/export")
    def export_audit(since: Seconds = None, until: Seconds = None) -> StreamingResponse:
        """The record of a time as JSON lines: a signed line that says what follows, then every entry, oldest first.
        `lectern audit verify` checks it anywhere."""

        def lines() -> Iterator[bytes]:
            for line in export_lines(audit, signer, since, until):
                yield line + b"\n"

        headers = {"Content-Disposition": 'attachment; filename="audit.jsonl"'}
        return StreamingResponse(lines(), media_type="application/jsonl", headers=headers)

    @router.get("/verification")
    def verify_audit() -> dict[str, Any]:
        """Whether the record is whole: it walks all entries, so it takes a while. `faults` name the entry from which on
        something is wrong (at most 100), `count` all of them."""
        verification = Verification(signer.public, audit.head())
        faults = verification.run(audit.entries(*audit.bounds()))
        return {
            "object": "audit.verification",
            "whole": not faults,
            "entries": verification.checked,
            "public_key": signer.public.hex,
            "faults": [dataclasses.asdict(fault) for fault in faults[:_MOST_FAULTS]],
            "count": len(faults),
        }

    return router
