"""What a step of cleaning did to a document."""

from dataclasses import dataclass

from ingest.model import Element


@dataclass(slots=True)
class Tally:
    """Elements that a step saw, changed and left out, and the characters in those it left out."""

    seen: int = 0
    changed: int = 0
    dropped: int = 0
    dropped_characters: int = 0

    def note(self, before: Element, after: Element | None) -> None:
        """Counts one element; `after` is what became of it, None if it was left out."""
        self.seen += 1
        if after is None:
            self.dropped += 1
            self.dropped_characters += len(before.text)
        elif after is not before:
            self.changed += 1
