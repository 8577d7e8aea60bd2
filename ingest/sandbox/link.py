"""The link to the helper process that forks the readers."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from ingest.formats import Format
from ingest.sandbox.child import MESSAGE

_ANSWER_SECONDS = 60
_INHERITED = {"PATH", "HOME", "LANG", "LANGUAGE", "TZ", "LD_LIBRARY_PATH", "TESSDATA_PREFIX"}


@dataclass(frozen=True, slots=True)
class Exit:
    """How a child ended: its wait status, its peak resident memory and its processor time."""

    status: int
    peak_kib: int
    cpu_seconds: float


class Link:
    """One helper process and the socket to it; questions and answers take turns."""

    def __init__(self, formats: Mapping[str, Format]) -> None:
        self._lock = threading.Lock()
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # The server's environment may hold its secrets. One thread per reader: tesseract is slower with more.
        environment = {
            **{name: value for name, value in os.environ.items() if name in _INHERITED or name.startswith("LC_")},
            "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path),
            "DO_NOT_TRACK": "1",
            "OMP_THREAD_LIMIT": "1",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "ingest.sandbox.zygote", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=environment,
                start_new_session=True,  # a Ctrl-C in the terminal is the server's to handle
            )
        self._channel.settimeout(_ANSWER_SECONDS)
        table = [(kind, known.label, known.extensions, known.module, known.pages) for kind, known in formats.items()]
        self._channel.send(orjson.dumps(table))

    def alive(self) -> bool:
        """Whether the helper still runs."""
        return self._process.poll() is None

    def ask(self, question: bytes, *descriptors: int) -> dict[str, Any]:
        """The answer to a question. Raises OSError if the helper is gone; one that does not answer is ended."""
        with self._lock:
            try:
                socket.send_fds(self._channel, [question], list(descriptors))
                answer = self._channel.recv(MESSAGE)
            except TimeoutError:
                self._process.kill()
                raise
        if not answer:
            raise ConnectionResetError("the helper process has ended")
        fields: dict[str, Any] = orjson.loads(answer)
        return fields

    def close(self) -> None:
        """Ends the helper, which ends its children."""
        self._channel.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@dataclass(frozen=True, slots=True)
class Child:
    """A process that reads one file; its process id stays taken until `reap`."""

    link: Link
    pid: int
    folder: str

    def reap(self, imported: list[str]) -> Exit | None:
        """Ends it and all it started, and tells how it ended; None if the helper process is gone.

        The helper imports the modules that the child had to import itself, so that the next one need not.
        """
        question = orjson.dumps({"pid": self.pid, "imported": imported})
        if len(question) > MESSAGE:
            question = orjson.dumps({"pid": self.pid, "imported": []})
        try:
            return Exit(**self.link.ask(question))
        except OSError:
            return None
