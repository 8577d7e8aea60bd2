"""The settings as they are told: whole, but for what is secret."""

import re
from enum import Enum
from pathlib import Path
from typing import Any, Final

from pydantic.fields import FieldInfo

from server.monitor.secrets import HIDDEN, redacted
from server.settings import GROUPS, Settings

# `redacted` knows NAME=VALUE; a command line also has --name value.
_ARGUMENT: Final = re.compile(r"(?i)(--?[\w-]*(?:key|token|password|secret|credential)[\w-]*\s+)\S+")
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
        "value": None if secret else _told(value),
        "default": _told(default),
        "help": field.description,
    }


def _told(value: object) -> str | int | float | bool | None:
    """A value without what looks like a secret in it: a password in a URL, a key among arguments."""
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value.value if isinstance(value, Enum) else value)
    if isinstance(value, Path | Enum):
        return text
    if "://" in text:
        text = _QUERY.sub(rf"\1={HIDDEN}", text)
    return _ARGUMENT.sub(rf"\1{HIDDEN}", redacted(text))
