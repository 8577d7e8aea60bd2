"""`/v1/batches`."""

from typing import Any

from fastapi import APIRouter, Depends

from server.batches.batches import Batches
from server.batches.wire import CreateBatch, batch_object
from server.http import page_of, paging
from server.model import Caller, Page, Role
from server.ports import Gate


def batches_router(batches: Batches, gate: Gate) -> APIRouter:
    """The routes of batches. A batch is there for those alone whose it is, and for administrators."""
    router = APIRouter(prefix="/v1/batches", tags=["batches"])
    reader = Depends(gate.needs(Role.READER))

    @router.post("")
    def create_batch(body: CreateBatch, caller: Caller = reader) -> dict[str, Any]:
        """Has the requests of an uploaded file answered."""
        seconds = body.output_expires_after.seconds if body.output_expires_after else None
        return batch_object(batches.create(caller, body.endpoint, body.input_file_id, body.metadata or {}, seconds))

    @router.get("")
    def list_batches(page: Page = paging(), caller: Caller = reader) -> dict[str, Any]:
        """Lists the caller's batches, the newest first."""
        found = batches.page(caller, page.one_more)
        return page_of([batch_object(view) for view in found], page)

    @router.get("/{batch_id}")
    def get_batch(batch_id: str, caller: Caller = reader) -> dict[str, Any]:
        """One batch, and how far it is."""
        return batch_object(batches.get(caller, batch_id))

    @router.post("/{batch_id}/cancel")
    def cancel_batch(batch_id: str, caller: Caller = reader) -> dict[str, Any]:
        """Cancels a batch; what was answered is kept."""
        return batch_object(batches.cancel(caller, batch_id))

    return router
