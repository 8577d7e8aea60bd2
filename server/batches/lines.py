"""Reads and writes the lines of batches (https://platform.openai.com/docs/api-reference/batch/request-input)."""

import codecs
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

import orjson

from server.bodies import as_json
from server.errors import InvalidRequest

MOST_LINES: Final = 50_000
MOST_ERRORS: Final = 100
MOST_ID_CHARS: Final = 512
_OTHER_ENCODINGS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Request:
    """A line: its number (from 1) and what it asks."""

    number: int
    custom_id: str
    body: Mapping[str, Any]


class BadLineError(Exception):
    """A line cannot be used. The message does not repeat what is in it."""

    def __init__(self, code: str, message: str, line: int | None = None, param: str | None = None) -> None:
        super().__init__(message)
        self.error = {"code": code, "message": message, "line": line, "param": param}


@dataclass(slots=True)
class Checked:
    """What the check of a file found: number, start and length of each request, or what is wrong."""

    requests: list[tuple[int, int, int]] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)


def check(stream: BinaryIO, endpoint: str, most_bytes: int) -> Checked:
    """Reads all lines for an endpoint; a line has at most so many bytes. At most 100 errors are told."""
    checked, seen = Checked(), set[bytes]()
    try:
        for number, start, line in _lines(stream, most_bytes):
            try:
                if len(line) > most_bytes:
                    raise BadLineError("line_too_long", f"The line is longer than {most_bytes} bytes.", number)
                request = read(line, number, endpoint)
                digest = hashlib.sha256(request.custom_id.encode()).digest()
                if digest in seen:
                    told = "The custom_id is used by an earlier line; each line needs one of its own."
                    raise BadLineError("duplicate_custom_id", told, number, "custom_id")
                seen.add(digest)
                checked.requests.append((number, start, len(line)))
                if len(checked.requests) > MOST_LINES:
                    raise BadLineError("too_many_requests", f"A batch has at most {MOST_LINES} requests.", number)
            except BadLineError as error:
                checked.errors.append(error.error)
                if len(checked.errors) >= MOST_ERRORS or error.error["code"] == "too_many_requests":
                    break
    except BadLineError as error:
        checked.errors.append(error.error)
    if not checked.requests and not checked.errors:
        checked.errors.append(BadLineError("empty_file", "The file holds no request.").error)
    return checked


def read(line: bytes, number: int, endpoint: str) -> Request:
    """The request of a line. Raises BadLineError."""
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        try:
            line.decode()
        except UnicodeDecodeError:
            raise BadLineError("invalid_encoding", "The line is not UTF-8.", number) from None
        raise BadLineError("invalid_json_line", "The line is not JSON.", number) from None
    if not isinstance(found, dict):
        raise BadLineError("invalid_json_line", "The line is not a JSON object.", number)
    custom_id, body = found.get("custom_id"), found.get("body")
    if not isinstance(custom_id, str) or not 0 < len(custom_id) <= MOST_ID_CHARS:
        told = f"custom_id must be a text of 1 to {MOST_ID_CHARS} characters."
        raise BadLineError("invalid_custom_id", told, number, "custom_id")
    if found.get("method") != "POST":
        raise BadLineError("invalid_method", "method must be POST.", number, "method")
    if found.get("url") != endpoint:
        raise BadLineError("invalid_url", f"url must be {endpoint}, the batch's endpoint.", number, "url")
    if not isinstance(body, dict):
        raise BadLineError("invalid_body", "body must be a JSON object: the request.", number, "body")
    try:
        as_json(body)
    except InvalidRequest:
        raise BadLineError("invalid_body", "body is nested too deeply.", number, "body") from None
    if body.get("stream") or body.get("background"):
        told = "A line of a batch is answered whole: leave out stream and background."
        raise BadLineError("invalid_body", told, number, "body")
    return Request(number, custom_id, body)


def answered(batch_id: str, request: Request, status: int, body: Mapping[str, Any]) -> bytes:
    """The line that tells what was answered."""
    told = {"status_code": status, "request_id": request_id(batch_id, request), "body": body}
    return _line(batch_id, request, told, None)


def unanswered(batch_id: str, request: Request, code: str, message: str) -> bytes:
    """The line that tells why a request was not answered."""
    return _line(batch_id, request, None, {"code": code, "message": message})


def request_id(batch_id: str, request: Request) -> str:
    """What names the request in its answer and in the record of who did what."""
    return f"req_{_digest(batch_id, request.number)}"


def _line(batch_id: str, request: Request, response: object, error: object) -> bytes:
    line_id = f"batch_req_{_digest(batch_id, request.number)}"
    return orjson.dumps({"id": line_id, "custom_id": request.custom_id, "response": response, "error": error})


def _digest(batch_id: str, number: int) -> str:
    return hashlib.sha256(f"{batch_id} {number}".encode()).hexdigest()[:24]


def _lines(stream: BinaryIO, most_bytes: int) -> Iterator[tuple[int, int, bytes]]:
    """Number, start and content of each line that is not empty; of one that is too long its beginning."""
    number, place = 0, 0
    while line := stream.readline(most_bytes + 2):
        number += 1
        start, place = place, place + len(line)
        content = line
        while not line.endswith(b"\n") and (line := stream.readline(most_bytes)):
            place += len(line)
        if number == 1:
            if content.startswith(_OTHER_ENCODINGS):
                raise BadLineError("invalid_encoding", "The file is UTF-16; save it as UTF-8.", number)
            start += len(content) - len(content := content.removeprefix(codecs.BOM_UTF8))
        content = content.rstrip(b"\r\n") if len(content) <= most_bytes + 2 else content
        if content.strip():
            yield number, start, content
