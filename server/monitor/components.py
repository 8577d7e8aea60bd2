"""How each part of Lectern is, and since when."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from server.monitor.measures import LEVEL

ORDER: Final = ("database", "index", "engine", "embedder", "reranker", "worker", "disk")


class Health(StrEnum):
    """How a component is: `off` is one that was not asked for, `impaired` one without which Lectern answers worse, or
    that will soon be down."""

    OK = "ok"
    STARTING = "starting"
    IMPAIRED = "impaired"
    DOWN = "down"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Look:
    """What was found: `code` is for programs, `message` and `advice` (what to do) are for people, `facts` are the
    numbers and names in them."""

    state: Health
    code: str
    message: str
    advice: str = ""
    facts: Mapping[str, str | int | float] = field(default_factory=dict)


class Components:
    """Looks at the components when asked, and remembers since when each is as it is. Safe to use from several
    threads: one looks, and the others get what was seen last, for a look may take long where something is down."""

    def __init__(self, looks: Mapping[str, Callable[[], Look]], clock: Callable[[], float]) -> None:
        self._looks = looks
        self._clock = clock
        self._lock = threading.Lock()
        self._last: Mapping[str, tuple[Look, float]] = {}

    def look(self) -> Mapping[str, tuple[Look, float]]:
        """Each component as it is now, and since when (Unix seconds) it has been in this state."""
        if not self._lock.acquire(blocking=not self._last):
            return self._last
        try:
            self._last = {name: self._seen(name) for name in ORDER}
            return self._last
        finally:
            self._lock.release()

    def _seen(self, name: str) -> tuple[Look, float]:
        found, now = self._looks[name](), self._clock()
        before = self._last.get(name)
        return found, before[1] if before is not None and before[0].code == found.code else now


def component_object(name: str, look: Look, since: float) -> dict[str, Any]:
    """A component, as the API shows it."""
    return {
        "object": "component",
        "id": name,
        "level": LEVEL,
        "state": look.state,
        "code": look.code,
        "message": look.message,
        "advice": look.advice or None,
        "facts": dict(look.facts),
        "since": int(since),
    }
