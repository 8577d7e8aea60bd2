"""Tells of a file which other one of its store says nearly the same."""

from dataclasses import replace
from typing import Final

from ingest.cleaning.signature import bands, similarity
from server.errors import UnknownFile
from server.model import StoreFile
from server.ports import Catalog, Signatures

# Below it, signatures say too little: two editions of a form share much of their text, too.
LEAST_SIMILARITY: Final = 0.8
_WORTH: Final = 0.5  # of a document whose words the store has already
_SAYS: Final = ("says the same as ", "says nearly the same as ")


def unmarked(entry: StoreFile) -> StoreFile:
    """The file's standing as if it were no duplicate: for those who may not know of the other one."""
    if entry.duplicate_of is None:
        return entry
    return replace(
        entry,
        duplicate_of=None,
        quality=None if entry.quality is None else round(min(1.0, entry.quality / _WORTH), 2),
        quality_reasons=tuple(reason for reason in entry.quality_reasons if not reason.startswith(_SAYS)),
    )


class Duplicates:
    """Compares files with those that were in their store before them."""

    def __init__(self, signatures: Signatures, catalog: Catalog) -> None:
        self._signatures = signatures
        self._catalog = catalog

    def marked(self, entry: StoreFile, signature: bytes | None) -> StoreFile:
        """The file's standing with the file it duplicates, if there is one. The version that it replaces is none."""
        entry = replace(entry, duplicate_of=None)
        if signature is None:
            return entry
        earlier = self._signatures.keep(entry.store_id, entry.file_id, signature, bands(signature))
        shares = {
            file_id: similarity(signature, other) for file_id, other in earlier.items() if file_id != entry.replaces
        }
        closest = max(shares, key=shares.__getitem__, default=None)
        if closest is None or shares[closest] < LEAST_SIMILARITY:
            return entry
        try:
            name = self._catalog.file(closest).filename
        except UnknownFile:
            return entry  # deleted meanwhile
        share = shares[closest]
        same = f"{_SAYS[0]}{name}" if share == 1 else f"{_SAYS[1]}{name} ({share:.0%})"
        return replace(
            entry,
            duplicate_of=closest,
            quality=None if entry.quality is None else round(entry.quality * _WORTH, 2),
            quality_reasons=(*entry.quality_reasons, same),
        )
