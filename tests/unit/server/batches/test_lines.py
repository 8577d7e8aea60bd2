import io
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.batches.lines import MOST_ERRORS, MOST_LINES, Checked, check, read
from server.batches.writing import Lines

URL = "/v1/embeddings"


def line(custom_id: object = "a", **changes: Any) -> bytes:
    return orjson.dumps({"custom_id": custom_id, "method": "POST", "url": URL, "body": {"input": "x"}} | changes)


def checked(content: bytes, most_bytes: int = 1000) -> Checked:
    return check(io.BytesIO(content), URL, most_bytes)


def test_each_request_is_found_again_by_its_place() -> None:
    content = b"\xef\xbb\xbf" + line("a") + b"\r\n\n  \n" + line("é") + b"\n" + line("c")
    found = checked(content)
    assert found.errors == []
    assert [number for number, _, _ in found.requests] == [1, 4, 5]
    again = [read(content[start : start + length], number, URL) for number, start, length in found.requests]
    assert [request.custom_id for request in again] == ["a", "é", "c"]


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (b"{", "invalid_json_line"),
        (b"[1]", "invalid_json_line"),
        (b'{"custom_id": NaN}', "invalid_json_line"),
        (b'{"custom_id": "\\ud800"}', "invalid_json_line"),
        (b"\xff\xfe{", "invalid_encoding"),
        (line(1), "invalid_custom_id"),
        (line(""), "invalid_custom_id"),
        (line("x" * 513), "invalid_custom_id"),
        (line("x" * 1001), "line_too_long"),
        (line(method="GET"), "invalid_method"),
        (line(url="/v1/models"), "invalid_url"),
        (line(url=None), "invalid_url"),
        (line(body=[]), "invalid_body"),
        (line(body={"stream": True}), "invalid_body"),
        (line(body={"input": "DEEP"}).replace(b'"DEEP"', b"[" * 300 + b"]" * 300), "invalid_body"),
        (line("first"), "duplicate_custom_id"),
        (b"[" * 100_000, "line_too_long"),
    ],
)
def test_what_is_wrong_with_a_line_is_told_with_its_number(bad: bytes, code: str) -> None:
    found = checked(line("first") + b"\n\n" + bad + b"\n" + line("last"))
    assert [(error["code"], error["line"]) for error in found.errors] == [(code, 3)]
    assert len(found.requests) == 2


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "empty_file"), (b" \n\n", "empty_file"), ("{}\n".encode("utf-16"), "invalid_encoding")]
)
def test_what_is_wrong_with_a_whole_file_is_told(content: bytes, code: str) -> None:
    assert [error["code"] for error in checked(content).errors] == [code]


def test_no_more_errors_are_told_than_a_person_reads() -> None:
    assert len(checked(b"x\n" * 5000).errors) == MOST_ERRORS


def test_a_batch_has_an_end() -> None:
    found = checked(b"\n".join(line(str(number)) for number in range(MOST_LINES + 5)))
    assert [(error["code"], error["line"]) for error in found.errors] == [("too_many_requests", MOST_LINES + 1)]


@given(st.binary(max_size=300))
def test_no_bytes_make_the_check_stumble(content: bytes) -> None:
    found = checked(content, 50)
    assert found.errors or found.requests


@given(st.lists(st.binary(max_size=20)), st.lists(st.integers(0, 50)))
def test_lines_that_are_made_while_they_are_read_are_all_there(parts: list[bytes], sizes: list[int]) -> None:
    stream = Lines(iter(parts))
    assert b"".join([*(stream.read(size) for size in sizes), stream.read()]) == b"".join(parts)
