import io
from dataclasses import replace
from typing import Any

import pytest
from starlette.datastructures import Headers
from starlette.responses import StreamingResponse

from server.documents.download import described, download, download_headers, wanted_range
from server.errors import RangeNotSatisfiable
from server.model import FileRecord

CONTENT = b"0123456789"
FILE = FileRecord("file-1", "a.txt", 10, "assistants", "abc", 1)


def asked(value: str, file: FileRecord = FILE, if_range: str | None = None) -> tuple[int, int] | None:
    condition = {} if if_range is None else {"if-range": if_range}
    return wanted_range(Headers({"range": value} | condition), file)


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=2-5", (2, 6)),
        ("BYTES=2-", (2, 10)),
        ("bytes=9-999", (9, 10)),
        ("bytes=-3", (7, 10)),
        ("bytes=-99", (0, 10)),
        ("bytes= 1-2 ", (1, 3)),
    ],
)
def test_a_range_is_a_part_of_the_file(value: str, part: tuple[int, int]) -> None:
    assert asked(value) == part


@pytest.mark.parametrize(
    "value",
    ["", "bytes=", "bytes=-", "bytes=5-2", "bytes=a-b", "bytes=0-1,3-4", "lines=0-1", "bytes=1-2x", "bytes=\xb2-\xb3",
     "bytes=" + "9" * 30 + "-"],
)  # fmt: skip
def test_what_is_no_single_range_of_bytes_gets_the_whole_file(value: str) -> None:
    assert asked(value) is None


@pytest.mark.parametrize("value", ["bytes=10-", "bytes=10-20", "bytes=-0"])
def test_a_range_behind_the_end_is_refused_with_the_size(value: str) -> None:
    with pytest.raises(RangeNotSatisfiable) as refused:
        asked(value)
    assert refused.value.headers == {"Content-Range": "bytes */10"}


def test_an_empty_file_has_no_range() -> None:
    with pytest.raises(RangeNotSatisfiable):
        asked("bytes=0-", replace(FILE, bytes=0))


def test_a_range_of_another_version_gets_the_whole_file() -> None:
    assert asked("bytes=0-1", if_range='"abc"') == (0, 2)
    assert asked("bytes=0-1", if_range='"other"') is None
    assert asked("bytes=0-1", if_range="Wed, 25 Nov 2026 17:00:00 GMT") is None


async def body_of(response: Any) -> bytes:
    assert isinstance(response, StreamingResponse)
    return b"".join([bytes(block) if isinstance(block, bytes) else b"" async for block in response.body_iterator])


async def test_content_comes_whole_or_in_part_with_its_length() -> None:
    whole = download(FILE, io.BytesIO(CONTENT), None)
    assert (whole.status_code, whole.headers["content-length"], await body_of(whole)) == (200, "10", CONTENT)
    part = download(FILE, io.BytesIO(CONTENT), (2, 6))
    assert (part.status_code, part.headers["content-length"]) == (206, "4")
    assert part.headers["content-range"] == "bytes 2-5/10"
    assert await body_of(part) == b"2345"
    told = described(FILE)
    assert (told.headers["content-length"], told.headers["etag"], told.body) == ("10", '"abc"', b"")


@pytest.mark.parametrize(
    ("name", "plain", "full"),
    [
        ("a.txt", "a.txt", "a.txt"),
        ("Müller 年假.docx", "Muller .docx", "M%C3%BCller%20%E5%B9%B4%E5%81%87.docx"),
        ('x"; filename=evil.html', "x_; filename=evil.html", "x%22%3B%20filename%3Devil.html"),
        ("年假", "file", "%E5%B9%B4%E5%81%87"),
        ("100%25.txt", "100_25.txt", "100%2525.txt"),
    ],
)
def test_a_name_stands_in_the_header_so_that_it_cannot_break_out_of_it(name: str, plain: str, full: str) -> None:
    headers = download_headers(replace(FILE, filename=name))
    assert headers["Content-Disposition"] == f"attachment; filename=\"{plain}\"; filename*=UTF-8''{full}"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert all(character.isascii() and character.isprintable() for character in headers["Content-Disposition"])
