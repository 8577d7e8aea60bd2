"""What a reading found at great cost, so that the next one need not find it again after this one was interrupted."""

import threading
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from typing import Any

import orjson


class Memory:
    """Records by name, as lines of JSON: `known` are those of earlier readings of the same file, and `tell` takes each
    new one, possibly from several threads at once."""

    def __init__(self, known: Iterable[bytes], tell: Callable[[bytes], None]) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._records: dict[str, Any] = {}
        for line in known:
            found = orjson.loads(line)
            self._records[found["remember"]] = found["record"]

    def recall(self, name: str) -> Any:
        """The record of that name, none if there is none."""
        return self._records.get(name)

    def note(self, name: str, record: Any) -> None:
        """Keeps a record, which may hold data classes and named tuples."""
        line = orjson.dumps({"remember": name, "record": record}, default=tuple, option=orjson.OPT_APPEND_NEWLINE)
        with self._lock:
            self._records[name] = orjson.loads(line)["record"]
            self._tell(line)


MEMORY: ContextVar[Memory | None] = ContextVar("memory", default=None)
"""The memory of the file that this process reads; none where nobody keeps one."""
