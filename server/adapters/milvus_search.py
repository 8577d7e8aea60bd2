"""Finds the best rows of one collection, exactly where that is cheap and by a first look where it is not.

What a search costs in Milvus Lite (docs/decisions/0010-how-milvus-lite-is-searched.md): reading every vector, telling
for every row whether its file is in a list, and reading that list.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from server.adapters.vector_codes import codes
from server.model import Hit
from server.ports import Vector

# Up to so many rows every vector is compared.
FEW_ROWS: Final = 50_000
# So many rows are taken as near by their codes for each that is wanted, at least so many, and so many are asked for at
# most to find as many of the allowed files.
_NEAR_PER_HIT: Final = 6
_LEAST_NEAR: Final = 300
_MOST_NEAR: Final = 2_000
# Up to so many files Milvus is told which ones; of more, it is asked for more rows than are wanted, at most so many.
_FEW_FILES: Final = 1_000
_MOST_ROWS: Final = 8_192
_HEADROOM: Final = 1.3
_FIELDS: Final = ("file_id", "sealed")

Ask = Callable[[int, str, Sequence[str]], list[Any]]


@dataclass(frozen=True, slots=True)
class Collected:
    """A collection by its name; `coded` if its rows have codes of their vectors, `numbered` if they have the number of
    their file."""

    name: str
    coded: bool
    numbered: bool


class RowSearch:
    """Searches one collection through a client; `files` are those whose rows may be found, None: all."""

    def __init__(
        self, client: Any, collected: Collected, files: Collection[str] | None, *, many_rows: bool, timeout: float
    ) -> None:
        self._client = client
        self._collected = collected
        self._by_code = many_rows and collected.coded
        self._timeout = timeout
        self._files = files if files is None or isinstance(files, frozenset | set) else frozenset(files)

    def dense(self, vector: Vector, limit: int) -> list[Hit]:
        """The rows whose vectors have the largest inner product with this one."""
        exact = self._asking("dense", vector, "IP")
        if self._by_code and not self._few_files:
            near = self._asking("code", codes([vector])[0], "HAMMING")
            ids = self._allowed(near, max(limit * _NEAR_PER_HIT, _LEAST_NEAR), _MOST_NEAR)
            if ids is not None:
                return self._of_rows(exact, ids, limit)
        return self._best(exact, limit)

    def sparse(self, weights: Mapping[int, float], limit: int) -> list[Hit]:
        """The rows whose term weights have the largest inner product with these."""
        return self._best(
            self._asking("sparse", {term: float(weight) for term, weight in weights.items()}, "IP"), limit
        )

    @property
    def _few_files(self) -> bool:
        return self._files is not None and len(self._files) <= _FEW_FILES

    def _best(self, ask: Ask, limit: int) -> list[Hit]:
        files = self._files
        if files is None:
            return self._hits(ask(limit, "", _FIELDS))
        if not self._few_files and (ids := self._allowed(ask, limit, _MOST_ROWS)) is not None:
            return self._of_rows(ask, ids, limit)
        return self._hits(ask(limit, self._of_files(files), _FIELDS))

    def _of_rows(self, ask: Ask, ids: list[str], limit: int) -> list[Hit]:
        return self._hits(ask(limit, f"id in {json.dumps(ids)}", _FIELDS)) if ids else []

    def _hits(self, rows: list[Any]) -> list[Hit]:
        """Also a row that was replaced meanwhile, or whose file only has the same number, must be of these files."""
        hits = [
            Hit(row["id"], row["entity"]["file_id"], float(row["distance"]), row["entity"]["sealed"]) for row in rows
        ]
        return [hit for hit in hits if self._files is None or hit.file_id in self._files]

    def _allowed(self, ask: Ask, wanted: int, most: int) -> list[str] | None:
        """The ids of the `wanted` best rows of the allowed files; None if more than `most` would have to be asked for.

        Nothing is missed: those of a list by falling score that are allowed are what a search among the allowed rows
        alone would list.
        """
        files = self._files
        if files is None:
            return [row["id"] for row in ask(wanted, "", ())]
        asked = int(wanted * _HEADROOM)
        while asked <= most:
            rows = ask(asked, "", ("file_id",))
            allowed = [row["id"] for row in rows if row["entity"]["file_id"] in files]
            if len(allowed) >= wanted or len(rows) < asked:
                return allowed[:wanted]
            asked = int(asked * max(_HEADROOM * wanted / max(len(allowed), 1), 2.0))
        return None

    def _asking(self, field: str, query: Any, metric: str) -> Ask:
        def ask(limit: int, wanted: str, fields: Sequence[str]) -> list[Any]:
            found = self._client.search(
                self._collected.name,
                [query],
                anns_field=field,
                filter=wanted,
                limit=limit,
                output_fields=list(fields),
                search_params={"metric_type": metric},
                timeout=self._timeout,
            )
            return list(found[0])

        return ask

    def _of_files(self, file_ids: Collection[str]) -> str:
        if not self._collected.numbered:
            return of_files(file_ids)
        return f"file_number in {[file_number(file_id) for file_id in file_ids]}"


def file_number(file_id: str) -> int:
    """A number that stands for a file: it is found faster among others than the id is. Two files may, in theory, have
    the same one."""
    return int.from_bytes(hashlib.sha256(file_id.encode()).digest()[:8], signed=True)


def of_files(file_ids: Collection[str]) -> str:
    """A filter for the rows of files."""
    return f"file_id in {json.dumps(list(file_ids))}"
