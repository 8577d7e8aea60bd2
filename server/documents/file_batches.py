"""Batches: many files that are put into a store together, followed and given up together."""

import time
import uuid
from collections.abc import Sequence

from server.documents.placement import Placement
from server.documents.stores import Stores
from server.model import Caller, FileBatch, Page, Priority, StoreFile
from server.ports import FileBatchRows


class FileBatches:
    """The batches of this Lectern."""

    def __init__(self, rows: FileBatchRows, stores: Stores) -> None:
        self._rows = rows
        self._stores = stores

    def create(self, store_id: str, wishes: Sequence[Placement], priority: Priority, caller: Caller) -> FileBatch:
        """Puts files into a store, all or none; the batch of them is noted after that, so if Lectern is killed in
        between, they are there and no batch is. Raises UnknownStore, ExpiredStore, UnknownFile, InvalidRequest."""
        batch = FileBatch(f"vsfb_{uuid.uuid4().hex}", store_id, int(time.time()), {})
        self._stores.attach_all(store_id, wishes, priority)
        self._rows.add(batch, [wish.file_id for wish in wishes])
        return self.get(store_id, batch.id, caller)

    def get(self, store_id: str, batch_id: str, caller: Caller) -> FileBatch:
        """A batch as the caller may see it. Raises UnknownFileBatch."""
        return self._rows.get(store_id, batch_id, caller)

    def cancel(self, store_id: str, batch_id: str, caller: Caller) -> FileBatch:
        """Gives up what is not read yet; what is, stays. Raises UnknownFileBatch."""
        self._rows.cancel(self.get(store_id, batch_id, caller))
        return self.get(store_id, batch_id, caller)

    def files(self, store_id: str, batch_id: str, status: str | None, page: Page, caller: Caller) -> list[StoreFile]:
        """A page of a batch's files that the caller may read. Raises UnknownFileBatch, InvalidRequest."""
        found = self._rows.files(self.get(store_id, batch_id, caller), status, page, caller)
        return self._stores.shown(store_id, found, caller)
