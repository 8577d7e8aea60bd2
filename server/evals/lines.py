"""Reads JSON Lines that anybody may have written."""

import codecs
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Final

import orjson

from server.errors import InvalidRequest

MOST_LINE_BYTES: Final = 16 * 1024 * 1024
_OTHER_ENCODINGS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def json_lines(stream: BinaryIO, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each object of the file with where it stands ("q.jsonl line 7"); empty lines and a byte order mark are passed
    over.

    Raises:
        InvalidRequest: a line is no JSON object, no UTF-8 or longer than 16 MiB, or there is none at all.
    """
    empty, number = True, 0
    while line := stream.readline(MOST_LINE_BYTES + 1):
        number += 1
        where = f"{name} line {number}"
        if number == 1:
            if line.startswith(_OTHER_ENCODINGS):
                raise InvalidRequest(detail=f"{where} is UTF-16; save the file as UTF-8")
            line = line.removeprefix(codecs.BOM_UTF8)
        if len(line) > MOST_LINE_BYTES:
            raise InvalidRequest(detail=f"{where} is longer than {MOST_LINE_BYTES // 1024**2} MiB")
        if not line.strip():
            continue
        empty = False
        yield where, _object(line, where)
    if empty:
        raise InvalidRequest(detail=f"{name} is empty")


def text_field(fields: Mapping[str, Any], name: str, where: str, *, may_be_empty: bool = False) -> str:
    """The text of a field. Raises InvalidRequest: it is missing, empty or no text."""
    value = fields.get(name)
    if not isinstance(value, str) or not (may_be_empty or value.strip()):
        fault = "is missing" if name not in fields else "is not a text" if not isinstance(value, str) else "is empty"
        raise InvalidRequest(detail=f"{where}: the field {name!r} {fault}")
    return value


def texts_field(fields: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    """The texts of a list, or none where there is none. Raises InvalidRequest: it is no list of texts."""
    values = fields.get(name)
    if values is None:
        return ()
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise InvalidRequest(detail=f"{where}: the field {name!r} is not a list of texts")
    return tuple(value for value in values if value.strip())


def truth_field(fields: Mapping[str, Any], name: str, where: str, *, default: bool) -> bool:
    """True or false. Raises InvalidRequest: it is something else."""
    value = fields.get(name, default)
    if not isinstance(value, bool):
        raise InvalidRequest(detail=f"{where}: the field {name!r} is not true or false")
    return value


def _object(line: bytes, where: str) -> dict[str, Any]:
    try:
        line.decode()
    except UnicodeDecodeError as error:
        detail = f"{where} is not UTF-8 text (byte {error.start + 1}); save the file as UTF-8"
        raise InvalidRequest(detail=detail) from None
    try:
        fields = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise InvalidRequest(detail=f"{where} is not JSON ({error})") from None
    if not isinstance(fields, dict):
        raise InvalidRequest(detail=f"{where} is not a JSON object")
    return fields
