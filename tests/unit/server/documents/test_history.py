"""What was done with a file: not who reads it, nor what was refused."""

from pathlib import Path

from server.adapters.audit_head import HeadFile
from server.adapters.database.audit import SqlAudit
from server.adapters.database.engine import Database
from server.audit.chain import Signer
from server.documents.history import History
from server.model import AuditEvent, Caller, FileRecord, Page, Role

ADA = Caller("key-1", "Ada", Role.EDITOR, owner="user:ada")
MALLORY = Caller("key-2", "Mallory", Role.READER, owner="user:mallory")


def test_history_tells_what_was_done_and_nothing_that_strangers_sent_or_read(sqlite: Database, tmp_path: Path) -> None:
    signer = Signer(b"s" * 32)
    record = SqlAudit(sqlite, signer, HeadFile(tmp_path, signer.public))
    record.append(
        [
            AuditEvent("upload", "POST /v1/files", ADA, resources=("file-1",), time=1000, status=200),
            AuditEvent(
                "file_content", "GET /v1/files/{file_id}/content", ADA, resources=("file-1",), time=1000, status=200
            ),
            AuditEvent(
                "set_file_access",
                "PUT /v1/files/{file_id}/access",
                MALLORY,
                resources=("file-1",),
                time=1000,
                status=404,
            ),
            AuditEvent("upload", "POST /v1/files", MALLORY, time=1001, status=200, agent="file-1"),
        ]
    )
    history = History(record).of(FileRecord("file-1", "a.pdf", 1, "", "assistants", 1000), Page(9))
    assert [(event["event"], event["by"]["name"]) for event in history] == [("uploaded", "Ada")]
