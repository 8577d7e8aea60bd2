"""The leash holds plain processes here, in the place of a model server."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from server.adapters import leash

# A server with two parts, one of which has made itself a session of its own; it notes who they are.
SERVER = """
exec -a VLLM::EngineCore sleep 1000 &
setsid bash -c 'exec -a VLLM::Worker sleep 1001' &
sleep 1002 &
{trap}
echo ready
wait
"""
OWNER = """
import os, subprocess, sys
held = subprocess.Popen([sys.executable, sys.argv[1], str(os.getpid()), *sys.argv[2:]])
held.wait()
"""


def command(trap: str = "", owner: int | None = None) -> list[str]:
    return [leash.__file__, str(owner or os.getpid()), "0.5", "bash", "-c", SERVER.format(trap=trap)]


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "output"


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[bytes]]]:
    found: list[subprocess.Popen[bytes]] = []
    yield found
    for process in found:
        process.kill()
        process.wait()


def start(arguments: list[str], output: Path, started: list[subprocess.Popen[bytes]]) -> psutil.Process:
    with output.open("wb") as stream:
        started.append(subprocess.Popen([sys.executable, *arguments], stdout=stream, stderr=stream))
    while "ready" not in output.read_text():
        assert started[-1].poll() is None, output.read_text()
        time.sleep(0.02)
    return psutil.Process(started[-1].pid)


def below(process: psutil.Process) -> list[psutil.Process]:
    """The server, its two parts and what else it started, once all have their titles."""
    while True:
        found = process.children(recursive=True)
        titles = "\n".join(" ".join(part.cmdline()) for part in found)
        if all(title in titles for title in ("VLLM::EngineCore", "VLLM::Worker", "sleep 1002")):
            return found
        time.sleep(0.02)


def titled(parts: list[psutil.Process], title: str) -> psutil.Process:
    return next(part for part in parts if part.cmdline()[0] == title)


def none_left(parts: list[psutil.Process]) -> bool:
    return not any(part.is_running() and part.status() != psutil.STATUS_ZOMBIE for part in parts)


@pytest.mark.parametrize("trap", ["", "trap '' TERM"])
def test_asked_to_end_it_ends_everything(output: Path, started: list[subprocess.Popen[bytes]], trap: str) -> None:
    parts = below(start(command(trap), output, started))
    started[0].terminate()
    assert started[0].wait() == 0
    assert none_left(parts)


@pytest.mark.parametrize("title", ["VLLM::EngineCore", "VLLM::Worker", "bash"])
def test_when_a_part_ends_everything_ends(output: Path, started: list[subprocess.Popen[bytes]], title: str) -> None:
    parts = below(start(command(), output, started))
    while not all(f"watches {part}" in output.read_text() for part in ("VLLM::EngineCore", "VLLM::Worker")):
        time.sleep(0.02)
    titled(parts, title).send_signal(signal.SIGKILL)
    assert started[0].wait() == 1
    assert none_left(parts)
    assert " ended\n" in output.read_text()


def test_something_else_may_end(output: Path, started: list[subprocess.Popen[bytes]]) -> None:
    parts = below(start(command(), output, started))
    next(part for part in parts if "1002" in part.cmdline()).kill()
    time.sleep(3 * leash._LOOK_SECONDS)
    assert started[0].poll() is None


def test_when_its_owner_is_killed_everything_ends(output: Path, started: list[subprocess.Popen[bytes]]) -> None:
    owner = start(["-c", OWNER, command()[0], *command()[2:]], output, started)
    while not owner.children():
        time.sleep(0.02)
    held = owner.children()[0]
    parts = [held, *below(held)]
    owner.kill()
    started[0].wait()
    while not none_left(parts):
        time.sleep(0.05)


def test_a_command_that_is_not_there_is_a_failure(started: list[subprocess.Popen[bytes]]) -> None:
    started.append(
        subprocess.Popen([sys.executable, leash.__file__, "1", "/no/such/program"], stderr=subprocess.DEVNULL)
    )
    assert started[0].wait() == 1
