"""How much a key, a user or a vector store may use."""

import dataclasses
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a key or a user may use, or a vector store may hold; None: as much as it wants.

    Requests and tokens per minute, answers under way at once, bytes of one upload, bytes that a store holds
    (`usage_bytes`), and tokens in a calendar month (UTC).
    """

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    streams: int | None = None
    upload_bytes: int | None = None
    store_bytes: int | None = None
    tokens_per_month: int | None = None

    def over(self, other: "Allowance") -> "Allowance":
        """This one, with what it leaves open taken from the other."""
        open_ones = {
            field.name: getattr(other, field.name)
            for field in dataclasses.fields(self)
            if getattr(self, field.name) is None
        }
        return dataclasses.replace(self, **open_ones)


@dataclass(frozen=True, slots=True)
class Usage:
    """What was asked and answered in a month: requests, and tokens of prompts and answers together."""

    requests: int = 0
    tokens: int = 0
