"""A reader that does what its document says, for the tests of the sandbox: most of it no reader should do."""

import ctypes
import importlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from ingest.errors import PasswordNeeded
from ingest.model import Element, Event, Kind, Loss, Progress, ReadOptions, Source


def read(source: Source, options: ReadOptions) -> Iterator[Event]:
    order, _, argument = source.stream.read().decode().partition(" ")
    yield from _ORDERS[order](argument, source, options)


def _text(text: str) -> Element:
    return Element(Kind.TEXT, text)


def _at_once(text: str) -> Iterator[Event]:
    """Text that is sent before the reader goes on: progress does not wait for company."""
    yield _text(text)
    yield Progress(0, None)


def _say(argument: str, source: Source, options: ReadOptions) -> Iterator[Event]:
    yield Progress(1, 2)
    yield _text(argument)
    yield Loss("page 2 is blank", page=2)


def _facts(argument: str, source: Source, options: ReadOptions) -> Iterator[Event]:
    yield _text(f"{source.name} {source.size} {source.password} {options.max_pages}")


def _many(argument: str, source: Source, options: ReadOptions) -> Iterator[Event]:
    for number in range(int(argument)):
        yield _text(f"Element {number}: the quick brown fox jumps over the lazy dog, and over it once more.")


def _flood(argument: str, source: Source, options: ReadOptions) -> Iterator[Event]:
    while True:
        yield _text("x" * 10_000)


def _one_line(argument: str, source: Source, options: ReadOptions) -> Iterator[Event]:
    yield _text("x" * (int(argument) << 20))


def _eat(argument: str, source: Source, options: ReadOptions) -> Iterator[Event]:
    eaten = []
    while True:
        eaten.append(b"\1" * (4 << 20))
        yield Progress(len(eaten), None)


def _eat_in_a_program(argument: str, source: Source, options: ReadOptions) -> Iterator[Event]:
    code = "import time\nkept = []\nfor n in range(15):\n    kept.append(b'1' * (8 << 20))\ntime.sleep(60)"
    programs = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    yield from _at_once("\n".join(str(program.pid) for program in programs))
    time.sleep(60)


def _fill(argument: str, source: Source, options: ReadOptions) -> Iterator[Event]:
    folder = Path(tempfile.mkdtemp())
    for number in range(1000):
        Path(folder, str(number)).write_bytes(b"\1" * (10 << 20))
        yield Progress(number, None)


def _sleep(argument: str, source: Source, options: ReadOptions) -> Iterator[Event]:
    yield from _at_once(str(os.getpid()))
    time.sleep(600)


def _nap(argument: str, source: Source, options: ReadOptions) -> Iterator[Event]:
    time.sleep(0.5)
    yield _text("awake")


def _spin(argument: str, source: Source, options: ReadOptions) -> Iterator[Event]:
    yield from _at_once(str(os.getpid()))
    while True:
        pass


def _exit(argument: str, source: Source, options: ReadOptions) -> Iterator[Event]:
    yield _text("going")
    os._exit(int(argument))


def _die(argument: str, source: Source, options: ReadOptions) -> Iterator[Event]:
    yield _text("going")
    os.kill(os.getpid(), int(argument))


def _segfault(argument: str, source: Source, options: ReadOptions) -> Iterator[Event]:
    yield _text("going")
    ctypes.string_at(0)


def _leave_a_child(argument: str, source: Source, options: ReadOptions) -> Iterator[Event]:
    """A grandchild that holds the pipe open and never ends, as a hung tesseract would."""
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(600)
    yield from _at_once(str(child))
    if argument == "hang":
        time.sleep(600)
    if argument == "die":
        os._exit(7)


def _connect(argument: str, source: Source, options: ReadOptions) -> Iterator[Event]:
    try:
        socket.create_connection(("127.0.0.1", int(argument)), timeout=5).close()
    except OSError as error:
        yield _text(type(error).__name__)
    else:
        yield _text("connected")


def _connect_by_program(argument: str, source: Source, options: ReadOptions) -> Iterator[Event]:
    code = f"import socket\nsocket.create_connection(('127.0.0.1', {int(argument)}), timeout=5)"
    ended = subprocess.run([sys.executable, "-c", code], check=False, stderr=subprocess.PIPE)
    yield _text(ended.stderr.decode().strip().splitlines()[-1] if ended.returncode else "connected")


def _keep(argument: str, source: Source, options: ReadOptions) -> Iterator[Event]:
    with tempfile.NamedTemporaryFile(delete=False) as kept:
        kept.write(b"plain text")
    yield from _at_once(kept.name)
    if argument:
        time.sleep(600)


def _raise(argument: str, source: Source, options: ReadOptions) -> Iterator[Event]:
    yield _text("before")
    raise {"password": PasswordNeeded(source.name), "value": ValueError("a line of the document")}[argument]


def _recurse(argument: str, source: Source, options: ReadOptions) -> Iterator[Event]:
    yield from _recurse(argument, source, options)


def _forge(argument: str, source: Source, options: ReadOptions) -> Iterator[Event]:
    """Writes a line of its own into whatever pipe this process has, as taken-over code could."""
    yield Progress(0, None)
    for descriptor in list(Path("/proc/self/fd").iterdir()):
        if descriptor.is_symlink() and str(descriptor.readlink()).startswith("pipe:"):
            os.write(int(descriptor.name), argument.encode() + b"\n")


def _load(argument: str, source: Source, options: ReadOptions) -> Iterator[Event]:
    yield _text("present" if argument in sys.modules else "absent")
    importlib.import_module(argument)


def _environment(argument: str, source: Source, options: ReadOptions) -> Iterator[Event]:
    yield _text(os.environ.get(argument, ""))


_ORDERS = {
    name.removeprefix("_"): order for name, order in list(globals().items()) if name.startswith("_") and name[1] != "_"
}
