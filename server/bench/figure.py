"""What a measurement says."""

import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value beside its limit. `at_most`: whether the limit is an upper one."""

    name: str
    value: float
    unit: str
    limit: float
    at_most: bool
    detail: str = ""

    @property
    def met(self) -> bool:
        """Whether the value keeps to its limit."""
        return self.value <= self.limit if self.at_most else self.value >= self.limit

    def line(self) -> str:
        """For people."""
        sign = "≤" if self.at_most else "≥"
        verdict = "met" if self.met else "MISSED"
        wanted = f"wanted {sign} {self.limit:g}: {verdict}"
        return f"{self.name}: {self.value:.3g} {self.unit} ({wanted}) {self.detail}".rstrip()


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0..1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(values: Sequence[float]) -> float:
    """The middle value."""
    return statistics.median(values)


def machine() -> str:
    """The machine the figures come from."""
    memory = psutil.virtual_memory().total / 1024**3
    return f"{psutil.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}, {platform.system()}"
