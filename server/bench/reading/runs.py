"""Files read by one reader in processes of its own, and what came of each."""

import contextlib
import json
import os
import queue
import select
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from server.bench.reading.manifest import Case
from server.bench.reading.peers import PYTHON, ROOT, Reader

Say = Callable[[str], None]

ANSWER_SECONDS = 600
"""A reader that takes longer than this for one file hangs."""


@dataclass(frozen=True, slots=True)
class Result:
    """One file: its text and table cells, or what the reader said; `wall` and `cpu` are seconds."""

    case: Case
    text: str
    cells: tuple[str, ...] | None
    wall: float
    cpu: float
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """What one reader made of all its files, in so many processes, and the seconds from the first file to the last."""

    reader: Reader
    processes: int
    results: tuple[Result, ...]
    seconds: float


class Worker:
    """A process with one reader, started and started anew when it is needed."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, case: Case) -> Result:
        """Reads one file; an error, an end of the process and a hang are results, too."""
        process = self._process = self._process or self._started()
        question = json.dumps({"path": str(case.path), "password": case.password})
        began = time.perf_counter()
        line = self._answer(process, question)
        if not line:
            self.close()
            took = time.perf_counter() - began
            error = "took too long" if took >= ANSWER_SECONDS else "its process ended"
            return Result(case, "", None, took, 0, error)
        fields: dict[str, Any] = json.loads(line)
        cells = None if fields.get("cells") is None else tuple(fields["cells"])
        return Result(case, fields.get("text", ""), cells, fields["wall"], fields["cpu"], fields.get("error"))

    def _started(self) -> subprocess.Popen[bytes]:
        python = sys.executable if self._reader.is_ours else str(PYTHON)
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_THREAD_LIMIT": "1", "PYTHONWARNINGS": "ignore"}
        return subprocess.Popen(
            [python, "-m", "server.bench.reading.worker", self._reader.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )

    @staticmethod
    def _answer(process: subprocess.Popen[bytes], question: str) -> bytes:
        """The line that comes back; empty if none comes in time or the process ends."""
        if process.stdin is None or process.stdout is None:
            raise AssertionError
        try:
            process.stdin.write(question.encode() + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            return b""
        if not select.select([process.stdout], [], [], ANSWER_SECONDS)[0]:
            return b""
        return process.stdout.readline()

    def close(self) -> None:
        """Ends the process; the next file starts another."""
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def run(reader: Reader, cases: Sequence[Case], processes: int, say: Say) -> Run:
    """Reads the files of the reader's groups in so many processes; each first reads one of each kind twice, untimed."""
    mine = sorted((case for case in cases if case.group in reader.groups), key=_size)
    first = {case.path.suffix: case for case in reversed(mine)}
    waiting: queue.SimpleQueue[Case] = queue.SimpleQueue()
    for case in mine if processes == 1 else reversed(mine):  # together, the longest must not come last
        waiting.put(case)

    def warm_up(worker: Worker) -> None:
        for case in [*first.values()] * 2:  # the second waits while the sandbox loads what the first had to import
            worker.read(case)

    def work(worker: Worker) -> list[Result]:
        results: list[Result] = []
        with contextlib.suppress(queue.Empty):
            while True:
                case = waiting.get_nowait()
                say(f"{reader.name}: {case.path.name}")
                results.append(worker.read(case))
        return results

    with contextlib.ExitStack() as started, ThreadPoolExecutor(processes) as threads:
        workers = [started.enter_context(Worker(reader)) for _ in range(processes)]
        say(f"{reader.name}: warming up")
        list(threads.map(warm_up, workers))
        began = time.perf_counter()
        results = [result for done in threads.map(work, workers) for result in done]
        return Run(reader, processes, tuple(results), time.perf_counter() - began)


def _size(case: Case) -> int:
    return case.path.stat().st_size
