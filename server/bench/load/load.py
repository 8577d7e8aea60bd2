"""What many streams at once cost: time between tokens, memory, processor time; and how fast too many are refused."""

import asyncio
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp
import httpx
import psutil

from server.bench.figure import Figure, percentile
from server.bench.load.standin import MODEL
from server.bench.load.streams import Measured, Streams
from server.bench.memory import resident

MOST_ADDED_MS: Final = 50
MOST_REFUSAL_MS: Final = 50
MOST_KIB_PER_STREAM: Final = 256
OVERLOAD: Final = 10
_START_SECONDS: Final = 120.0


@dataclass(frozen=True, slots=True)
class Load:
    """How much is asked: streams held for so many seconds, each of so many tokens a second."""

    streams: int
    seconds: float
    tokens_per_second: float

    @property
    def tokens(self) -> int:
        """More than a stream gets to emit before it is closed."""
        return int(self.tokens_per_second * (self.seconds + 600))


@dataclass(frozen=True, slots=True)
class Cost:
    """What Lectern took: seconds of processor time while measured (and the stand-in, which does next to nothing but
    send), MiB when idle and under load."""

    cpu_seconds: float
    standin_seconds: float
    idle: float
    loaded: float


def load(folder: Path, ports: tuple[int, int], wish: Load, say: Callable[[str], None]) -> list[Figure]:
    """Holds the streams once directly at the stand-in engine (port 1) and once through Lectern (port 2)."""
    with _standin(ports[0], wish.tokens_per_second) as standin, _lectern(folder, ports, wish.streams) as lectern:
        return asyncio.run(_measure(folder, ports, wish, (standin, lectern), say))


async def _measure(
    folder: Path,
    ports: tuple[int, int],
    wish: Load,
    processes: tuple[psutil.Process, psutil.Process],
    say: Callable[[str], None],
) -> list[Figure]:
    standin, process = processes
    body = {"max_tokens": wish.tokens, "messages": [{"role": "user", "content": "Count."}]}
    direct = Streams("127.0.0.1", ports[0], "/v1/chat/completions", {}, body)
    faults = await direct.open(wish.streams, lambda told: say(f"directly: {told}"))
    say("directly")
    beside = await direct.measure(wish.seconds)
    direct.close()
    key = (folder / "admin.key").read_text("ascii").strip()
    headers = {"Authorization": f"Bearer {key}"}
    idle = _mib(process)
    through = Streams("127.0.0.1", ports[1], "/v1/chat/completions", headers, body)
    faults += await through.open(wish.streams, lambda told: say(f"through Lectern: {told}"))
    await asyncio.sleep(1)
    say("through Lectern")
    before, beneath = _cpu(process), _cpu(standin)
    measured = await through.measure(wish.seconds)
    cost = Cost(_cpu(process) - before, _cpu(standin) - beneath, idle, _mib(process))
    say("too many")
    refusals, wrong = await _refused(f"http://127.0.0.1:{ports[1]}", headers, wish)
    through.close()
    faults += [*beside.faults, *measured.faults, *wrong]
    return _figures(wish, beside, measured, cost, refusals, faults)


def _figures(
    wish: Load, beside: Measured, measured: Measured, cost: Cost, refusals: list[float], faults: list[str]
) -> list[Figure]:
    p99, own = (percentile(one.gaps, 0.99) * 1000 for one in (measured, beside))
    expected = wish.streams * wish.seconds * wish.tokens_per_second
    cpu, own_cpu = (taken * 1e6 / max(1, measured.tokens) for taken in (cost.cpu_seconds, cost.standin_seconds))
    held = (
        f"({wish.streams} streams for {wish.seconds:g} s; p99 {p99:.1f} ms through Lectern, {own:.1f} ms directly; "
        f"{measured.tokens / expected:.0%} of the tokens came in that time; processor time of each {cpu:.0f} µs, "
        f"the stand-in's {own_cpu:.0f} µs)"
    )
    slowest = f"(p50 {percentile(refusals, 0.5) * 1000:.1f} ms, {len(refusals)} requests)" if refusals else ""
    per_stream = (cost.loaded - cost.idle) * 1024 / wish.streams
    memory = f"({cost.idle:.0f} MiB idle, {cost.loaded:.0f} MiB under load)"
    return [
        Figure("streams and refusals that went wrong", len(faults), "", 0, True, "; ".join(sorted(set(faults))[:3])),
        Figure("added p99 between tokens", max(0.0, p99 - own), "ms", MOST_ADDED_MS, True, held),
        Figure("memory per stream", per_stream, "KiB", MOST_KIB_PER_STREAM, True, memory),
        Figure(
            f"p99 of a 429 at {OVERLOAD} x overload",
            percentile(refusals, 0.99) * 1000 if refusals else float("inf"),
            "ms",
            MOST_REFUSAL_MS,
            True,
            slowest,
        ),
    ]


async def _refused(url: str, headers: dict[str, str], wish: Load) -> tuple[list[float], list[str]]:
    """Asks for as many further streams, evenly over the same time, while every slot is taken: the seconds until each
    refusal, and what else came."""
    seconds, wrong = list[float](), list[str]()
    body: dict[str, Any] = {"model": MODEL, "stream": True, "messages": [{"role": "user", "content": "Count."}]}

    async def ask(session: aiohttp.ClientSession) -> None:
        started = time.perf_counter()
        async with session.post(f"{url}/v1/chat/completions", json=body) as response:
            await response.read()
        seconds.append(time.perf_counter() - started)
        if response.status != 429 or "Retry-After" not in response.headers:
            wrong.append(f"status {response.status} instead of 429")

    pause = wish.seconds / (wish.streams * (OVERLOAD - 1))
    began, asking = time.perf_counter(), []
    async with aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(60)) as session:
        for number in range(wish.streams * (OVERLOAD - 1)):
            await asyncio.sleep(max(0.0, began + number * pause - time.perf_counter()))
            asking.append(asyncio.create_task(ask(session)))
        await asyncio.gather(*asking)
    return seconds, wrong


@contextmanager
def _standin(port: int, tokens_per_second: float) -> Iterator[psutil.Process]:
    command = [sys.executable, "-m", "server.bench.load.standin", str(port), str(tokens_per_second)]
    process = subprocess.Popen(command)
    try:
        _until_answered(process, f"http://127.0.0.1:{port}/v1/models")
        yield psutil.Process(process.pid)
    finally:
        process.kill()
        process.wait(60)


@contextmanager
def _lectern(folder: Path, ports: tuple[int, int], streams: int) -> Iterator[psutil.Process]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LECTERN_")}
    environment |= {
        "LECTERN_DATA": str(folder),
        "LECTERN_PORT": str(ports[1]),
        "LECTERN_ENGINE_URL": f"http://127.0.0.1:{ports[0]}/v1",
        "LECTERN_ENGINE_KEY": secrets.token_hex(8),
        "LECTERN_MAX_STREAMS": str(streams),
        "LECTERN_LOG_LEVEL": "warning",
    }
    process = subprocess.Popen([sys.executable, "-m", "server", "serve"], env=environment, stdout=subprocess.DEVNULL)
    try:
        _until_answered(process, f"http://127.0.0.1:{ports[1]}/readyz")
        time.sleep(2)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(60)


def _until_answered(process: subprocess.Popen[bytes], url: str) -> None:
    until = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise RuntimeError(f"nothing answers at {url}")


def _cpu(process: psutil.Process) -> float:
    used = process.cpu_times()
    return used.user + used.system


def _mib(process: psutil.Process) -> float:
    return sum(size for size, _ in resident(process))
