"""Watches the memory of a process and of all it started."""

import threading
from types import TracebackType
from typing import Self

import psutil

SAMPLE_SECONDS = 0.05
MIB = 1024**2


class PeakMemory:
    """While the block runs: the largest resident size of any single process, and of all together, in MiB."""

    def __init__(self, root: psutil.Process | None = None) -> None:
        self._root = root or psutil.Process()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.largest = 0.0
        self.together = 0.0
        self.largest_name = ""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(SAMPLE_SECONDS):
            sizes = list(resident(self._root))
            if not sizes:
                continue
            size, name = max(sizes)
            if size > self.largest:
                self.largest, self.largest_name = size, name
            self.together = max(self.together, sum(one for one, _ in sizes))


def resident(root: psutil.Process) -> list[tuple[float, str]]:
    """(MiB of its own, name) of a process and its descendants; memory shared with forked children counts once."""
    sizes = []
    for process in [root, *root.children(recursive=True)]:
        try:
            sizes.append((process.memory_info().rss / MIB, process.name()))
        except psutil.NoSuchProcess:
            continue
    return sizes
