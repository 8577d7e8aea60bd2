"""The helper process of a sandbox: forks a child for every file, with the libraries of the readers already loaded.

Run as `python -m ingest.sandbox.zygote FD`, where FD is one end of a socket pair of whole messages. It has no threads,
reads no document itself, and ends, with every child, when the other end of the socket is closed: also by kill -9.
"""

import contextlib
import gc
import logging
import os
import signal
import socket
import sys
import time
from importlib import import_module
from pathlib import Path

import orjson

from ingest.formats import Format
from ingest.sandbox.child import MESSAGE, Request, run
from ingest.sandbox.confinement import adopt_orphans, die_with_parent, forbid_network
from ingest.sandbox.scratch import Scratch

log = logging.getLogger(__name__)


class Zygote:
    """Answers two requests: `read` starts a child and tells its process id; `reap` awaits its end and tells of it."""

    def __init__(self, channel: socket.socket, formats: dict[str, Format]) -> None:
        self._channel = channel
        self._formats = formats
        self._scratch = Scratch()
        self._children: dict[int, Path] = {}
        self._count = 0

    def serve(self) -> None:
        """Works until the other end is closed."""
        try:
            while True:
                message, descriptors, _, _ = socket.recv_fds(self._channel, MESSAGE, 3)
                if not message:
                    return
                if descriptors:
                    answer = self._start(Request.load(message), *descriptors)
                    self._channel.send(orjson.dumps(answer))
                    for descriptor in descriptors:
                        os.close(descriptor)
                else:
                    wish = orjson.loads(message)
                    self._channel.send(orjson.dumps(self._reap(wish["pid"])))
                    _preload(wish["imported"])
        finally:
            for child in list(self._children):
                self._reap(child)
            self._scratch.close()

    def _start(self, request: Request, document: int, pipe: int, remembered: int | None = None) -> dict[str, object]:
        self._count += 1
        folder = self._scratch.folder(str(self._count))
        own = os.getpid()
        child = os.fork()
        if child == 0:
            code = 1
            try:
                die_with_parent(own)
                os.setpgid(0, 0)
                self._channel.close()
                run(request, folder, document, pipe, remembered, self._formats)
                code = 0
            finally:
                os._exit(code)
        with contextlib.suppress(OSError):  # it has done so itself, and may have ended
            os.setpgid(child, child)
        self._children[child] = folder
        return {"pid": child, "folder": str(folder)}

    def _reap(self, child: int) -> dict[str, object]:
        """Kills what is left of the child and of what it started, and awaits it."""
        folder = self._children.pop(child)
        _kill(child)
        _, status, usage = os.wait4(child, 0)
        deadline = time.monotonic() + 2
        with contextlib.suppress(ChildProcessError):  # raised when all of the group are gone
            while time.monotonic() < deadline:
                _kill(child)
                if os.waitpid(-child, os.WNOHANG)[0] == 0:
                    time.sleep(0.002)
        self._scratch.remove(folder)
        return {"status": status, "peak_kib": usage.ru_maxrss, "cpu_seconds": usage.ru_utime + usage.ru_stime}


def _preload(names: list[str]) -> None:
    """Imports, in the same order, what a child had to import, so that the next one has it."""
    if not names:
        return
    for name in names:
        try:
            import_module(name)
        except Exception as error:  # noqa: BLE001  it only costs the children's time
            log.warning("%s cannot be loaded ahead: %s", name, type(error).__name__)
    gc.collect()
    gc.freeze()  # keeps the collector of the children from copying these pages


def _kill(child: int) -> None:
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(child, signal.SIGKILL)


def main() -> None:
    """Serves the socket whose descriptor is the first argument; the first message is the table of formats."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=int(sys.argv[1])) as channel:
        channel.set_inheritable(False)
        forbid_network()
        adopt_orphans()
        table = orjson.loads(channel.recv(MESSAGE))
        formats = {
            media_type: Format(label, tuple(endings), *modules) for media_type, label, endings, *modules in table
        }
        Zygote(channel, formats).serve()


if __name__ == "__main__":
    main()
