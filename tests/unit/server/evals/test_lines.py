"""JSON Lines as people save them, and as they should not."""

import io

import pytest

from server.errors import InvalidRequest
from server.evals import lines
from server.evals.lines import json_lines


def read(content: bytes) -> list[object]:
    return [fields for _, fields in json_lines(io.BytesIO(content), "q.jsonl")]


def test_a_byte_order_mark_and_empty_lines_are_passed_over() -> None:
    assert read(b'\xef\xbb\xbf{"a": 1}\r\n\r\n  \n{"b": 2}') == [{"a": 1}, {"b": 2}]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "q.jsonl is empty"),
        (b"\n \n", "q.jsonl is empty"),
        ('{"a": 1}'.encode("utf-16"), "q.jsonl line 1 is UTF-16; save the file as UTF-8"),
        ('{"a": 1}\n{"a": "年"}'.encode("gb18030"), "q.jsonl line 2 is not UTF-8 text"),
        (b'{"a": 1}\n{"a":', "q.jsonl line 2 is not JSON"),
        (b"[" * 100_000, "q.jsonl line 1 is not JSON"),
        (b'"text"', "q.jsonl line 1 is not a JSON object"),
        (b'{"a": "\\ud800"}', "q.jsonl line 1 is not JSON"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(content: bytes, reason: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        read(content)
    assert reason in raised.value.message


def test_a_line_without_end_is_not_read_into_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MOST_LINE_BYTES", 2 * 1024 * 1024)

    class Endless(io.RawIOBase):
        given = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: object) -> int:
            view = memoryview(buffer)  # type: ignore[arg-type]
            view[:] = b"x" * len(view)
            self.given += len(view)
            return len(view)

    source = Endless()
    with pytest.raises(InvalidRequest, match="line 1 is longer than 2 MiB"):
        list(json_lines(io.BufferedReader(source), "q.jsonl"))
    assert source.given < 4 * 1024 * 1024
