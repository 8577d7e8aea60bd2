"""Which stored questions and answers may be shown to somebody."""

from collections.abc import Mapping
from typing import Any

from server.evals.questions import StoreQuestion


class Sight:
    """What a caller may know of: `files` of the store by id, with their names; None: everything.

    A file that has left the store is not among them: whether it could be read is not known any more.
    """

    def __init__(self, files: Mapping[str, str] | None) -> None:
        self._files = files
        self._names = frozenset(files.values()) if files else frozenset[str]()

    def covers(self, question: StoreQuestion, told: Mapping[str, Any]) -> bool:
        """Whether all files that the question names or that something was found in are among them."""
        if self._files is None:
            return True
        behind = {found["file_id"] for name in ("passages", "annotations") for found in told.get(name, ())}
        behind |= {*told.get("files", ())} | {one for one in (question.file_id,) if one is not None}
        return behind <= self._files.keys() and (question.filename is None or question.filename in self._names)
