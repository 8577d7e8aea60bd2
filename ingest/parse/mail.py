"""Reads e-mail as it is stored in .eml files."""

import email
import email.policy
import io
from collections.abc import Iterator
from email.errors import HeaderParseError, MessageError
from email.header import decode_header, make_header
from email.message import Message
from typing import TypeAlias

from ingest.errors import DamagedFile, NoText, UnreadableFile
from ingest.model import Element, Event, Kind, Loss, ReadOptions, Source
from ingest.parse import text, web
from ingest.parse.encoding import decode, detect

_MAX_DEPTH = 20
_HEADER_CHARACTERS = 1000
_FIELDS = ("From", "To", "Cc", "Date")
_READ_ATTACHED = ("text/plain", "text/markdown", "text/csv", "text/tab-separated-values", "text/html")

Part: TypeAlias = "Message[str, str]"


def read(source: Source, options: ReadOptions) -> Iterator[Event]:
    """The subject as title, who wrote to whom and when, the body, and the attachments by name.

    The plain form of the body is preferred to its HTML form; attached texts and messages are read, too. Raises
    DamagedFile where parts are nested beyond reason, NoText where there is neither subject nor body.
    """
    source.stream.seek(0)
    data = source.stream.read()
    if detect(source.stream).startswith("utf-"):
        data = decode(data).encode("utf-8", "replace")
    try:
        message: Part = email.message_from_bytes(data, policy=email.policy.compat32)
    except (RecursionError, MessageError) as error:
        raise DamagedFile(source.name, detail="its parts are nested too deeply") from error
    found = False
    for event in _message(message, options, 1):
        found = found or isinstance(event, Element)
        yield event
    if not found:
        raise NoText(source.name)


def _message(message: Part, options: ReadOptions, depth: int) -> Iterator[Event]:
    subject = _header(message, "Subject")
    if subject:
        yield Element(Kind.TITLE, subject, level=min(depth, 6))
    facts = [f"{field}: {value}" for field in _FIELDS if (value := _header(message, field))]
    if facts:
        yield Element(Kind.TEXT, "\n".join(facts))
    yield from _part(message, options, depth)


def _part(part: Part, options: ReadOptions, depth: int) -> Iterator[Event]:
    if depth > _MAX_DEPTH:
        yield Loss(f"Parts of the message nested more than {_MAX_DEPTH} deep were not read.")
        return
    kind = part.get_content_type()
    payload = part.get_payload()
    inner = [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []
    if kind == "multipart/alternative" and inner:
        yield from _best(inner, options, depth + 1)
    elif inner:
        enter = _message if kind == "message/rfc822" else _part
        for one in inner:
            yield from enter(one, options, depth + 1)
    elif part.get_filename() or part.get_content_disposition() == "attachment":
        yield from _attachment(part, options)
    elif kind == "text/html":
        yield from web.elements(_decoded(part))
    elif kind.startswith("text/"):
        yield from text.paragraphs(_decoded(part).splitlines(), has_title=False)


def _best(alternatives: list[Part], options: ReadOptions, depth: int) -> Iterator[Event]:
    """Of several forms of the same body the first in the order plain, HTML, others that has text."""
    order = {"text/plain": 0, "text/html": 1}
    for part in sorted(alternatives, key=lambda part: order.get(part.get_content_type(), 2)):
        events = list(_part(part, options, depth))
        if any(isinstance(event, Element) for event in events):
            yield from events
            return


def _attachment(part: Part, options: ReadOptions) -> Iterator[Event]:
    # The name is shown and never used as a path; what stands before its last slash is of no use to anyone.
    name = _unfolded(part.get_filename() or "unnamed").replace("\\", "/").rsplit("/", 1)[-1] or "unnamed"
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    yield Element(Kind.TEXT, f"Attachment: {name} ({part.get_content_type()}, {len(data):,} bytes)")
    if part.get_content_type() not in _READ_ATTACHED or not data.strip():
        return
    reader = web.read if part.get_content_type() == "text/html" else text.read
    try:
        yield from reader(Source(name, io.BytesIO(data), len(data)), options)
    except UnreadableFile as error:
        yield Loss(error.message)


def _decoded(part: Part) -> str:
    """The text of a part in the character set it declares, or in the one it seems to have."""
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    charset = (part.get_content_charset() or "").lower()
    if charset.startswith("gb"):
        charset = "gb18030"  # programs say gb2312 and mean more
    if charset and charset != "us-ascii":
        try:
            return data.decode(charset)
        except (LookupError, UnicodeError):
            pass
    return decode(data)


def _header(message: Part, field: str) -> str:
    """A field decoded, or as it stands where its encoding is broken."""
    raw = message.get(field)
    return "" if raw is None else _unfolded(str(raw))


def _unfolded(raw: str) -> str:
    try:
        value = str(make_header(decode_header(raw)))
    except (HeaderParseError, LookupError, ValueError):
        value = raw
    return " ".join(value.split())[:_HEADER_CHARACTERS]
