"""The settings as they are told: whole, but for what is secret."""

import re
import shlex
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, Final

from pydantic.fields import FieldInfo

from server.monitor.secrets import HIDDEN, redacted
from server.settings import GROUPS, Settings

_FLAG: Final = re.compile(r"--?[A-Za-z][\w.-]*(?:=.*)?", re.DOTALL)
_SECRET_FLAG: Final = re.compile(r"(?i)--?[\w.-]*(?:key|token|password|secret|credential)[\w.-]*(?==|$)")
_QUERY: Final = re.compile(r"(?<=[?&])([^=&\s#]+)=[^&\s#]+")


def setting_objects(settings: Settings) -> list[dict[str, Any]]:
    """Every setting, as the API shows it, by groups."""
    return [
        _object(settings, name, group, Settings.model_fields[name]) for group, names in GROUPS.items() for name in names
    ]


def _object(settings: Settings, name: str, group: str, field: FieldInfo) -> dict[str, Any]:
    value, default, secret = getattr(settings, name), field.default, not field.repr
    return {
        "object": "setting",
        "id": name,
        "variable": f"LECTERN_{name.upper()}",
        "group": group,
        "secret": secret,
        "set": value is not None and value != "",
        "changed": value != default,
        "value": None if secret else _told(name, value),
        "default": _told(name, default),
        "help": field.description,
    }


def _told(name: str, value: object) -> str | int | float | bool | None:
    """A value without what looks like a secret in it: a password in a URL, a key among arguments."""
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value.value if isinstance(value, Enum) else value)
    if isinstance(value, Path | Enum):
        return text
    if name != "vllm_args":
        return redacted(_address(text))
    try:
        return " ".join(_arguments(shlex.split(text)))
    except ValueError:  # a quote that is not closed: nobody can tell what belongs to what
        return HIDDEN


def _arguments(given: list[str]) -> Iterator[str]:
    """The arguments of a command line; instead of all between a secret's name and the next name, one mark."""
    arguments = iter(given)
    hiding = False
    for one in arguments:
        if named := _SECRET_FLAG.match(one):
            hiding = True
            yield f"{named[0]}={HIDDEN}"
            if named[0] == one:
                next(arguments, None)  # its value, also if it looks like a name
            continue
        hiding = hiding and not _FLAG.fullmatch(one)
        if not hiding:
            yield shlex.quote(redacted(_address(one)))


def _address(text: str) -> str:
    """A URL without its user and password, and without what its query says; other text as it is."""
    scheme, mark, rest = text.partition("://")
    user, at, place = rest.rpartition("@")
    if "?" in user:  # it may stand in a password, or the @ in a query
        return f"{scheme}{mark}{HIDDEN}"
    place = _QUERY.sub(rf"\1={HIDDEN}", place)
    return f"{scheme}{mark}{HIDDEN if at else ''}{at}{place}"
