"""What counts failed attempts to sign in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Rule:
    """How long what is counted under `name` has to wait: not at all for the first `free` failures, then one second,
    two, four and so on, up to `longest`. One that `spares_known` does not hold where signing in succeeded before."""

    name: str
    free: int
    longest: float
    spares_known: bool = False

    def delay(self, failures: int) -> float:
        """Seconds to wait after so many failures."""
        beyond = failures - self.free
        return 0.0 if beyond <= 0 else min(2.0 ** min(beyond - 1, 30), self.longest)


class Attempts(Protocol):
    """Failed attempts, counted by names that tell nobody what they are of."""

    def begin(self, rules: Sequence[Rule]) -> float:
        """Counts an attempt as failed under every rule and returns 0; or, where one of them has it wait, counts
        nothing and returns for how many seconds."""
        ...

    def succeeded(self, forgiven: Sequence[str], refunded: Sequence[str], known: str) -> None:
        """Takes back what `begin` counted: all failures of the names forgiven, one of those refunded. `known` is
        marked as where this succeeded."""
        ...
