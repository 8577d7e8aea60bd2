"""Importing many files: together against one by one, on all cores against one, and what a person waits meanwhile."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from server.app import Parts, cores, open_parts
from server.bench import material
from server.bench.figure import Figure
from server.documents.placement import Placement
from server.model import LECTERN, FileStatus
from server.settings import Settings

Say = Callable[[str], None]
File = tuple[str, bytes]

TOGETHER = 500  # files that are taken at once
WANTED_GAIN = 5.0
WANTED_SCALING = 1.0
MOST_TIMES_LONGER = 4.0


def tiny(count: int) -> list[File]:
    """Small files, each of its own content."""
    return [
        (f"{number}.md", b"# Note %d\n\n%s" % (number, material.markdown(number, 1)[:2000])) for number in range(count)
    ]


def taking(folder: Path, count: int, say: Say) -> Figure:
    """How much faster files are taken together than one by one."""
    files = tiny(count)
    with open_parts(_settings(folder)) as parts:
        say(f"taking {count} files one by one")
        started = time.perf_counter()
        for file in files:
            parts.uploads.put_all("assistants", [file])
        single = time.perf_counter() - started
        say(f"taking {count} files together")
        started = time.perf_counter()
        for first in range(0, count, TOGETHER):
            parts.uploads.put_all("assistants", files[first : first + TOGETHER])
        together = time.perf_counter() - started
    detail = f"{count / together:.0f} files/s, one by one {count / single:.0f}"
    return Figure("files taken together against one by one", single / together, "×", WANTED_GAIN, False, detail)


def scaling(folder: Path, files: Sequence[File], say: Say) -> Figure:
    """How much faster files are read with a reader per core than with one."""
    seconds = {}
    for workers in (1, cores()):
        say(f"reading {len(files)} files with {workers} readers")
        with open_parts(_settings(folder / str(workers))) as parts:
            store_id, started = _begin(parts, files), time.perf_counter()
            parts.worker.start(workers)
            while parts.stores.view(store_id, LECTERN).counts.get(FileStatus.IN_PROGRESS.value, 0):
                time.sleep(0.05)
            seconds[workers] = time.perf_counter() - started
    alone, shared = seconds[1], seconds[cores()]
    detail = f"{len(files)} files: {len(files) / shared:.2f} files/s with {cores()}, {len(files) / alone:.2f} with 1"
    return Figure("reading on all cores against one", alone / shared, "×", WANTED_SCALING, False, detail)


def overtaking(folder: Path, count: int, say: Say) -> Figure:
    """How much longer a person waits for an upload while so many files are imported than when nothing is."""
    with open_parts(_settings(folder)) as parts:
        store_id = _begin(parts, [])
        parts.worker.start(cores())
        _answerable(parts, store_id, "warm.md")
        say("uploading while nothing else is read")
        idle = _answerable(parts, store_id, "idle.md")
        say(f"uploading while {count} files are imported")
        bulk_id = _begin(parts, tiny(count))
        while parts.jobs.counts()["running"] < cores():
            time.sleep(0.01)
        busy = _answerable(parts, store_id, "urgent.md")
        left = parts.stores.view(bulk_id, LECTERN).counts.get(FileStatus.IN_PROGRESS.value, 0)
    detail = f"{busy:.2f} s, idle {idle:.2f} s; {left} of {count} files of the import were still unread then"
    return Figure(
        "an upload beside an import against an idle server", busy / idle, "×", MOST_TIMES_LONGER, True, detail
    )


def _settings(folder: Path) -> Settings:
    return Settings.read(data=folder, samples=False, index_uri="", database_url="")


def _begin(parts: Parts, files: Sequence[File]) -> str:
    """A store with these files on their way into it."""
    ids = [record.id for record in parts.uploads.put_all("assistants", files)]
    return parts.stores.create(f"bench {time.time_ns()}", ids, {}).store.id


def _answerable(parts: Parts, store_id: str, name: str) -> float:
    """Seconds from the upload of a small file until it is answerable."""
    started = time.perf_counter()
    (file,) = parts.uploads.put_all("assistants", [(name, material.markdown(time.time_ns() % 10_000, 2))])
    parts.stores.attach(store_id, Placement(file.id))
    while parts.stores.entry(store_id, file.id, LECTERN).status == FileStatus.IN_PROGRESS:
        time.sleep(0.02)
    return time.perf_counter() - started
