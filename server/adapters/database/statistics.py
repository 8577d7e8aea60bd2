"""How many chunks of each vector store hold a term, in the database."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from server.adapters.database.engine import Database
from server.adapters.database.schema import file_statistics, term_statistics

# Rows of term_statistics that hold a store's totals, so that a look-up is one query; term ids are never negative.
_CHUNKS = -1
_TOKENS = -2

_LOOK_UP_BATCH = 10_000
# What every search asks is made once: that takes longer than the answer.
_LOOK_UP = sa.select(term_statistics.c.term, term_statistics.c.chunks).where(
    term_statistics.c.store_id == sa.bindparam("store"),
    term_statistics.c.term.in_(sa.bindparam("terms", expanding=True)),
)
_PAIR = np.dtype([("term", "<i8"), ("chunks", "<i4")])
Pairs = npt.NDArray[np.void]


class SqlStatistics:
    """Implements the port `Statistics`. Each change is one transaction: a file's share is in whole, or not at all."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(self, store_id: str, file_id: str, terms: Mapping[int, int], chunks: int, tokens: int) -> None:
        """Sets a file's share: term id -> number of its chunks that hold it; chunk count; sum of chunk lengths in
        terms. Replaces what the file had before."""
        share = _pairs({**terms, _CHUNKS: chunks, _TOKENS: tokens})
        with self._database.begin(durable=False) as connection:  # the job that ends after it is lost with it
            before = self._take(connection, store_id, file_id)
            row = {"store_id": store_id, "file_id": file_id, "chunks": chunks, "tokens": tokens}
            connection.execute(sa.insert(file_statistics), {**row, "terms": share.tobytes()})
            self._add(connection, store_id, _difference(share, before))

    def copy(self, store_id: str, other_id: str, file_id: str) -> None:
        """Gives the file the share in another store that it has in this one; replaces what it had there."""
        table = file_statistics.c
        query = sa.select(table.chunks, table.tokens, table.terms).where(
            table.store_id == store_id, table.file_id == file_id
        )
        with self._database.begin(durable=False) as connection:
            share = connection.execute(query).one_or_none()
            before = self._take(connection, other_id, file_id)
            if share is not None:
                row = {"store_id": other_id, "file_id": file_id, **share._mapping}
                connection.execute(sa.insert(file_statistics), row)
            after = np.frombuffer(share.terms if share else b"", _PAIR)
            self._add(connection, other_id, _difference(after, before))

    def drop(self, store_id: str) -> None:
        """Takes out all shares of a store."""
        with self._database.begin() as connection:
            for table in (file_statistics, term_statistics):
                connection.execute(sa.delete(table).where(table.c.store_id == store_id))

    def remove(self, store_id: str, file_id: str) -> None:
        """Takes a file's share out."""
        with self._database.begin() as connection:
            before = self._take(connection, store_id, file_id)
            self._add(connection, store_id, _difference(_pairs({}), before))

    def look_up(self, store_id: str, terms: Sequence[int]) -> tuple[int, int, dict[int, int]]:
        """(chunks, tokens, term id -> chunks that hold it) of the store."""
        wanted = [_CHUNKS, _TOKENS, *terms]
        found: dict[int, int] = {}
        with self._database.read() as connection:
            for start in range(0, len(wanted), _LOOK_UP_BATCH):
                batch = wanted[start : start + _LOOK_UP_BATCH]
                rows = connection.execute(_LOOK_UP, {"store": store_id, "terms": batch})
                found.update((term, chunks) for term, chunks in rows)
        return found.pop(_CHUNKS, 0), found.pop(_TOKENS, 0), found

    def _take(self, connection: sa.Connection, store_id: str, file_id: str) -> Pairs:
        """Removes the file's row and returns what it held."""
        if not self._database.is_sqlite:
            # Changes of one store follow one another: else two of the same file could both find no row before.
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(store_id, 0))))
        table = file_statistics.c
        taken = connection.execute(
            sa.delete(file_statistics)
            .where(table.store_id == store_id, table.file_id == file_id)
            .returning(table.terms)
        ).scalar()
        return np.frombuffer(taken or b"", _PAIR)

    def _add(self, connection: sa.Connection, store_id: str, change: Pairs) -> None:
        if not len(change):
            return
        rows = change.tolist()
        if self._database.is_sqlite:
            connection.exec_driver_sql(_ADD_ON_SQLITE, [(store_id, term, chunks) for term, chunks in rows])
        else:
            arrays = {"terms": [term for term, _ in rows], "chunks": [chunks for _, chunks in rows]}
            connection.execute(_ADD_ON_POSTGRESQL, {"store_id": store_id, **arrays})
        if (change["chunks"] < 0).any():
            table = term_statistics.c
            connection.execute(sa.delete(term_statistics).where(table.store_id == store_id, table.chunks <= 0))


# Written by hand because both take a hundred thousand terms in well under a second, which SQLAlchemy's rows do not.
_ON_CONFLICT = "ON CONFLICT (store_id, term) DO UPDATE SET chunks = term_statistics.chunks + excluded.chunks"
_ADD_ON_SQLITE = f"INSERT INTO term_statistics (store_id, term, chunks) VALUES (?, ?, ?) {_ON_CONFLICT}"  # noqa: S608
_ADD_ON_POSTGRESQL = sa.text(
    "INSERT INTO term_statistics (store_id, term, chunks) "  # noqa: S608
    f"SELECT :store_id, * FROM unnest(CAST(:terms AS bigint[]), CAST(:chunks AS integer[])) {_ON_CONFLICT}"
)


def _pairs(terms: Mapping[int, int]) -> Pairs:
    pairs = np.fromiter(terms.items(), _PAIR, len(terms))
    pairs.sort(order="term")
    return pairs


def _difference(after: Pairs, before: Pairs) -> Pairs:
    """What must be added, term by term, to come from `before` to `after`; in the order of the terms."""
    names, places = np.unique(np.concatenate([after["term"], before["term"]]), return_inverse=True)
    change = np.zeros(len(names), _PAIR)
    change["term"] = names
    np.add.at(change["chunks"], places[: len(after)], after["chunks"])
    np.subtract.at(change["chunks"], places[len(after) :], before["chunks"])
    kept: Pairs = change[change["chunks"] != 0]
    return kept
