"""`/v1/audit`: reading and exporting the record."""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from server.audit.chain import Signer, entry_object
from server.audit.export import export_lines
from server.http import page_of, paging
from server.model import AuditFilter, Page, Role
from server.ports import Audit, Gate

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

    return router
