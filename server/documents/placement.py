"""What it means to put a file into a store in which it, or the one it replaces, may be already."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from server.model import Chunking, FileStatus, StoreFile


@dataclass(frozen=True, slots=True)
class Placement:
    """How a file is to be in a store. With `replaces`, that file of the store answers until the new one is completed,
    and leaves in that moment; the new one has its attributes if none are given. An `owned` file is deleted when it
    leaves the store. `chunking` is how it is parted; None: as it was, or as Lectern thinks best."""

    file_id: str
    attributes: Mapping[str, str | float | bool] = field(default_factory=dict)
    chunking: Chunking | None = None
    replaces: str | None = None
    owned: bool = False


def wished(store_id: str, wish: Placement, here: Mapping[str, StoreFile]) -> StoreFile | None:
    """The standing that a file is to get, with what it was before where nothing else is asked for; none if it need not
    be read (again). `here` is how the files concerned stand in the store now."""
    before = here.get(wish.file_id)
    if before is not None and not _is_new(wish, before):
        return None
    attributes = wish.attributes
    if not attributes and (model := before or here.get(wish.replaces or "")):
        attributes = model.attributes
    root = wish.replaces or (before.replaces if before else None)
    return StoreFile(
        store_id,
        wish.file_id,
        FileStatus.IN_PROGRESS,
        int(time.time()),
        attributes=attributes,
        replaces=root if root in here else None,
        owned=wish.owned or (before is not None and before.owned),
        chunking=wish.chunking or (before.chunking if before else None),
    )


def _is_new(wish: Placement, before: StoreFile) -> bool:
    """Whether the file has to be read for it, or its row to be written while it is read."""
    if wish.chunking is not None and wish.chunking != before.chunking:
        return True
    if before.status == FileStatus.IN_PROGRESS:
        return wish.replaces is not None or bool(wish.attributes)
    return before.status != FileStatus.COMPLETED
