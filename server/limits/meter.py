"""Counts what callers ask against what they may."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil
from typing import Final

from server.errors import QuotaSpent, RateLimited
from server.limits.bucket import Bucket
from server.model import LECTERN, Allowance, Caller, Usage
from server.ports import Allowances

STREAM_RETRY_SECONDS: Final = 2


@dataclass(slots=True)
class Account:
    """How one key or user stands in this process."""

    requests: Bucket | None = None
    tokens: Bucket | None = None
    streams: int = 0

    def fit(self, allowance: Allowance, clock: Callable[[], float]) -> None:
        """Has its buckets be of the sizes that are allowed."""
        self.requests = _fitted(self.requests, allowance.requests_per_minute, clock)
        self.tokens = _fitted(self.tokens, allowance.tokens_per_minute, clock)

    @property
    def idle(self) -> bool:
        """Whether forgetting it gives nothing back."""
        return not self.streams and all(bucket is None or bucket.full for bucket in (self.requests, self.tokens))


@dataclass(slots=True)
class _Used:
    """What was used in a month: as written down, and since then."""

    month: str
    written: dict[str, Usage] = field(default_factory=dict)
    unwritten: dict[str, Usage] = field(default_factory=dict)

    def tokens(self, subject: str) -> int:
        return self.written.get(subject, Usage()).tokens + self.unwritten.get(subject, Usage()).tokens

    def add(self, subject: str, requests: int, tokens: int) -> None:
        before = self.unwritten.get(subject, Usage())
        self.unwritten[subject] = Usage(before.requests + requests, before.tokens + tokens)


class Meter:
    """What callers asked in this minute and this month, against what they may.

    The minute's counts are this process's own: with several processes each lets through as much. The month's are
    written down every few seconds and shared. `defaults` is what a caller may for whom nothing else was set.
    """

    def __init__(
        self,
        rows: Allowances,
        defaults: Allowance,
        clock: Callable[[], float] = time.monotonic,
        today: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._rows = rows
        self._defaults = defaults
        self._clock = clock
        self._today = today
        self._lock = threading.Lock()
        self._accounts: dict[str, Account] = {}
        self._allowed: Mapping[str, Allowance] = {}
        self._used = _Used(self._month())

    def allowance(self, subject: str) -> Allowance:
        """What a key, a user or a store may; what was not set for it is as for everybody."""
        return self._allowed.get(subject, Allowance()).over(self._defaults)

    def set_for(self, subject: str) -> Allowance:
        """What was set for a key, a user or a store itself."""
        return self._allowed.get(subject, Allowance())

    def subjects(self, caller: Caller) -> list[str]:
        """Whose limits a caller has: its owner's, and its key's if any were set. Lectern itself has none."""
        if caller.owner == LECTERN.owner:
            return []
        key = f"key:{caller.key_id}"
        return [caller.owner, *([key] if key != caller.owner and key in self._allowed else [])]

    def usage(self, subject: str) -> Usage:
        """What a key or a user used this month."""
        with self._lock:
            written = self._used.written.get(subject, Usage())
            since = self._used.unwritten.get(subject, Usage())
        return Usage(written.requests + since.requests, written.tokens + since.tokens)

    def known(self) -> set[str]:
        """Who was allowed something, or used something this month."""
        with self._lock:
            return {*self._allowed, *self._used.written, *self._used.unwritten}

    def account(self, subject: str) -> Account:
        """How a key or a user stands."""
        with self._lock:
            return self._account(subject)

    def admit(self, caller: Caller) -> dict[str, str]:
        """Counts a request, and returns the headers that tell how the caller's limits stand. What is asked in bulk
        counts for the month alone.

        Raises:
            RateLimited, QuotaSpent: the caller has asked as much as it may.
        """
        with self._lock:
            subjects = self.subjects(caller)
            for subject in subjects:
                self._check_month(subject)
            if not caller.bulk:
                accounts = {subject: self._account(subject) for subject in subjects}
                for subject, account in accounts.items():
                    self._check_minute(account, self.allowance(subject))
                for account in accounts.values():
                    if account.requests:
                        account.requests.take()
            for subject in subjects:
                self._used.add(subject, 1, 0)
            return {} if caller.bulk else _standing(list(accounts.values()))

    @contextmanager
    def under_way(self, caller: Caller) -> Iterator[None]:
        """Counts an answer while the block runs."""
        with self._lock:
            accounts = [] if caller.bulk else [self._account(subject) for subject in self.subjects(caller)]
            for account in accounts:
                account.streams += 1
        try:
            yield
        finally:
            with self._lock:
                for account in accounts:
                    account.streams -= 1

    def spent(self, caller: Caller, tokens: int) -> None:
        """Takes note of the tokens of a prompt and its answer."""
        with self._lock:
            for subject in self.subjects(caller):
                self._used.add(subject, 0, tokens)
                bucket = None if caller.bulk else self._account(subject).tokens
                if bucket:
                    bucket.take(tokens)

    def refresh(self) -> None:
        """Writes down what was used, and reads what is allowed and what all processes' callers used."""
        with self._lock:
            month, unwritten = self._used.month, self._used.unwritten
            self._used.unwritten = {}
        try:
            if unwritten:
                self._rows.add_usage(month, unwritten)
        except BaseException:
            with self._lock:
                for subject, used in unwritten.items():
                    self._used.add(subject, used.requests, used.tokens)
            raise
        allowed, now = self._rows.all(), self._month()
        written = self._rows.usage(now)
        with self._lock:
            self._allowed = allowed
            self._accounts = {subject: account for subject, account in self._accounts.items() if not account.idle}
            if now == self._used.month:
                self._used.written = written
            else:
                self._used = _Used(now, written)

    def _account(self, subject: str) -> Account:
        account = self._accounts.setdefault(subject, Account())
        account.fit(self.allowance(subject), self._clock)
        return account

    def _check_month(self, subject: str) -> None:
        limit = self.allowance(subject).tokens_per_month
        if limit is not None and self._used.tokens(subject) >= limit:
            today = self._today()
            until = datetime(today.year + today.month // 12, today.month % 12 + 1, 1, tzinfo=UTC)
            raise QuotaSpent(limit=limit, until=until.date().isoformat())

    def _check_minute(self, account: Account, allowance: Allowance) -> None:
        waits = [
            (bucket.seconds_to_one, f"{what} {bucket.per_minute} {unit} a minute")
            for bucket, what, unit in ((account.requests, "send", "requests"), (account.tokens, "use", "tokens"))
            if bucket is not None
        ]
        if allowance.streams is not None and account.streams >= allowance.streams:
            waits.append((STREAM_RETRY_SECONDS, f"have {allowance.streams} answers under way at once"))
        seconds, allowed = max(waits, default=(0.0, ""))
        if seconds > 0:
            raise RateLimited(allowed=allowed, retry_after=max(1, ceil(seconds)), standing=_standing([account]))

    def _month(self) -> str:
        return f"{self._today():%Y-%m}"


def _fitted(bucket: Bucket | None, per_minute: int | None, clock: Callable[[], float]) -> Bucket | None:
    if per_minute is None:
        return None
    if bucket is None:
        return Bucket(per_minute, clock)
    bucket.resize(per_minute)
    return bucket


def _standing(accounts: Iterable[Account]) -> dict[str, str]:
    """OpenAI's rate limit headers (https://platform.openai.com/docs/guides/rate-limits), of the tightest limits."""
    headers = {}
    for unit in ("requests", "tokens"):
        buckets: list[Bucket] = [bucket for account in accounts if (bucket := getattr(account, unit)) is not None]
        if buckets:
            tightest = min(buckets, key=lambda bucket: bucket.left)
            headers[f"x-ratelimit-limit-{unit}"] = str(tightest.per_minute)
            headers[f"x-ratelimit-remaining-{unit}"] = str(tightest.left)
            headers[f"x-ratelimit-reset-{unit}"] = duration(tightest.seconds_to_full)
    return headers


def duration(seconds: float) -> str:
    """As OpenAI writes it: 6m0s, 1.5s, 20ms."""
    if seconds < 1:
        return f"{ceil(seconds * 1000)}ms"
    if seconds < 60:
        return f"{seconds:.3f}".rstrip("0").rstrip(".") + "s"
    return f"{int(seconds) // 60}m{int(seconds) % 60}s"
