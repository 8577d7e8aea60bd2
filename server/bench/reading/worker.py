"""A process that reads files with one reader and tells text and time: one JSON object a line, in and out.

    python -m server.bench.reading.worker NAME

In comes `{"path", "password"}`, out goes `{"text", "cells", "wall", "cpu"}` or `{"error"}`. It runs in the peers'
environment as well as in Lectern's and so needs the standard library alone. Time is that of the reading: the library
is loaded before the first file. Processor time includes programs that a reader starts, and a sandbox.
"""

import io
import json
import os
import sys
import time
from pathlib import Path

from server.bench.reading.readers import READERS

_TICK = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Serves standard input until it ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is no answer
    sys.stdout = io.TextIOWrapper(os.fdopen(1, "wb", closefd=False), encoding="utf-8")
    read = READERS[sys.argv[1]]()
    for line in sys.stdin:
        question = json.loads(line)
        cpu, wall = _cpu_seconds(), time.perf_counter()
        try:
            text, cells = read(Path(question["path"]), question["password"])
            answer: dict[str, object] = {"text": text, "cells": cells}
        except Exception as error:  # noqa: BLE001  a peer may raise anything; that it did is the result
            answer = {"error": f"{type(error).__name__}: {error}"[:300]}
        answer |= {"wall": time.perf_counter() - wall, "cpu": _cpu_seconds() - cpu}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _cpu_seconds() -> float:
    """Processor time of this process, of its ended children, and of running ones with theirs."""
    own = os.times()
    seconds = own.user + own.system + own.children_user + own.children_system
    for task in Path("/proc/self/task").iterdir():
        for child in (task / "children").read_text().split():
            fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
            seconds += sum(map(int, fields[11:15])) / _TICK
    return seconds


if __name__ == "__main__":
    main()
