"""Many values, a few at a time."""

from collections.abc import Iterator, Sequence
from typing import Final

# SQLite takes 32,766 values in a statement, PostgreSQL 65,535.
_MOST: Final = 10_000


def slices(values: Sequence[str], most: int = _MOST) -> Iterator[Sequence[str]]:
    """The values in turn, at most so many at a time: usually as many as fit into one statement."""
    return (values[start : start + most] for start in range(0, len(values), most))
