"""How large what is kept may become."""

from server.model import LECTERN, Allowance, Caller
from server.ports import Allowances, Catalog


class StoredSizes:
    """The port `Sizes`, by what is set at the moment. `defaults` is what everybody may for whom nothing was set; no
    upload is larger than those of everybody may be."""

    def __init__(self, rows: Allowances, catalog: Catalog, defaults: Allowance) -> None:
        self._rows = rows
        self._catalog = catalog
        self._defaults = defaults

    def upload(self, caller: Caller) -> int:
        """The largest upload of the caller, in bytes."""
        allowed, subjects = self._rows.all(), (caller.owner, f"key:{caller.key_id}")
        sizes = [allowed[subject].upload_bytes for subject in subjects if subject in allowed]
        return min(size for size in (*sizes, self._defaults.upload_bytes) if size is not None)

    def store(self, store_id: str) -> int | None:
        """What a vector store may hold, in bytes: as set for it, else for its owner, else for everybody; None: as much
        as it wants. Raises UnknownStore."""
        allowed, owner = self._rows.all(), self._catalog.store(store_id).owner
        found = allowed.get(f"store:{store_id}", Allowance()).over(allowed.get(owner or "", Allowance()))
        return found.over(self._defaults).store_bytes

    def used(self, store_id: str) -> int:
        """What a vector store holds, in bytes."""
        return self._catalog.file_counts([store_id], LECTERN)[store_id]["usage_bytes"]
