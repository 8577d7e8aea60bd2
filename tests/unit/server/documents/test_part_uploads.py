import asyncio
import hashlib
import random
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
import sqlalchemy as sa
from starlette.requests import Request
from starlette.types import Message

from server.adapters.blobs import PACKED_BYTES, Blobs
from server.adapters.database.catalog import SqlCatalog
from server.adapters.database.engine import Database
from server.adapters.database.schema import file_keys, packed_objects
from server.adapters.database.uploads import SqlUploads
from server.documents.files import Uploads
from server.documents.forms import CreateUpload
from server.documents.names import blob_name
from server.documents.part_uploads import PART_BYTES, PartUploads
from server.documents.stores import Stores
from server.errors import InvalidRequest, LecternError, RequestTooLarge, UnknownFile, UnknownUpload, UploadEnded
from server.model import LECTERN, Caller, FileRecord, PartRecord, Role, UploadRecord
from server.vault.keyring import Keyring

MOST = 1 << 20
MEI = Caller("key-1", "Mei", Role.EDITOR, owner="user:mei")
TOM = Caller("key-2", "Tom", Role.EDITOR, owner="user:tom")
CONTENT = random.Random(3).randbytes(3 * PACKED_BYTES) + b"the unmistakable paternoster"


def posted(content: bytes, *, cut: int = 0) -> Request:
    head = b'--line\r\nContent-Disposition: form-data; name="data"; filename="upload"\r\n\r\n'
    body = head + content + b"\r\n--line--\r\n"
    body = body[: len(body) - cut]

    async def messages() -> AsyncIterator[Message]:
        for first in range(0, len(body), 50_000):
            yield {"type": "http.request", "body": body[first : first + 50_000], "more_body": True}
        yield {"type": "http.request", "body": b"", "more_body": False}

    stream = messages()

    async def receive() -> Message:
        return await anext(stream)

    headers = [(b"content-type", b"multipart/form-data; boundary=line")]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive)


class House:
    """Uploads in parts on a data folder of their own."""

    def __init__(self, database: Database, blobs: Blobs, keyring: Keyring) -> None:
        self.now = 0.0
        self.database, self.blobs = database, blobs
        self.catalog, self.rows = SqlCatalog(database), SqlUploads(database)
        self.files = Uploads(self.catalog, blobs, keyring, cast(Stores, None), lambda _: MOST)
        self.uploads = PartUploads(self.rows, blobs, keyring, self.files, lambda _: MOST)

    def begin(self, size: int = len(CONTENT), **more: object) -> UploadRecord:
        wish = {"bytes": size, "filename": "../crane.md", "mime_type": "text/markdown", "purpose": "assistants"}
        return self.uploads.create(CreateUpload.model_validate(wish | more), MEI)

    async def add(self, upload: UploadRecord, content: bytes) -> str:
        return (await self.uploads.add_part(upload.id, posted(content), MEI)).id

    async def all(self, upload: UploadRecord, content: bytes = CONTENT, step: int = 70_000) -> list[str]:
        pieces = [content[first : first + step] for first in range(0, len(content), step)]
        return await asyncio.gather(*(self.add(upload, piece) for piece in pieces))

    def complete(self, upload: UploadRecord, part_ids: list[str], md5: str | None = None) -> FileRecord:
        return self.uploads.complete(upload.id, part_ids, md5, MEI)[1]

    def read(self, file: FileRecord) -> bytes:
        with self.files.open(file.id) as stream:
            return stream.read()

    def left(self) -> int:
        """Keys, packed objects and files."""
        with self.database.read() as connection:
            counted = [sa.select(sa.func.count()).select_from(one) for one in (file_keys, packed_objects)]
            return sum(connection.scalar(one) or 0 for one in counted) + len(list(self.blobs.paths()))


@pytest.fixture
def house(sqlite: Database, blobs: Blobs, keyring: Keyring) -> House:
    return House(sqlite, blobs, keyring)


