"""Spoilt files, read in parallel as users' files are, and what must never come of it."""

import io
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

import psutil

from ingest.errors import ReaderCrashed, UnreadableFile
from ingest.model import ReadOptions, Source
from ingest.sandbox import Sandbox
from tests.fuzz.mutation import mutant

MEMORY_MB = 512
SECONDS = 20
TOLERANCE = 1.10
RECOGNISED_SHARE = 0.05
"""The share of files that are read with text recognition, which takes a hundred times longer than all else."""


@dataclass
class Tally:
    """How the readings of a campaign ended. `escapes` must stay empty; crashes stayed in the sandbox."""

    read: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    crashes: dict[str, list[int]] = field(default_factory=dict)
    escapes: list[str] = field(default_factory=list)
    longest: float = 0.0
    largest_mb: float = 0.0

    @property
    def files(self) -> int:
        """How many were tried."""
        return self.read + self.refused.total()


class Campaign:
    """Reads mutants of the named documents by seed, in one sandbox."""

    def __init__(self, names: Sequence[str], recognised_share: float = RECOGNISED_SHARE) -> None:
        self.tally = Tally()
        self._names = names
        self._share = recognised_share
        self._lock = threading.Lock()

    def run(self, seeds: range, say: Callable[[Tally], None]) -> Tally:
        """Reads the mutants of the seeds, as many at once as there are cores."""
        first, *others = seeds
        with Sandbox(MEMORY_MB, SECONDS) as sandbox, ThreadPoolExecutor(os.cpu_count()) as threads:
            self._read(sandbox, first)  # starts the helper
            helpers = _helpers()
            for _ in threads.map(partial(self._read, sandbox), others):
                say(self.tally)
            if _helpers() != helpers:
                self._escaped(seeds.start, "the helper process of the sandbox died and was started anew")
            for left in _left_behind():
                self._escaped(seeds.start, f"a temporary file was left behind: {left}")
        return self.tally

    def _read(self, sandbox: Sandbox, seed: int) -> None:
        name, data = mutant(seed, self._names)
        options = ReadOptions(ocr=Random(seed).random() < self._share)
        began = time.monotonic()
        reading = sandbox.read(Source(name, io.BytesIO(data), len(data)), options)
        refused: UnreadableFile | None = None
        try:
            for _ in reading:
                pass
        except UnreadableFile as error:
            refused = error
        except Exception as error:  # noqa: BLE001  exactly this must not happen
            self._escaped(seed, f"{name}: {type(error).__name__}: {error}")
        finally:
            reading.close()
        self._count(seed, refused, time.monotonic() - began, reading.peak_mb)

    def _count(self, seed: int, refused: UnreadableFile | None, took: float, peak_mb: float) -> None:
        if refused and (not refused.message or refused.name not in refused.message):
            self._escaped(seed, f"{refused.name}: a refusal without words: {refused!r}")
        if took > SECONDS * TOLERANCE + 1:  # a second for starting and ending the child on a busy machine
            self._escaped(seed, f"took {took:.1f} s, limit {SECONDS} s")
        if peak_mb > MEMORY_MB * TOLERANCE:
            self._escaped(seed, f"took {peak_mb:.0f} MiB, limit {MEMORY_MB} MiB")
        with self._lock:
            tally = self.tally
            tally.longest, tally.largest_mb = max(tally.longest, took), max(tally.largest_mb, peak_mb)
            if refused is None:
                tally.read += 1
            else:
                tally.refused[refused.code] += 1
            if isinstance(refused, ReaderCrashed):
                tally.crashes.setdefault(str(refused.facts["detail"]), []).append(seed)

    def _escaped(self, seed: int, what: str) -> None:
        with self._lock:
            self.tally.escapes.append(f"seed {seed}: {what}")


def _helpers() -> list[int]:
    return sorted(child.pid for child in psutil.Process().children() if "ingest.sandbox.zygote" in child.cmdline())


def _left_behind() -> list[str]:
    """What lies in the folders for temporary files that our helpers hold open, though nothing is being read."""
    folders = {
        str(link.readlink())
        for helper in _helpers()
        for link in Path(f"/proc/{helper}/fd").iterdir()
        if "lectern-reading-" in str(link.readlink())
    }
    return [str(path) for folder in folders for path in Path(folder).rglob("*")]
