"""The last hour and the last day of all measures, in memory."""

import math
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import structlog

from server.monitor.measures import LEVEL, MEASURES, Measure
from server.monitor.totals import Totals

FINE_SECONDS: Final = 5
COARSE_SECONDS: Final = 60
FINE_POINTS: Final = 3600 // FINE_SECONDS
COARSE_POINTS: Final = 86_400 // COARSE_SECONDS
_DIGITS: Final = 5  # that a value is told with: more than a chart shows

log = structlog.get_logger()


class Ring:
    """The last `most` rows of values, one column a measure, `seconds` apart; as large from its beginning as ever."""

    def __init__(self, seconds: int, most: int, columns: int) -> None:
        self.seconds = seconds
        self._times = np.zeros(most, np.float64)
        self._rows = np.full((most, columns), np.nan, np.float32)
        self._written = 0

    def add(self, moment: float, row: Sequence[float]) -> None:
        """Adds a row of this moment (Unix seconds), in place of the oldest where there is no room."""
        place = self._written % len(self._times)
        self._times[place] = moment
        self._rows[place] = row
        self._written += 1

    def since(self, after: float) -> tuple[list[float], np.ndarray[Any, np.dtype[np.float32]]]:
        """Moments behind `after`, oldest first, and the row of each."""
        held, most = min(self._written, len(self._times)), len(self._times)
        order = [(self._written - held + step) % most for step in range(held)]
        places = [place for place in order if self._times[place] > after]
        return [float(self._times[place]) for place in places], self._rows[places]

    def means(self, after: float) -> list[float]:
        """The mean of each column behind a moment; NaN where nothing was known."""
        _, rows = self.since(after)
        known = ~np.isnan(rows)
        sums, counts = np.where(known, rows, 0.0).sum(axis=0), known.sum(axis=0)
        return [float(total / count) if count else math.nan for total, count in zip(sums, counts, strict=True)]


class Series:
    """Measures every few seconds by a thread of its own, and keeps an hour of it fine and a day coarse.

    What a measure of the day tells of a minute is read from the minute's own counts, not averaged from the fine points;
    only how something stood is averaged.
    """

    def __init__(self, read: Callable[[], Totals], measures: Sequence[Measure] = MEASURES) -> None:
        self._read = read
        self._measures = measures
        self._rings = {
            "hour": Ring(FINE_SECONDS, FINE_POINTS, len(measures)),
            "day": Ring(COARSE_SECONDS, COARSE_POINTS, len(measures)),
        }
        self._lock = threading.Lock()
        self._before: dict[str, tuple[float, float, Totals]] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._sample, name="series", daemon=True)

    def start(self) -> None:
        """Begins to measure."""
        self._thread.start()

    def stop(self) -> None:
        """Ends."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def note(self, clock: float, moment: float) -> None:
        """Measures now: `clock` are seconds that no change of the time moves, `moment` Unix seconds."""
        totals = self._read()
        with self._lock:
            for name, ring in self._rings.items():
                was = self._before.get(name)
                # Half a tick early is in time: else points would be a tick late now and then.
                if was is not None and clock - was[0] < ring.seconds - FINE_SECONDS / 2:
                    continue
                self._before[name] = (clock, moment, totals)
                if was is not None:
                    ring.add(moment, self._row(name, was, clock, totals))

    def _row(self, name: str, was: tuple[float, float, Totals], clock: float, totals: Totals) -> list[float]:
        row = [measure.read(was[2], totals, clock - was[0]) for measure in self._measures]
        if name == "day":
            means = self._rings["hour"].means(was[1])
            steady = zip(self._measures, row, means, strict=True)
            row = [mean if measure.steady else value for measure, value, mean in steady]
        return row

    def told(self, span: str, after: float = 0.0) -> dict[str, Any]:
        """The points of an `hour` or a `day` behind a moment, as the API shows them."""
        ring = self._rings[span]
        with self._lock:
            times, rows = ring.since(after)
        return {
            "object": "metrics.series",
            "level": LEVEL,
            "range": span,
            "resolution": ring.seconds,
            "times": [round(moment, 3) for moment in times],
            "series": [
                {
                    "name": measure.name,
                    "of": measure.of or None,
                    "component": measure.component,
                    "unit": measure.unit,
                    "values": [_shown(value) for value in column.tolist()],
                }
                for measure, column in zip(self._measures, rows.T, strict=True)
            ],
        }

    def _sample(self) -> None:
        wait = 0.0
        while not self._stopping.wait(wait):
            begun = time.monotonic()
            try:
                self.note(begun, time.time())
            except Exception:
                log.exception("Nothing could be measured; trying again")
            wait = max(0.5, FINE_SECONDS - (time.monotonic() - begun))


def _shown(value: float) -> float | None:
    if math.isnan(value):
        return None
    return round(value, _DIGITS - 1 - math.floor(math.log10(abs(value)))) if value else 0.0