async def test_parts_that_come_at_once_become_the_file_in_the_order_that_completing_says(house: House) -> None:
    upload = house.begin()
    part_ids = await house.all(upload)
    file = house.complete(upload, part_ids, hashlib.md5(CONTENT).hexdigest().upper())
    assert house.read(file) == CONTENT
    assert (file.filename, file.bytes, file.purpose) == ("crane.md", len(CONTENT), "assistants")
    assert (file.sha256, file.owner, file.expires_at) == (hashlib.sha256(CONTENT).hexdigest(), "user:mei", None)
    assert house.catalog.file(file.id) == file
    assert house.left() == 2  # the file and its key
    other = house.begin()
    turned = await house.all(other, CONTENT[::-1])
    assert house.read(house.complete(other, turned[::-1])) != CONTENT[::-1]


def test_an_upload_that_cannot_be_noted_leaves_no_key(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(upload: UploadRecord) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(house.rows, "add", fail)
    with pytest.raises(OSError, match="full"):
        house.begin()
    assert house.left() == 0


def lying(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_no_byte_of_a_part_lies_in_clear(house: House, tmp_path: Path) -> None:
    upload = house.begin(2 * len(CONTENT))
    await house.all(upload)
    await house.add(upload, b"the unmistakable paternoster")
    found = lying(tmp_path)
    assert len(found) > len(CONTENT)
    assert b"unmistakable" not in found


async def test_a_file_of_an_upload_expires_when_it_was_said(house: House) -> None:
    upload = house.begin(3, expires_after={"anchor": "created_at", "seconds": 3600})
    file = house.complete(upload, [await house.add(upload, b"abc")])
    assert file.expires_at == file.created_at + 3600
    batch = house.begin(3, purpose="batch")
    file = house.complete(batch, [await house.add(batch, b"abc")])
    assert file.expires_at == file.created_at + 30 * 86_400


async def test_an_empty_file_needs_no_part(house: House) -> None:
    assert house.read(house.complete(house.begin(0), [])) == b""


async def test_what_does_not_fit_together_is_refused_and_the_upload_goes_on(house: House) -> None:
    upload, other = house.begin(6), house.begin(3)
    first, second = await house.add(upload, b"abc"), await house.add(upload, b"def")
    foreign = await house.add(other, b"abc")
    wrong: list[tuple[list[str], str | None, str]] = [
        ([first], None, "have 3 bytes"),
        ([first, first], None, "once"),
        ([first, foreign], None, "no part"),
        ([first, "part_none"], None, "no part"),
        ([], None, "have 0 bytes"),
        ([second, first], hashlib.md5(b"abcdef").hexdigest(), "MD5"),
    ]
    before = house.left()
    for part_ids, md5, reason in wrong:
        with pytest.raises(InvalidRequest, match=reason) as refused:
            house.complete(upload, part_ids, md5)
        assert refused.value.param == ("md5" if md5 else "part_ids")
        assert house.left() == before
    file = house.complete(upload, [first, second], hashlib.md5(b"abcdef").hexdigest())
    assert house.read(file) == b"abcdef"


async def test_a_part_that_is_cut_off_leaves_nothing(house: House) -> None:
    upload = house.begin()
    for cut in (4, 20, len(CONTENT)):
        with pytest.raises(InvalidRequest, match="cut off"):
            await house.uploads.add_part(upload.id, posted(CONTENT, cut=cut), MEI)
    assert house.rows.parts(upload.id) == []
    assert house.left() == 1  # the key


async def test_a_client_may_send_a_part_again_but_not_without_end(house: House) -> None:
    upload = house.begin(10)
    for _ in range(3):
        part_id = await house.add(upload, b"0123456789")
    assert house.read(house.complete(upload, [part_id])) == b"0123456789"
    upload = house.begin(10)
    house.rows.begin_part(PartRecord("part_large", upload.id, None, 0), 9)
    house.rows.end_part(PartRecord("part_large", upload.id, PART_BYTES + 15, 0), 2**40)
    with pytest.raises(RequestTooLarge):
        await house.add(upload, b"0123456789")
    assert [part.id for part in house.rows.parts(upload.id)] == ["part_large"]


def test_a_file_beyond_the_limit_is_refused_before_a_byte_comes(house: House) -> None:
    with pytest.raises(RequestTooLarge, match="LECTERN_UPLOAD_MB"):
        house.begin(MOST + 1)


async def test_an_upload_is_its_owners_alone(house: House) -> None:
    upload = house.begin(3)
    part_id = await house.add(upload, b"abc")
    with pytest.raises(UnknownUpload):
        await house.uploads.add_part(upload.id, posted(b"abc"), TOM)
    for step in (
        lambda: house.uploads.complete(upload.id, [part_id], None, TOM),
        lambda: house.uploads.cancel(upload.id, TOM),
    ):
        with pytest.raises(UnknownUpload):
            step()
    assert house.uploads.cancel(upload.id, LECTERN).status == "cancelled"


async def test_an_upload_that_ended_takes_nothing_more_and_leaves_nothing(house: House) -> None:
    upload = house.begin(3)
    part_id = await house.add(upload, b"abc")
    assert house.uploads.cancel(upload.id, MEI).status == "cancelled"
    assert house.left() == 0
    with pytest.raises(UploadEnded, match="cancelled"):
        await house.add(upload, b"abc")
    with pytest.raises(UploadEnded):
        house.complete(upload, [part_id])
    with pytest.raises(UploadEnded):
        house.uploads.cancel(upload.id, MEI)
    assert house.left() == 0
    done = house.begin(3)
    part_id = await house.add(done, b"abc")
    house.complete(done, [part_id])
    for step in (lambda: house.complete(done, [part_id]), lambda: house.uploads.cancel(done.id, MEI)):
        with pytest.raises(UploadEnded, match="completed"):
            step()


async def test_what_a_killed_completion_left_goes_with_the_next_or_with_the_upload(
    house: House, keyring: Keyring
) -> None:
    for end in ("complete", "cancel"):
        upload = house.begin(3)
        part_id = await house.add(upload, b"abc")
        house.rows.draft(upload.id, "file-killed")
        keyring.create("file-killed")
        with house.blobs.write(blob_name("file-killed"), "file-killed") as out:
            out.write(b"ab")
        if end == "complete":
            house.files.delete(house.complete(upload, [part_id]).id)
        else:
            house.uploads.cancel(upload.id, MEI)
        assert house.left() == 0, end


async def test_expired_uploads_are_swept(house: House, sqlite: Database, keyring: Keyring) -> None:
    upload = house.begin()
    await house.all(upload)
    kept = house.begin(3)
    late = replace(upload, id="upload_late", created_at=0, expires_at=10)
    house.rows.add(late)
    assert house.uploads.sweep() == 1
    assert house.uploads.sweep() == 0
    now = SqlUploads(sqlite, lambda: kept.expires_at + 1)
    uploads = PartUploads(now, house.blobs, keyring, house.files, lambda _: MOST)
    assert uploads.sweep() == 2
    assert house.left() == 0
    with pytest.raises(UploadEnded, match="expired"):
        uploads.complete(upload.id, [], None, MEI)


async def test_of_completions_and_a_cancel_at_once_one_wins_and_nothing_of_the_others_is_left(house: House) -> None:
    for _ in range(4):
        upload = house.begin()
        part_ids = await house.all(upload, step=100_000)
        made: list[FileRecord] = []
        ended: list[str] = []
        gate = threading.Barrier(3)

        def run(step: Callable[[], object], gate: threading.Barrier = gate, made: list[FileRecord] = made,
                ended: list[str] = ended) -> None:  # fmt: skip
            gate.wait()
            try:
                result = step()
                ended.append("ended")
                if isinstance(result, FileRecord):
                    made.append(result)
            except LecternError as error:
                assert isinstance(error, UploadEnded)  # noqa: PT017 - in a thread of its own

        steps: list[Callable[[], object]] = [
            lambda u=upload, p=part_ids: house.complete(u, p),  # type: ignore[misc]
            lambda u=upload, p=part_ids: house.complete(u, p),  # type: ignore[misc]
            lambda u=upload: house.uploads.cancel(u.id, MEI),  # type: ignore[misc]
        ]
        threads = [threading.Thread(target=run, args=(step,)) for step in steps]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(ended) == 1
        for file in made:
            assert house.read(file) == CONTENT
            house.files.delete(file.id)
            with pytest.raises(UnknownFile):
                house.catalog.file(file.id)
        assert house.left() == 0
