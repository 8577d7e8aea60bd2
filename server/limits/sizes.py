"""How large what is kept may become."""

from server.limits.meter import Meter
from server.model import Caller
from server.ports import Catalog


class MeteredSizes:
    """The port `Sizes`. `most_upload_bytes` is the largest upload of anybody."""

    def __init__(self, meter: Meter, catalog: Catalog, most_upload_bytes: int) -> None:
        self._meter = meter
        self._catalog = catalog
        self._most_upload_bytes = most_upload_bytes

    def upload(self, caller: Caller) -> int:
        """The largest upload of the caller, in bytes."""
        allowed = [self._meter.allowance(subject).upload_bytes for subject in self._meter.subjects(caller)]
        return min([self._most_upload_bytes, *(size for size in allowed if size is not None)])

    def store(self, store_id: str) -> int | None:
        """What a vector store may hold, in bytes: what was set for it, else for its owner, else for everybody; None:
        as much as it wants. Raises UnknownStore."""
        owner = self._catalog.store(store_id).owner
        own = self._meter.allowance(f"store:{store_id}", *([owner] if owner else []))
        return own.store_bytes
