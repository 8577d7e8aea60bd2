"""Receives a multipart upload straight into a sealed object, so that no clear byte of it touches a disk.

(Starlette's own form parser spools large parts to a temporary file in clear.)
"""

import asyncio
import hashlib
from dataclasses import dataclass, field
from email.message import Message
from email.utils import collapse_rfc2231_value
from typing import BinaryIO, cast

from python_multipart import MultipartParser
from python_multipart.exceptions import MultipartParseError
from starlette.requests import ClientDisconnect, Request

from server.errors import InvalidRequest, RequestTooLarge

WRITE_BYTES = 1024 * 1024
MOST_FIELD_BYTES = 64 * 1024
MOST_FORM_BYTES = 1024 * 1024
MOST_FORM_PARTS = 100


@dataclass(slots=True)
class Upload:
    """What arrived besides the content: form fields, the file's name, size and SHA-256."""

    fields: dict[str, str] = field(default_factory=dict)
    filename: str | None = None
    bytes: int = 0
    sha256: str = ""


class _Parts:
    """Callbacks of the multipart parser: fields are kept, the part named `content` is buffered for the writer."""

    def __init__(self, content: str) -> None:
        self._content = content
        self.upload = Upload()
        self.buffer = bytearray()
        self.ended = False
        self._parts = self._taken = 0
        self._field = bytearray()
        self._header_name = bytearray()
        self._header_value = bytearray()
        self._headers = Message()
        self._name = ""
        self._is_file = False

    def on_part_begin(self) -> None:
        self._parts += 1
        if self._parts > MOST_FORM_PARTS:
            raise RequestTooLarge(limit=f"{MOST_FORM_PARTS} parts in a form", setting="nothing: send fewer fields")
        self._headers = Message()
        self._field.clear()
        self._name, self._is_file = "", False

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def on_header_end(self) -> None:
        name = self._header_name.decode("latin-1")
        self._headers[name] = self._header_value.decode("utf-8", "replace").replace("\r", " ").replace("\n", " ")
        self._header_name.clear()
        self._header_value.clear()

    def on_headers_finished(self) -> None:
        self._name = str(self._headers.get_param("name", "", "content-disposition"))
        filename = _filename(self._headers)
        self._is_file = self._name == self._content
        if self._is_file:
            if self.upload.filename is not None:
                raise InvalidRequest(detail="send one file in a request", param=self._content)
            self.upload.filename = filename or "upload"

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self.buffer += data[start:end]
            return
        self._take(end - start)
        self._field += data[start:end]
        if len(self._field) > MOST_FIELD_BYTES:
            raise RequestTooLarge(limit="64 KiB in one form field", setting="nothing: shorten it")

    def on_part_end(self) -> None:
        if not self._is_file and self._name:
            self.upload.fields[self._name] = self._field.decode("utf-8", "replace")

    def on_end(self) -> None:
        self.ended = True

    def _take(self, count: int) -> None:
        """Fields are kept in memory, while the limit of the whole request is that of a file, which goes to the disk."""
        self._taken += count
        if self._taken > MOST_FORM_BYTES:
            raise RequestTooLarge(limit="1 MiB beside the file in a form", setting="nothing: send less")


def _filename(headers: Message) -> str | None:
    """The file's name; the one in RFC 8187's notation counts where there are both (RFC 6266, 4.3)."""
    for name, value in cast(list[tuple[str, object]], headers.get_params(header="content-disposition") or []):
        if name.lower() == "filename" and isinstance(value, tuple):
            return collapse_rfc2231_value(value)
    return headers.get_filename()


async def receive(request: Request, out: BinaryIO, most_bytes: int, part: str = "file") -> Upload:
    """Reads the request's multipart body; the content of its part named `part` goes to `out`.

    Raises:
        InvalidRequest: the body is not multipart, holds no file or is cut off.
        RequestTooLarge: more than `most_bytes` of content, or too much beside it.
    """
    message = Message()
    message["content-type"] = request.headers.get("content-type", "")
    boundary = message.get_param("boundary")
    if message.get_content_type() != "multipart/form-data" or not isinstance(boundary, str):
        raise InvalidRequest(detail=f"send the content as multipart/form-data, in the field {part}")
    parts = _Parts(part)
    parser = MultipartParser(
        boundary,
        {
            "on_part_begin": parts.on_part_begin,
            "on_header_field": parts.on_header_field,
            "on_header_value": parts.on_header_value,
            "on_header_end": parts.on_header_end,
            "on_headers_finished": parts.on_headers_finished,
            "on_part_data": parts.on_part_data,
            "on_part_end": parts.on_part_end,
            "on_end": parts.on_end,
        },
    )
    digest = hashlib.sha256()

    def flush() -> None:
        out.write(parts.buffer)
        digest.update(parts.buffer)
        parts.upload.bytes += len(parts.buffer)
        parts.buffer.clear()

    try:
        async for data in request.stream():
            parser.write(data)
            if parts.upload.bytes + len(parts.buffer) > most_bytes:
                raise too_large(most_bytes)
            if len(parts.buffer) >= WRITE_BYTES:
                await asyncio.to_thread(flush)
    except MultipartParseError as error:
        raise InvalidRequest(detail=f"the multipart body is malformed ({error})") from None
    except ClientDisconnect:
        raise InvalidRequest(detail="the upload was cut off") from None
    if not parts.ended:
        raise InvalidRequest(detail="the multipart body is cut off")
    await asyncio.to_thread(flush)
    if parts.upload.filename is None:
        raise InvalidRequest(detail=f"the form has no part named {part!r}", param=part)
    parts.upload.sha256 = digest.hexdigest()
    return parts.upload


def too_large(most_bytes: int) -> RequestTooLarge:
    """The error of an upload that is larger than the caller's may be."""
    limit = f"{most_bytes // 1024**2} MiB" if most_bytes >= 1024**2 else f"{most_bytes} bytes"
    return RequestTooLarge(limit=limit, setting="LECTERN_UPLOAD_MB or your limit")
