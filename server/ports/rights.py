"""Who may do what with which store and file."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from server.model import Caller, FileAccess, Role, StoreAccess


class Rights(Protocol):
    """What callers may do with vector stores and files. What a caller may not read does not exist for it."""

    def in_store(self, caller: Caller, store_id: str, needed: Role) -> None:
        """Returns if the caller has this role in the store.

        Raises:
            UnknownStore: there is no such store, or the caller may not read it: which of both does not show.
            Forbidden: the caller may read it, but not do what is needed.
        """
        ...

    def roles(self, caller: Caller, store_ids: Sequence[str]) -> Mapping[str, Role]:
        """The largest role that the caller has in each of the stores; those that it may not read are left out."""
        ...

    def somewhere(self, caller: Caller, needed: Role) -> None:
        """Returns if the caller has this role in the installation or in any store. Raises Forbidden."""
        ...

    def of_file(self, caller: Caller, file_id: str, needed: Role) -> None:
        """Returns if the caller has this role for the file. Raises UnknownFile, Forbidden, as `in_store`.

        Readers read a store that holds it; whoever changes it or passes it on to another store edits all that hold it.
        Its owner may do all of that.
        """
        ...

    def of_files(self, caller: Caller, file_ids: Sequence[str], needed: Role, param: str | None = None) -> None:
        """As `of_file`, for each of them; `param` is the field that named them."""
        ...

    def readable(self, caller: Caller, store_id: str) -> frozenset[str] | None:
        """Ids of the files of a store that the caller may read; None: all of them.

        The store itself is not looked at: `in_store` says whether it may be read.
        """
        ...


class AccessLists(Protocol):
    """The lists of who may do what with vector stores and files."""

    def of_store(self, store_id: str) -> StoreAccess:
        """Who may use the store. Raises UnknownStore."""
        ...

    def set_store(self, store_id: str, access: StoreAccess) -> None:
        """Replaces all but the owner, from the next question on. Raises UnknownStore."""
        ...

    def of_file(self, file_id: str) -> FileAccess:
        """Who may read the file. Raises UnknownFile."""
        ...

    def set_file(self, file_id: str, access: FileAccess) -> None:
        """Replaces all but the owner, from the next question on. Raises UnknownFile."""
        ...


class Gate(Protocol):
    """Lets requests in: FastAPI dependencies that give the Caller, for routes to declare."""

    def needs(self, role: Role) -> Any:
        """The caller has this role in the installation. Raises Forbidden else, and NoApiKey etc. for strangers."""
        ...

    def somewhere(self, role: Role) -> Any:
        """The caller has this role in the installation or in any store. Raises Forbidden else."""
        ...

    def store(self, role: Role) -> Any:
        """The caller has this role in the store that the path names as `store_id`, and may read the file of it that the
        path names as `file_id`, if it does. Raises UnknownStore, UnknownFile, Forbidden."""
        ...

    def file(self, role: Role) -> Any:
        """The caller has this role for the file that the path names as `file_id`. Raises UnknownFile, Forbidden."""
        ...
