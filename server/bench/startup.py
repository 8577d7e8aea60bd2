"""Time to ready, and memory, of a second start with the embedded defaults."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

from server.bench.figure import Figure
from server.bench.memory import resident
from server.settings import Settings

MOST_SECONDS = 15
MOST_MIB = 1229


def start(folder: Path, port: int, say: Callable[[str], None]) -> list[Figure]:
    """Starts Lectern with its sample documents, waits until they are read, stops it, and measures the second start."""
    for attempt in ("first", "second"):
        say(f"{attempt} start")
        started = time.perf_counter()
        with serving(folder, port, samples=True) as process:
            seconds = time.perf_counter() - started
            if attempt == "first":
                _wait_samples(folder, port)
            time.sleep(2)
            memory = sum(size for size, _ in resident(psutil.Process(process.pid)))
    return [
        Figure("second start until ready", seconds, "s", MOST_SECONDS, True),
        Figure("resident memory of all processes when ready", memory, "MiB", MOST_MIB, True),
    ]


@contextmanager
def serving(folder: Path, port: int, *, samples: bool) -> Iterator[subprocess.Popen[bytes]]:
    """A Lectern with the embedded defaults that is ready, while the block runs. Raises RuntimeError: it ended."""
    process = _serve(folder, port, samples=samples)
    try:
        _wait_ready(process, port)
        yield process
    finally:
        process.terminate()
        process.wait(60)


def key_of(folder: Path) -> str:
    """The administrator's key."""
    return (Settings.read(data=folder).data / "admin.key").read_text().strip()


def _serve(folder: Path, port: int, *, samples: bool) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LECTERN_")}
    environment |= {"LECTERN_DATA": str(folder), "LECTERN_PORT": str(port), "LECTERN_SAMPLES": str(samples).lower()}
    environment["LECTERN_LOG_LEVEL"] = "warning"
    return subprocess.Popen([sys.executable, "-m", "server", "serve"], env=environment, stdout=subprocess.DEVNULL)


def _wait_ready(process: subprocess.Popen[bytes], port: int) -> None:
    while process.poll() is None:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise RuntimeError("Lectern did not start")


def _wait_samples(folder: Path, port: int) -> None:
    headers = {"Authorization": f"Bearer {key_of(folder)}"}
    while True:
        stores = httpx.get(f"http://127.0.0.1:{port}/v1/vector_stores", headers=headers).json()["data"]
        if stores and all(store["status"] == "completed" for store in stores):
            return
        time.sleep(0.2)
