"""What finds chunks and passages."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from server.model import Hit, IndexRow, Passage

Vector = npt.NDArray[np.float32]
# Store -> ids of its files that may be searched; None: all. A frozenset is taken as it is, anything else made one.
Allowed = Callable[[str], Collection[str] | None]
# Told the name of a stage and its seconds.
Observe = Callable[[str, float], None]


class Index(Protocol):
    """Vectors and sealed chunks, one collection per vector store."""

    def create(self, store_id: str, dimensions: int) -> None:
        """Makes the collection; it may exist already."""
        ...

    def drop(self, store_id: str) -> None:
        """Removes the collection; it may be gone already."""
        ...

    def ids(self, store_id: str, file_id: str) -> set[str]:
        """Ids of all rows of the file."""
        ...

    def rows(self, store_id: str, file_id: str) -> Iterator[list[IndexRow]]:
        """All rows of the file, a few hundred at a time, in no order; without their dense vectors."""
        ...

    def vectors(self, store_id: str, ids: Sequence[str]) -> dict[str, Vector]:
        """Row id -> its dense vector, of those of the rows that exist."""
        ...

    def upsert(self, store_id: str, rows: Sequence[IndexRow]) -> None:
        """Writes the rows durably; a row with the same id is replaced."""
        ...

    def delete(self, store_id: str, ids: Sequence[str]) -> None:
        """Removes rows by id."""
        ...

    def delete_file(self, store_id: str, file_id: str) -> None:
        """Removes all rows of the file."""
        ...

    def count(self, store_id: str) -> int:
        """Rows in the collection."""
        ...

    def search(
        self,
        store_id: str,
        dense: Vector | None,
        sparse: Mapping[int, float] | None,
        limit: int,
        file_ids: Collection[str] | None = None,
    ) -> tuple[list[Hit], list[Hit]]:
        """The best `limit` rows of the dense and of the sparse side, each by falling inner product; only rows of
        `file_ids` where that is given."""
        ...

    def close(self) -> None:
        """Lets go of the index."""
        ...


class Reranker(Protocol):
    """A model that reads a question and a text together and tells how well the text answers it; blocking."""

    @property
    def name(self) -> str:
        """Which model it is, for people."""
        ...

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """The relevance of each text, 0 to 1, in the order of the texts. Raises RerankerUnavailable."""
        ...


class Search(Protocol):
    """Finds passages in stores; blocking."""

    def __call__(
        self,
        questions: Sequence[str],
        store_ids: Sequence[str],
        limit: int,
        allowed: Allowed,
        *,
        rerank: bool = True,
        observe: Observe | None = None,
    ) -> list[Passage]:
        """The best passages for all the questions together, best first. `allowed` names per store the files that may be
        searched; None: all. `rerank`: by the configured reranker, if there is one. `observe` is told the seconds of
        each stage of this search."""
        ...


class Statistics(Protocol):
    """How many chunks of a store hold a term; kept exact as files come and go."""

    def replace(self, store_id: str, file_id: str, terms: Mapping[int, int], chunks: int, tokens: int) -> None:
        """Sets a file's share: term id -> number of its chunks that hold it; chunk count; sum of chunk lengths in
        terms. Replaces what the file had before."""
        ...

    def copy(self, store_id: str, other_id: str, file_id: str) -> None:
        """Gives the file the share in another store that it has in this one; replaces what it had there."""
        ...

    def remove(self, store_id: str, file_id: str) -> None:
        """Takes a file's share out."""
        ...

    def drop(self, store_id: str) -> None:
        """Takes out all shares of a store."""
        ...

    def look_up(self, store_id: str, terms: Sequence[int]) -> tuple[int, int, dict[int, int]]:
        """(chunks, tokens, term id -> chunks that hold it) of the store."""
        ...
