"""`/v1/uploads`."""

from typing import Any

from fastapi import APIRouter, Depends, Request

from server.documents import wire
from server.documents.forms import CompleteUpload, CreateUpload
from server.documents.part_uploads import PartUploads
from server.http import page_among, paging, tell_resources
from server.model import Caller, Page, Role
from server.ports import Gate


def uploads_router(uploads: PartUploads, gate: Gate) -> APIRouter:
    """The routes of uploads in parts."""
    router = APIRouter(prefix="/v1/uploads", tags=["uploads"])
    uploader = Depends(gate.somewhere(Role.EDITOR))

    @router.post("")
    def create_upload(body: CreateUpload, caller: Caller = uploader) -> dict[str, Any]:
        """Begins an upload in parts."""
        return wire.upload_object(uploads.create(body, caller))

    @router.get("")
    def list_uploads(page: Page = paging(), caller: Caller = uploader) -> dict[str, Any]:
        """Lists the caller's own uploads that are not completed yet."""
        return page_among([wire.upload_object(upload) for upload in uploads.pending(caller)], page)

    @router.get("/{upload_id}")
    def get_upload(upload_id: str, caller: Caller = uploader) -> dict[str, Any]:
        """One upload, with the parts that have arrived: an interrupted one goes on behind them."""
        upload, parts = uploads.arrived(upload_id, caller)
        return wire.upload_object(upload, parts=parts)

    @router.post("/{upload_id}/parts")
    async def add_part(upload_id: str, request: Request, caller: Caller = uploader) -> dict[str, Any]:
        """Takes a part (multipart: `data`), of at most 64 MiB."""
        return wire.part_object(await uploads.add_part(upload_id, request, caller))

    @router.post("/{upload_id}/complete")
    def complete_upload(
        upload_id: str, body: CompleteUpload, request: Request, caller: Caller = uploader
    ) -> dict[str, Any]:
        """Puts the parts together to a file."""
        upload, file = uploads.complete(upload_id, body.part_ids, body.md5, caller)
        tell_resources(request, file.id)
        return wire.upload_object(upload, file)

    @router.post("/{upload_id}/cancel")
    def cancel_upload(upload_id: str, caller: Caller = uploader) -> dict[str, Any]:
        """Ends an upload without a file."""
        return wire.upload_object(uploads.cancel(upload_id, caller))

    return router
