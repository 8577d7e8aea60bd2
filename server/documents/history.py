"""What was done with a file, by the record of who did what."""

from typing import Any

import orjson

from server.model import AuditFilter, FileRecord, Page
from server.ports import Audit

ACTIONS = {
    "upload": "uploaded",
    "complete_upload": "uploaded",
    "attach_file": "attached",
    "read_file": "read",
    "set_attributes": "attributes_changed",
    "set_file_access": "access_changed",
    "detach_file": "detached",
    "detach_files": "detached",
}
"""The actions of the record that belong to a file's history, and what they are called there. Who
looked at it, downloaded it or was answered from it does not: who reads and asks what is for auditors."""


class History:
    """Tells what happened to files."""

    def __init__(self, audit: Audit) -> None:
        self._audit = audit

    def of(self, record: FileRecord, page: Page) -> list[dict[str, Any]]:
        """A page of what happened to a file, newest first unless told otherwise. Raises InvalidRequest."""
        wanted = AuditFilter(since=record.created_at, resource=record.id, actions=tuple(ACTIONS), done=True)
        return [_told(entry.sequence, orjson.loads(entry.text)) for entry in self._audit.page(wanted, page)]


def _told(sequence: int, entry: dict[str, Any]) -> dict[str, Any]:
    """What an editor of the file may know of an entry: not from where, nor what else the request was about."""
    return {
        "id": f"audit-{sequence}",
        "object": "file.event",
        "created_at": entry["time"],
        "event": ACTIONS[entry["action"]],
        "by": {"owner": entry["actor"]["owner"], "name": entry["actor"]["name"]},
        "vector_store_id": next((name for name in entry["resources"] if name.startswith("vs_")), None),
        "status": entry["outcome"]["status"],
        "code": entry["outcome"]["code"],
        "result": entry["detail"].get("result"),
        "repeats": entry["repeats"],
    }
