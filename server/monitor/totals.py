"""What was counted since the start, at one moment: two of them tell what happened between."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

Buckets = Mapping[float, float]
"""Upper bound (seconds) -> how many took at most so long; the last bound is infinite."""


@dataclass(frozen=True, slots=True)
class Totals:
    """`counters` only grow, `spreads` are histograms by their buckets, `sums` the seconds in each, `gauges` how
    something is now. All are by name; what is not known is left out."""

    counters: Mapping[str, float] = field(default_factory=dict)
    spreads: Mapping[str, Buckets] = field(default_factory=dict)
    sums: Mapping[str, float] = field(default_factory=dict)
    gauges: Mapping[str, float] = field(default_factory=dict)


Read = Callable[[Totals, Totals, float], float]
"""From the totals before, those now, and the seconds between: one value; NaN where there is none."""


def gauge(name: str) -> Read:
    """How something is."""
    return lambda _before, now, _seconds: now.gauges.get(name, math.nan)


def rate(name: str) -> Read:
    """How often something happened, per second."""
    return lambda before, now, seconds: _grown(before, now, [name]) / seconds


def share(part: str, whole: str) -> Read:
    """Which share of something was of a kind; NaN where nothing happened."""

    def read(before: Totals, now: Totals, _seconds: float) -> float:
        all_of_them = _grown(before, now, [whole])
        return _grown(before, now, [part]) / all_of_them if all_of_them > 0 else math.nan

    return read


def mean(name: str) -> Read:
    """Seconds that something took on the average; NaN where nothing happened."""

    def read(before: Totals, now: Totals, _seconds: float) -> float:
        happened = _count(now.spreads.get(name)) - _count(before.spreads.get(name))
        seconds = now.sums.get(name, 0.0) - before.sums.get(name, 0.0)
        return seconds / happened if happened > 0 else math.nan

    return read


def quantile(name: str, which: float) -> Read:
    """Seconds in which this share (0..1) of something was done, estimated within its bucket as Prometheus does
    (https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile); NaN where nothing
    happened."""

    def read(before: Totals, now: Totals, _seconds: float) -> float:
        then = before.spreads.get(name, {})
        between = {bound: count - then.get(bound, 0.0) for bound, count in now.spreads.get(name, {}).items()}
        return _within(between, which)

    return read


def _within(buckets: Buckets, which: float) -> float:
    everything = _count(buckets)
    if everything <= 0:
        return math.nan
    wanted, lower, below = which * everything, 0.0, 0.0
    for bound, count in sorted(buckets.items()):
        if count >= wanted:
            # What took longer than the last bound took at least that.
            return lower if math.isinf(bound) else lower + (bound - lower) * (wanted - below) / max(count - below, 1)
        lower, below = bound, count
    return lower


def _count(buckets: Buckets | None) -> float:
    return buckets.get(math.inf, 0.0) if buckets else 0.0


def _grown(before: Totals, now: Totals, names: Iterable[str]) -> float:
    return sum(now.counters.get(name, 0.0) - before.counters.get(name, 0.0) for name in names)
