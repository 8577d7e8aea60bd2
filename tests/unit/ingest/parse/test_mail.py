import io
from email.message import EmailMessage

import pytest

from ingest.errors import DamagedFile, NoText
from ingest.model import Element, Event, Kind, Loss, ReadOptions, Source
from ingest.parse import mail


def events(data: bytes) -> list[Event]:
    return list(mail.read(Source("letter.eml", io.BytesIO(data), len(data)), ReadOptions()))


def read(data: bytes | EmailMessage) -> list[Element]:
    raw = data.as_bytes() if isinstance(data, EmailMessage) else data
    return [event for event in events(raw) if isinstance(event, Element)]


def texts(data: bytes | EmailMessage) -> list[str]:
    return [element.text for element in read(data)]


def letter(subject: str = "合同续签", body: str = "Dear Bob,\n\nthe contract ends in June.\n") -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "Li Ming <li@example.com>"
    message["To"] = "Bob <bob@example.com>"
    message["Date"] = "Fri, 16 Dec 2022 17:04:16 -0500"
    message.set_content(body)
    return message


def test_subject_people_and_body() -> None:
    title, facts, *body = read(letter())
    assert (title.kind, title.text, title.level) == (Kind.TITLE, "合同续签", 1)
    assert facts.text == (
        "From: Li Ming <li@example.com>\nTo: Bob <bob@example.com>\nDate: Fri, 16 Dec 2022 17:04:16 -0500"
    )
    assert [element.text for element in body] == ["Dear Bob,", "the contract ends in June."]


def test_plain_form_is_preferred_and_html_is_read_where_it_is_alone() -> None:
    both = letter(body="plain form")
    both.add_alternative("<p>html form</p>", subtype="html")
    assert texts(both)[2:] == ["plain form"]
    empty = letter(body=" \n")
    empty.add_alternative("<h1>Offer</h1><table><tr><th>A<th>B<tr><td>1<td>2</table>", subtype="html")
    assert [element.kind for element in read(empty)[2:]] == [Kind.TITLE, Kind.TABLE]


def test_attachments_are_named_and_texts_among_them_read() -> None:
    message = letter()
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="合同.pdf")
    message.add_attachment(b"City,EUR\nRome,9\n", maintype="text", subtype="csv", filename="limits.csv")
    found = read(message)
    assert found[4].text == "Attachment: 合同.pdf (application/pdf, 8 bytes)"
    assert found[5].text.startswith("Attachment: limits.csv (text/csv")
    assert found[6].rows == (("City", "EUR"), ("Rome", "9"))


def test_name_of_an_attachment_is_no_path() -> None:
    message = letter()
    message.add_attachment("x", filename="../../../tmp/evil.txt")
    assert any("Attachment: evil.txt" in text for text in texts(message))


def test_forwarded_message_is_read() -> None:
    outer = letter("Outer", "see below")
    outer.add_attachment(letter("Inner", "inner body"))
    found = read(outer)
    assert [(element.level, element.text) for element in found if element.kind is Kind.TITLE] == [
        (1, "Outer"),
        (3, "Inner"),  # below the message and below its parts
    ]
    assert found[-1].text == "inner body"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-8-sig"])
def test_whole_message_in_another_encoding(encoding: str) -> None:
    raw = "Subject: Hello\nFrom: a@b.c\nContent-Type: text/plain\n\nBody of it.\n".encode(encoding)
    assert texts(raw) == ["Hello", "From: a@b.c", "Body of it."]


def test_body_in_a_mistaken_or_unknown_character_set() -> None:
    head = b"Subject: x\nContent-Type: text/plain; charset=%s\n\n"
    content = "公司差旅费报销制度：员工出差住宿标准。"
    assert texts(head % b"gb2312" + content.encode("gb18030"))[1] == content
    assert texts(head % b"utf-8" + content.encode("gb18030"))[1] == content
    assert texts(head % b"no-such-thing" + content.encode())[1] == content


def test_broken_header_is_read_as_it_stands() -> None:
    raw = b"Subject: =?no-such?B?////?= =?utf-8?B?!!!?=\nFrom: \xff\xfe\n\nBody.\n"
    assert texts(raw)[-1] == "Body."


def test_nesting_is_bounded_and_reported() -> None:
    def nested(depth: int) -> bytes:
        opening = "".join(
            f'Content-Type: multipart/mixed; boundary="b{level}"\n\n--b{level}\n' for level in range(depth)
        )
        closing = "".join(f"--b{level}--\n" for level in reversed(range(depth)))
        return f"Subject: deep\n{opening}Content-Type: text/plain\n\nbottom\n{closing}".encode()

    assert texts(nested(5))[-1] == "bottom"
    assert isinstance(events(nested(400))[-1], Loss)
    with pytest.raises(DamagedFile, match="nested too deeply"):
        events(nested(3000))


def test_message_without_anything_is_no_text() -> None:
    with pytest.raises(NoText):
        events(b"X-Other: 1\n\n  \n")
