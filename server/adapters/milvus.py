"""The index on Milvus: Milvus Lite in a file, or a Milvus server by its URI. One collection per vector store."""

import hashlib
import logging
import re
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from server.adapters.milvus_process import MilvusProcess
from server.adapters.milvus_search import FEW_ROWS, Collected, RowSearch, file_number, of_files
from server.adapters.vector_codes import code_bits, codes
from server.errors import IndexUnavailable
from server.model import Hit, IndexRow
from server.ports import Vector

_SECONDS = 30.0  # of one call; without a limit pymilvus retries for minutes
_PAGE = 8_192
_IDS_PER_DELETE = 4_096
_ROWS_PER_QUERY = 256  # of at most 64 KiB
_VECTORS_PER_QUERY = 512  # of 4,096 dimensions they make 8 MiB
_MOST_SEALED = 65_535


class MilvusIndex:
    """`place` is a path (Milvus Lite keeps its data in that file) or the URI of a Milvus server; a call may take
    `timeout` seconds.

    Raises:
        IndexUnavailable: it cannot be opened; also from every method.
    """

    def __init__(self, place: str | Path, token: str = "", *, timeout: float = _SECONDS) -> None:
        self._uri = str(place)
        self._token = token
        self._timeout = timeout
        self._process = None if "://" in self._uri else MilvusProcess(Path(place))
        self._opening = threading.Lock()
        self._freezing = threading.Lock()
        self._writing: dict[str, threading.Lock] = {}
        self._loaded: dict[str, Collected] = {}
        self._rows: dict[str, int] = {}
        self._client: Any = None
        self._closed = False
        try:
            self.revive()
        except BaseException:
            self.close()
            raise

    def revive(self) -> None:
        """Connects if there is no connection or Milvus Lite has ended."""
        if self._client is not None and (self._process is None or self._process.alive):
            return
        from pymilvus import MilvusClient, MilvusException

        # It logs each refused call with its trace; what it says is in the error that is raised.
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
        with self._opening:
            if self._client is not None and (self._process is None or self._process.alive):
                return
            if self._closed:
                raise IndexUnavailable(detail="it was closed")
            self._disconnect()
            if self._process is not None:
                self._process.start()
            address = self._uri if self._process is None else self._process.address
            try:
                self._client = MilvusClient(address, token=self._token, timeout=self._timeout, dedicated=True)
            except MilvusException as error:
                raise IndexUnavailable(detail=f"no connection to {address}: {error.message}") from error

    def probe(self, seconds: float = 3.0) -> None:
        """Returns if it answers within so many seconds."""
        with self._connected() as client:
            client.has_collection("probe", timeout=seconds)

    def create(self, store_id: str, dimensions: int) -> None:
        """Makes the collection; it may exist already."""
        with self._connected() as client:
            from pymilvus import DataType

            name = collection_name(store_id)
            with self._writer(name):
                if client.has_collection(name, timeout=self._timeout):
                    return
                schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
                schema.add_field("id", DataType.VARCHAR, max_length=64, is_primary=True)
                schema.add_field("file_id", DataType.VARCHAR, max_length=64)
                schema.add_field("sealed", DataType.VARCHAR, max_length=_MOST_SEALED)
                schema.add_field("dense", DataType.FLOAT_VECTOR, dim=dimensions)
                schema.add_field("sparse", DataType.SPARSE_FLOAT_VECTOR)
                schema.add_field("file_number", DataType.INT64)
                indexes = client.prepare_index_params()
                # Milvus Lite compares vectors one by one, codes first; a server has better ways with many.
                dense = "FLAT" if self._process else "AUTOINDEX"
                indexes.add_index("dense", index_type=dense, metric_type="IP")
                if self._process:
                    schema.add_field("code", DataType.BINARY_VECTOR, dim=code_bits(dimensions))
                    indexes.add_index("code", index_type="BIN_FLAT", metric_type="HAMMING")
                indexes.add_index("sparse", index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
                client.create_collection(
                    name, schema=schema, index_params=indexes, consistency_level="Strong", timeout=self._timeout
                )

    def drop(self, store_id: str) -> None:
        """Removes the collection; it may be gone already."""
        with self._connected() as client:
            name = collection_name(store_id)
            with self._writer(name):
                self._loaded.pop(name, None)
                if client.has_collection(name, timeout=self._timeout):
                    client.drop_collection(name, timeout=self._timeout)

    def ids(self, store_id: str, file_id: str) -> set[str]:
        """Ids of all rows of the file."""
        with self._connected() as client:
            found: set[str] = set()
            pages = client.query_iterator(
                self._open(client, store_id).name,
                batch_size=_PAGE,
                filter=of_files([file_id]),
                output_fields=["id"],
                timeout=self._timeout,
            )
            while page := pages.next():
                found.update(row["id"] for row in page)
            pages.close()
            return found

    def rows(self, store_id: str, file_id: str) -> Iterator[list[IndexRow]]:
        """All rows of the file, a few hundred at a time, in no order; without their dense vectors."""
        with self._connected() as client:
            name = self._open(client, store_id).name
            # Milvus Lite fails to read vectors from a collection that has had no row since it was opened.
            if not self._rows[name] and not self._count(client, name):
                return
            pages = client.query_iterator(
                name,
                batch_size=_ROWS_PER_QUERY,
                filter=of_files([file_id]),
                output_fields=["id", "file_id", "sealed", "sparse"],
                timeout=self._timeout,
            )
            while page := pages.next():
                yield [IndexRow(row["id"], row["file_id"], None, row["sparse"], row["sealed"]) for row in page]
            pages.close()

    def vectors(self, store_id: str, ids: Sequence[str]) -> dict[str, Vector]:
        """Row id -> its dense vector, of those of the rows that exist."""
        with self._connected() as client:
            found: dict[str, Vector] = {}
            name = self._open(client, store_id).name
            for start in range(0, len(ids), _VECTORS_PER_QUERY):
                part = list(ids[start : start + _VECTORS_PER_QUERY])
                rows = client.get(name, ids=part, output_fields=["id", "dense"], timeout=self._timeout)
                found.update((row["id"], np.asarray(row["dense"], np.float32)) for row in rows)
            return found

    def upsert(self, store_id: str, rows: Sequence[IndexRow]) -> None:
        """Writes the rows durably; a row with the same id is replaced."""
        with self._connected() as client:
            if not rows:
                return
            collected = self._open(client, store_id)
            name = collected.name
            entities = _entities(rows, collected)
            with self._writer(name):
                client.upsert(name, entities, timeout=self._timeout)
                self._rows[name] = self._rows.get(name, 0) + len(rows)

    def delete(self, store_id: str, ids: Sequence[str]) -> None:
        """Removes rows by id."""
        with self._connected() as client:
            name = self._open(client, store_id).name
            with self._writer(name):
                for start in range(0, len(ids), _IDS_PER_DELETE):
                    client.delete(name, ids=list(ids[start : start + _IDS_PER_DELETE]), timeout=self._timeout)

    def delete_file(self, store_id: str, file_id: str) -> None:
        """Removes all rows of the file; the collection may be gone already."""
        with self._connected() as client:
            name = collection_name(store_id)
            with self._writer(name):
                if name in self._loaded or client.has_collection(name, timeout=self._timeout):
                    client.delete(self._open(client, store_id).name, filter=of_files([file_id]), timeout=self._timeout)

    def count(self, store_id: str) -> int:
        """Rows in the collection."""
        with self._connected() as client:
            return self._count(client, self._open(client, store_id).name)

    def search(
        self,
        store_id: str,
        dense: Vector | None,
        sparse: Mapping[int, float] | None,
        limit: int,
        file_ids: Collection[str] | None = None,
    ) -> tuple[list[Hit], list[Hit]]:
        """The best `limit` rows of either side by falling inner product; only of `file_ids` where that is given."""
        with self._connected() as client:
            if file_ids is not None and not file_ids:
                return [], []
            collected = self._open(client, store_id)
            many = self._rows[collected.name] > FEW_ROWS
            search = RowSearch(client, collected, file_ids, many_rows=many, timeout=self._timeout)
            near = search.dense(dense, limit) if dense is not None else []
            return near, search.sparse(sparse, limit) if sparse else []

    def close(self) -> None:
        """Lets go of the index."""
        with self._opening:
            self._closed = True
            self._disconnect()
            if self._process is not None:
                self._process.close()

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        """The client, connected; Milvus's errors become ours."""
        from grpc import RpcError  # type: ignore[import-untyped]
        from pymilvus import MilvusException

        self.revive()
        client = self._client
        try:
            yield client
        except ValueError as error:
            if client is self._client:
                raise
            raise IndexUnavailable(detail="it was restarted during the call; try again") from error
        except (MilvusException, RpcError) as error:
            said = getattr(error, "message", "") or str(error) or type(error).__name__
            raise IndexUnavailable(detail=" ".join(str(said).split())[:200]) from error

    def _disconnect(self) -> None:
        self._loaded.clear()
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _open(self, client: Any, store_id: str) -> Collected:
        name = collection_name(store_id)
        opened = self._loaded.get(name)
        if opened is None:
            if not client.has_collection(name, timeout=self._timeout):
                raise IndexUnavailable(detail=f"the collection of {store_id} is missing")
            client.load_collection(name, timeout=self._timeout)
            fields = {field["name"] for field in client.describe_collection(name, timeout=self._timeout)["fields"]}
            self._rows[name] = self._count(client, name)
            # Collections that were made by earlier versions have neither.
            opened = Collected(name, "code" in fields, "file_number" in fields)
            self._loaded[name] = opened
        return opened

    def _count(self, client: Any, name: str) -> int:
        found = client.query(name, filter="", output_fields=["count(*)"], timeout=self._timeout)
        return int(found[0]["count(*)"])

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """While the block runs, nobody writes to any collection."""
        with self._freezing, ExitStack() as stack:
            for lock in list(self._writing.values()):
                stack.enter_context(lock)
            yield

    @contextmanager
    def _writer(self, name: str) -> Iterator[None]:
        # A collection's lock is made while nobody freezes, so that `frozen` holds all there are.
        with self._freezing:
            lock = self._writing.setdefault(name, threading.Lock())
        with lock:
            yield


def collection_name(store_id: str) -> str:
    """The collection of a store; ids with other signs than letters, digits and _ are hashed."""
    if not re.fullmatch(r"\w{1,200}", store_id, re.ASCII):
        store_id = hashlib.sha256(store_id.encode()).hexdigest()
    return f"lectern_{store_id}"


def _entities(rows: Sequence[IndexRow], collected: Collected) -> list[dict[str, Any]]:
    """The rows as Milvus takes them."""
    entities = [
        {
            "id": row.id,
            "file_id": row.file_id,
            "dense": row.dense,
            "sparse": dict(row.sparse),
            "sealed": row.sealed,
        }
        for row in rows
    ]
    if collected.numbered:
        for entity, row in zip(entities, rows, strict=True):
            entity["file_number"] = file_number(row.file_id)
    if collected.coded:
        for entity, code in zip(entities, codes([row.dense for row in rows]), strict=True):
            entity["code"] = code
    return entities
