"""What may be written on objects: attributes of files, metadata of stores
(https://platform.openai.com/docs/api-reference/vector-stores-files/object)."""

from collections.abc import Mapping
from typing import Any

from server.errors import InvalidRequest

MOST_ATTRIBUTES = 16
MOST_KEY_CHARS = 64
MOST_ATTRIBUTE_CHARS = 512


def check_attributes(attributes: Mapping[str, Any]) -> None:
    """Raises InvalidRequest unless there are at most 16 short keys with text, number or boolean values."""
    if len(attributes) > MOST_ATTRIBUTES:
        raise InvalidRequest(detail=f"a file has at most {MOST_ATTRIBUTES} attributes", param="attributes")
    for key, value in attributes.items():
        if not 1 <= len(key) <= MOST_KEY_CHARS or "\n" in key:
            detail = f"attribute names have 1 to {MOST_KEY_CHARS} characters"
            raise InvalidRequest(detail=detail, param="attributes")
        if not isinstance(value, str | int | float | bool) or (
            isinstance(value, str) and len(value) > MOST_ATTRIBUTE_CHARS
        ):
            detail = (
                f"attribute {key!r} must be a text of at most {MOST_ATTRIBUTE_CHARS} characters, a number or a boolean"
            )
            raise InvalidRequest(detail=detail, param="attributes")
