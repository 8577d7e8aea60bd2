"""Runs a model server so that nothing of it outlives Lectern or its own parts.

    python leash.py OWNER GRACE COMMAND...

A program of its own, run by path. It ends the command and every process that came of it as soon as

- the process OWNER is gone, however it ended,
- the command ends, or one of its parts: a descendant whose title begins with `VLLM::`,
- it gets SIGTERM: then the command gets SIGTERM too and GRACE seconds.

It exits with 0 after SIGTERM and with 1 otherwise.
"""

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from types import FrameType
from typing import Final

import psutil

_PART: Final = "VLLM::"
_LOOK_SECONDS: Final = 1.0  # between looks for new parts; ends are noticed at once
_SET_PDEATHSIG: Final = 1
_SET_CHILD_SUBREAPER: Final = 36


class Leash:
    """Holds one command and its descendants."""

    def __init__(self, owner: int, grace: float, command: list[str]) -> None:
        self.grace = grace
        self.asked_to_end = False
        self.owner = os.pidfd_open(owner)
        self.wakened, self.waker = os.pipe()
        os.set_blocking(self.waker, False)
        self.libc = ctypes.CDLL(None, use_errno=True)
        # Orphans become children of this process, so that none can slip away.
        self.libc.prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=self._die_with_leash)  # noqa: PLW1509
        self.watched: dict[int, int] = {}  # process -> descriptor
        self.titles: dict[int, str] = {}
        say("started")
        self._watch(self.child.pid, "the model server")

    def hold(self) -> int:
        """Waits until it is time to end, ends everything, and returns the exit status."""
        signal.signal(signal.SIGTERM, self._ask_to_end)
        signal.set_wakeup_fd(self.waker)  # else the wait would go on after the signal
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal; Lectern decides
        while self._whole(_LOOK_SECONDS) and not self.asked_to_end:
            self._watch_new_parts()
        if self.asked_to_end:
            self.child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.child.wait(self.grace)
        self._kill_all()
        return 0 if self.asked_to_end else 1

    def _die_with_leash(self) -> None:
        self.libc.prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)

    def _ask_to_end(self, _number: int, _frame: FrameType | None) -> None:
        self.asked_to_end = True

    def _whole(self, seconds: float) -> bool:
        """Whether the owner and all watched processes live; returns after so many seconds, or at once when one ends or
        a signal comes."""
        poll = select.poll()
        for descriptor in (self.wakened, self.owner, *self.titles):
            poll.register(descriptor, select.POLLIN)
        ended = {descriptor for descriptor, _ in poll.poll(seconds * 1000)} - {self.wakened}
        for descriptor in ended:
            say(f"{self.titles.get(descriptor, 'Lectern')} ended")
        return not ended

    def _watch_new_parts(self) -> None:
        for process in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error, ProcessLookupError):
                title = "".join(process.cmdline()[:1])
                if process.pid not in self.watched and title.startswith(_PART):
                    self._watch(process.pid, title)

    def _watch(self, pid: int, title: str) -> None:
        descriptor = os.pidfd_open(pid)
        self.watched[pid] = descriptor
        self.titles[descriptor] = f"{title} (process {pid})"
        say(f"watches {self.titles[descriptor]}")

    def _kill_all(self) -> None:
        """Kills descendants until there is none; a process that cannot die (in the driver) is waited for a while."""
        limit = time.monotonic() + 30
        while time.monotonic() < limit:
            left = psutil.Process().children(recursive=True)
            if not left:
                return
            for process in left:
                with contextlib.suppress(psutil.Error):
                    process.kill()
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG) != (0, 0):
                    pass
            time.sleep(0.02)


def say(what: str) -> None:
    """Writes a line into the command's log."""
    with contextlib.suppress(BrokenPipeError):  # the reader may be what ended
        print(f"leash: {what}", flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(Leash(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]).hold())
