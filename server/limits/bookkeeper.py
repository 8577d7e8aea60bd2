"""Keeps the meter and the database in step."""

import threading
from typing import Final

import structlog

from server.limits.meter import Meter

SECONDS: Final = 5.0

log = structlog.get_logger()


class Bookkeeper:
    """A thread that writes down every few seconds what was used, and reads what is allowed. What was used in the last
    of them is lost if the process is killed."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="limits", daemon=True)

    def start(self) -> None:
        """Reads once, and goes on in the background."""
        self._meter.refresh()
        self._thread.start()

    def stop(self) -> None:
        """Writes down what is left to be, and ends."""
        self._stopping.set()
        self._thread.join()
        self._meter.refresh()

    def _keep(self) -> None:
        while not self._stopping.wait(SECONDS):
            try:
                self._meter.refresh()
            except Exception:
                log.exception("Limits could not be kept; trying again")
