import io
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.types import Message

from server.documents.upload import Upload, receive
from server.errors import InvalidRequest, RequestTooLarge

BODY = (
    b'--line\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nassistants\r\n'
    b'--line\r\nContent-Disposition: form-data; name="file"; filename="\xe5\xb9\xb4.txt"\r\n'
    b"Content-Type: text/plain\r\n\r\nhello\r\nworld\r\n--line--\r\n"
)


def request(body: bytes, content_type: str = "multipart/form-data; boundary=line", step: int = 7) -> Request:
    async def parts() -> AsyncIterator[Message]:
        for first in range(0, len(body), step):
            more = first + step < len(body)
            yield {"type": "http.request", "body": body[first : first + step], "more_body": more}

    stream = parts()

    async def receive_message() -> Message:
        return await anext(stream)

    headers = [(b"content-type", content_type.encode())]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive_message)


async def taken(body: bytes, most: int = 1000) -> tuple[Upload, bytes]:
    out = io.BytesIO()
    return await receive(request(body), out, most), out.getvalue()


async def test_content_and_fields_arrive_however_the_body_is_cut() -> None:
    for step in (1, 7, 1000):
        out = io.BytesIO()
        upload = await receive(request(BODY, step=step), out, 1000)
        assert out.getvalue() == b"hello\r\nworld"
        assert (upload.filename, upload.fields["purpose"], upload.bytes) == ("年.txt", "assistants", 12)


async def test_a_body_that_is_cut_off_is_refused() -> None:
    for end in (10, 60, 120, len(BODY) - 12):
        with pytest.raises(InvalidRequest):
            await taken(BODY[:end])


async def test_more_than_allowed_is_refused() -> None:
    with pytest.raises(RequestTooLarge):
        await taken(BODY, most=11)


async def test_many_fields_are_refused_however_small_each_is() -> None:
    def field(name: str, size: int) -> bytes:
        return b'--line\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), b"x" * size)

    for count, size in ((101, 1), (20, 60_000)):
        body = b"".join(field(f"field{number}", size) for number in range(count)) + BODY
        with pytest.raises(RequestTooLarge):
            await receive(request(body, step=100_000), io.BytesIO(), 1000)


async def test_what_is_no_form_or_holds_no_file_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        await receive(request(b"{}", "application/json"), io.BytesIO(), 100)
    with pytest.raises(InvalidRequest):
        await taken(b'--line\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nx\r\n--line--\r\n')


async def test_two_files_in_one_form_are_refused() -> None:
    part = b'--line\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n'
    with pytest.raises(InvalidRequest):
        await taken(part + part + b"--line--\r\n")


def named(disposition: bytes) -> bytes:
    return b"--line\r\nContent-Disposition: form-data; " + disposition + b"\r\n\r\nx\r\n--line--\r\n"


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        (b'name="file"; filename="a.txt"', "a.txt"),
        (b"name=\"file\"; filename*=UTF-8''%E5%B9%B4%E5%81%87.docx", "年假.docx"),
        (b'name="file"; filename="plain.docx"; filename*=UTF-8\'\'%E5%B9%B4.docx', "年.docx"),
        (b'name="file"; filename*=iso-8859-1\'de\'M%FCller.txt; filename="plain.txt"', "Müller.txt"),
        (b'name="file"; filename="a\\"b;c.txt"', 'a"b;c.txt'),
        (b'name="file"', "upload"),
    ],
)
async def test_a_name_is_read_in_every_notation(disposition: bytes, name: str) -> None:
    upload, content = await taken(named(disposition))
    assert (upload.filename, content) == (name, b"x")


@given(st.binary(max_size=80))
@settings(max_examples=200, deadline=None)
async def test_no_header_of_a_part_breaks_the_upload(noise: bytes) -> None:
    for start in (b'name="file"; filename*', b'name="file"; filename', b"name"):
        try:
            await taken(named(start + noise))
        except InvalidRequest:
            continue


async def test_content_may_come_in_another_field() -> None:
    body = named(b'name="data"; filename="upload"')
    out = io.BytesIO()
    assert (await receive(request(body), out, 10, "data")).bytes == 1
    with pytest.raises(InvalidRequest) as refused:
        await receive(request(body), io.BytesIO(), 10)
    assert refused.value.param == "file"
