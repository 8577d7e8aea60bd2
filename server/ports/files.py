"""What keeps content, sealed, and what it is sealed and compared by."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol


class Files(Protocol):
    """Sealed objects by name ("files/file-abc"). `key_of` names whose key seals them (a file id)."""

    def write(self, name: str, key_of: str, *, durable: bool = True) -> AbstractContextManager[BinaryIO]:
        """A stream that becomes the object, whole and durable, when the block ends without an exception. One that need
        not be durable outlives the process, but may be lost with the machine's power."""
        ...

    def write_all(self, objects: Sequence[tuple[str, str, bytes]]) -> None:
        """Objects of (name, key_of, content), durable when it returns; small ones share one wait for the disk."""
        ...

    def open(self, name: str, key_of: str) -> BinaryIO:
        """The object's plain content as a seekable stream. Raises FileNotFoundError, DamagedSeal."""
        ...

    def exists(self, name: str) -> bool:
        """Whether there is such an object."""
        ...

    def delete(self, *names: str) -> None:
        """Removes the objects; they may be gone already."""
        ...


class Keys(Protocol):
    """Data keys, one per file, wrapped by the master key."""

    def create(self, *file_ids: str) -> None:
        """Makes the keys of files, together."""
        ...

    def seal_text(self, file_id: str, text: str, context: str, *, always: bool = False) -> str:
        """The text sealed under the file's key, as base64. `context` (a chunk id) must be the same to open it.
        `always`: also where nothing else is sealed."""
        ...

    def read(self, file_ids: Sequence[str]) -> None:
        """Reads the keys of files that are about to be opened in one go instead of one by one."""
        ...

    def open_text(self, file_id: str, sealed: str, context: str) -> str:
        """The text. Raises DamagedSeal."""
        ...

    def destroy(self, file_id: str) -> None:
        """Forgets the file's key: nothing sealed with it can be opened again."""
        ...

    def secret(self, purpose: str) -> bytes:
        """A 32-byte secret of this installation, always the same for the same purpose."""
        ...


class Signatures(Protocol):
    """What the texts of files are compared by (see `ingest.cleaning.signature`)."""

    def keep(self, store_id: str, file_id: str, signature: bytes, bands: Sequence[int]) -> dict[str, bytes]:
        """Keeps a file's signature, and returns by file id those of files that came into the store before it and have
        a band in common with it."""
        ...
