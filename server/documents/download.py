"""Gives files back: always as downloads, in parts where a client asks for a part (RFC 9110, 14)."""

import re
import unicodedata
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.responses import Response, StreamingResponse

from server.errors import RangeNotSatisfiable
from server.model import FileRecord

READ_BYTES = 256 * 1024
_RANGE = re.compile(r"bytes=\s*(\d{0,19})-(\d{0,19})\s*", re.IGNORECASE)


def wanted_range(headers: Headers, file: FileRecord) -> tuple[int, int] | None:
    """The bytes [start, end) that a request asks for; none: all.

    Several ranges at once, and what is no range of bytes, are answered with the whole file, as the RFC allows; so is a
    range of another version of it (`If-Range`).

    Raises:
        RangeNotSatisfiable: the range lies behind the end of the file.
    """
    found = _RANGE.fullmatch(headers.get("range", ""))
    if found is None or headers.get("if-range", _tag(file)) != _tag(file):
        return None
    first, last = found.groups()
    if not first:  # the last so many bytes
        if not last:
            return None
        start, end = max(0, file.bytes - int(last)), file.bytes
    else:
        start, end = int(first), min(file.bytes, int(last) + 1 if last else file.bytes)
        if last and int(last) < start:
            return None
    if start >= min(end, file.bytes):
        raise RangeNotSatisfiable(size=file.bytes)
    return start, end


def download_headers(file: FileRecord) -> dict[str, str]:
    """Headers with which no browser shows or runs the file. The name is given twice (RFC 6266): in ASCII, and in full
    for who reads RFC 8187."""
    plain = unicodedata.normalize("NFKD", file.filename).encode("ascii", "ignore").decode()
    plain = re.sub(r'["%/\\]', "_", plain).strip() or "file"
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file.filename, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Accept-Ranges": "bytes",
        "ETag": _tag(file),
        "Content-Length": str(file.bytes),
    }


def described(file: FileRecord) -> Response:
    """What a download would be, without content."""
    return Response(headers=download_headers(file), media_type="application/octet-stream")


def download(file: FileRecord, stream: BinaryIO, part: tuple[int, int] | None) -> Response:
    """The file or a part of it; `stream` is closed at the end."""
    headers = download_headers(file)
    start, end = part or (0, file.bytes)
    if part is not None:
        headers |= {"Content-Range": f"bytes {start}-{end - 1}/{file.bytes}", "Content-Length": str(end - start)}

    def content() -> Iterator[bytes]:
        with stream:
            stream.seek(start)
            left = end - start
            while left and (block := stream.read(min(left, READ_BYTES))):
                left -= len(block)
                yield block

    status = 200 if part is None else 206
    return StreamingResponse(content(), status, headers=headers, media_type="application/octet-stream")


def _tag(file: FileRecord) -> str:
    return f'"{file.sha256}"'
