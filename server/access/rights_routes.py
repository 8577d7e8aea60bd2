"""`/v1/vector_stores/{id}/access` and `/v1/files/{id}/access`: who may do what. What is changed counts for the next
question; nothing is read again."""

from typing import Any

from fastapi import APIRouter, Depends

from server.grants import FileAccessBody, StoreAccessBody, file_access_object, store_access_object
from server.model import Role
from server.ports import AccessLists, Gate


def rights_router(lists: AccessLists, gate: Gate) -> APIRouter:
    """The routes of rights, for those who edit the store or the file."""
    router = APIRouter(prefix="/v1", tags=["rights"])
    of_store, of_file = Depends(gate.store(Role.EDITOR)), Depends(gate.file(Role.EDITOR))

    @router.get("/vector_stores/{store_id}/access", dependencies=[of_store])
    def store_access(store_id: str) -> dict[str, Any]:
        """Who may use a store."""
        return store_access_object(store_id, lists.of_store(store_id))

    @router.put("/vector_stores/{store_id}/access", dependencies=[of_store])
    def set_store_access(store_id: str, body: StoreAccessBody) -> dict[str, Any]:
        """Changes who may use a store."""
        lists.set_store(store_id, body.changed(lists.of_store(store_id)))
        return store_access_object(store_id, lists.of_store(store_id))

    @router.get("/files/{file_id}/access", dependencies=[of_file])
    def file_access(file_id: str) -> dict[str, Any]:
        """Who may read a file."""
        return file_access_object(file_id, lists.of_file(file_id))

    @router.put("/files/{file_id}/access", dependencies=[of_file])
    def set_file_access(file_id: str, body: FileAccessBody) -> dict[str, Any]:
        """Changes who may read a file, wherever it is."""
        lists.set_file(file_id, body.changed(lists.of_file(file_id)))
        return file_access_object(file_id, lists.of_file(file_id))

    return router
