"""What this process and those it started take of the machine."""

import contextlib
import shutil
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True, slots=True)
class Taken:
    """`processes`, their resident `memory` in bytes (what several share counts for each), and the seconds of processor
    time that they and those that ended before took."""

    processes: int
    memory: int
    seconds: float


def taken() -> Taken:
    """What the process and its descendants take: readers of files, the index, a model server."""
    own = psutil.Process()
    count, memory, seconds = 0, 0, 0.0
    for process in [own, *own.children(recursive=True)]:
        with contextlib.suppress(psutil.Error), process.oneshot():  # it may end meanwhile
            times = process.cpu_times()
            memory += process.memory_info().rss
            # The time of a child that ended is its parent's then, so that the sum only grows.
            seconds += times.user + times.system + times.children_user + times.children_system
            count += 1
    return Taken(count, memory, seconds)


def room(folder: Path) -> tuple[int, int]:
    """Bytes that are free where the folder lies, and all that there are."""
    usage = shutil.disk_usage(folder)
    return usage.free, usage.total
