"""What items say, as text."""

from collections.abc import Mapping, Sequence
from typing import Any


def text_of_items(items: Sequence[Mapping[str, Any]]) -> str:
    """What the messages among them say, one after the other."""
    said = [
        part.get("text") or part.get("refusal") or ""
        for item in items
        if item["type"] == "message"
        for part in item["content"]
    ]
    return "\n\n".join(text for text in said if text)


def cited(items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The citations in the messages among them, in their order."""
    return [
        dict(annotation)
        for item in items
        if item["type"] == "message"
        for part in item["content"]
        for annotation in part.get("annotations") or ()
        if annotation.get("type") == "file_citation"
    ]
