"""What slows down those who guess."""

import hashlib
import hmac
import math
import time
from collections.abc import Callable
from typing import Any

from server.errors import TooManyAttempts
from server.model.addresses import network_of
from server.ports import Attempts, Rule

_LONGEST_SECONDS = 900.0
# Of an account everywhere: short, or whoever fails on purpose keeps its user out.
_LONGEST_ACCOUNT_SECONDS = 60.0


class SignInThrottle:
    """Slows down guessing of passwords: per account and address together, per address, and per account.

    Whether there is an account of the name makes no difference. Delays of an account do not hold for addresses from
    which it was signed in to before, so its user is not locked out by others. What is kept of names and addresses are
    hashes under `secret`: people type passwords into the field for names.
    """

    def __init__(self, attempts: Attempts, secret: bytes) -> None:
        self._attempts = attempts
        self._secret = secret

    def begin(self, login: str, address: str) -> None:
        """Counts an attempt, as failed until `succeeded`. Raises TooManyAttempts: it has to wait."""
        here, anywhere, together = self._names(login, address)
        wait = self._attempts.begin(
            [
                Rule(together, 3, _LONGEST_SECONDS),
                Rule(here, 10, _LONGEST_SECONDS),
                Rule(anywhere, 10, _LONGEST_ACCOUNT_SECONDS, spares_known=True),
            ]
        )
        if wait > 0:
            raise TooManyAttempts(retry_after=math.ceil(wait))

    def succeeded(self, login: str, address: str) -> None:
        """The attempt was right: it does not count, nor do earlier ones at this account."""
        here, anywhere, together = self._names(login, address)
        self._attempts.succeeded([anywhere], [here], together)

    def _names(self, login: str, address: str) -> tuple[str, str, str]:
        network = network_of(address)
        return self._hashed("address", network), self._hashed("account", login), self._hashed("both", network, login)

    def _hashed(self, *parts: str) -> str:
        return hmac.new(self._secret, "\0".join(parts).encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


class WrongKeys:
    """Slows down guessing of API keys, in memory: an address that sent many different wrong ones waits.

    A client that goes on sending one wrong key guesses nothing. Keys that were right lately are let through, so that
    who shares the address of somebody who guesses can go on.
    """

    def __init__(
        self,
        free: int = 10,
        longest: float = 300.0,
        forgotten_seconds: float = 600.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._free = free
        self._longest = longest
        self._forgotten_seconds = forgotten_seconds
        self._clock = clock
        self._wrong: dict[str, _Guesses] = {}
        self._right: dict[str, float] = {}

    def check(self, address: str, digest: str) -> None:
        """Raises TooManyAttempts if this key from this address has to wait."""
        guesses, now = self._wrong.get(network_of(address)), self._clock()
        if guesses is None or now >= guesses.blocked_until or now < self._right.get(digest, -math.inf):
            return
        raise TooManyAttempts(retry_after=math.ceil(guesses.blocked_until - now))

    def note(self, address: str, digest: str) -> None:
        """The key was wrong."""
        now, network = self._clock(), network_of(address)
        guesses = self._wrong.get(network)
        if guesses is None or now - guesses.last_at > self._forgotten_seconds:
            _make_room(self._wrong)
            guesses = self._wrong[network] = _Guesses(now)
        if digest in guesses.seen:
            return
        guesses.last_at = now
        guesses.count += 1
        if len(guesses.seen) < 1000:
            guesses.seen.add(digest)
        if guesses.count > self._free:
            guesses.blocked_until = now + min(2.0 ** min(guesses.count - self._free - 1, 30), self._longest)

    def proved(self, digest: str) -> None:
        """The key was right."""
        if digest not in self._right:
            _make_room(self._right)
        self._right[digest] = self._clock() + self._forgotten_seconds


class _Guesses:
    def __init__(self, now: float) -> None:
        self.seen: set[str] = set()
        self.count = 0
        self.last_at = now
        self.blocked_until = now


def _make_room(kept: dict[str, Any], most: int = 10_000) -> None:
    if len(kept) >= most:
        for name in list(kept)[: most // 2]:
            del kept[name]
