from datetime import UTC, datetime

import pytest

from server.adapters.database.allowances import SqlAllowances
from server.adapters.database.engine import Database
from server.errors import QuotaSpent, RateLimited
from server.limits.meter import Meter, duration
from server.model import LECTERN, Allowance, Caller, Role, Usage


class Clock:
    """A clock that the test moves, in seconds and in days."""

    now = 1000.0
    day = datetime(2026, 11, 30, 12, tzinfo=UTC)

    def __call__(self) -> float:
        return self.now

    def today(self) -> datetime:
        return self.day


def caller(key: str = "k1", owner: str = "user:u1", *, bulk: bool = False) -> Caller:
    return Caller(key, "somebody", Role.READER, owner=owner, bulk=bulk)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rows(sqlite: Database) -> SqlAllowances:
    return SqlAllowances(sqlite)


def meter_of(rows: SqlAllowances, clock: Clock, **defaults: int) -> Meter:
    meter = Meter(rows, Allowance(**defaults), clock, clock.today)
    meter.refresh()
    return meter


def test_requests_of_a_minute_are_counted_for_each_owner(rows: SqlAllowances, clock: Clock) -> None:
    meter = meter_of(rows, clock, requests_per_minute=2)
    told = meter.admit(caller())
    assert told == {
        "x-ratelimit-limit-requests": "2",
        "x-ratelimit-remaining-requests": "1",
        "x-ratelimit-reset-requests": "30s",
    }
    meter.admit(caller("k2"))
    with pytest.raises(RateLimited) as refused:
        meter.admit(caller())
    assert refused.value.headers["Retry-After"] == "30"
    assert refused.value.headers["x-ratelimit-remaining-requests"] == "0"
    meter.admit(caller(owner="user:u2"))
    clock.now += 30
    meter.admit(caller())


def test_tokens_of_an_answer_are_paid_for_before_the_next_one(rows: SqlAllowances, clock: Clock) -> None:
    meter = meter_of(rows, clock, tokens_per_minute=100)
    meter.admit(caller())
    meter.spent(caller(), 150)
    with pytest.raises(RateLimited, match="use 100 tokens a minute") as refused:
        meter.admit(caller())
    assert int(refused.value.headers["Retry-After"]) == 31
    clock.now += 31
    assert meter.admit(caller())["x-ratelimit-remaining-tokens"] == "1"


def test_answers_at_once_are_given_back(rows: SqlAllowances, clock: Clock) -> None:
    meter = meter_of(rows, clock, streams=1)
    with meter.under_way(caller()):
        with pytest.raises(RateLimited, match="1 answers under way"):
            meter.admit(caller())
        meter.admit(caller(bulk=True))
    meter.admit(caller())


def test_a_key_may_have_less_than_its_user(rows: SqlAllowances, clock: Clock) -> None:
    rows.put("user:u1", Allowance(requests_per_minute=10))
    rows.put("key:k1", Allowance(requests_per_minute=1))
    meter = meter_of(rows, clock)
    assert meter.admit(caller())["x-ratelimit-remaining-requests"] == "0"
    with pytest.raises(RateLimited, match="send 1 requests"):
        meter.admit(caller())
    assert meter.admit(caller("k2"))["x-ratelimit-remaining-requests"] == "8"


def test_the_tokens_of_a_month_are_counted_across_processes_and_start_anew(rows: SqlAllowances, clock: Clock) -> None:
    one, other = (meter_of(rows, clock, tokens_per_month=1000) for _ in range(2))
    one.admit(caller())
    one.spent(caller(bulk=True), 600)
    other.spent(caller(), 500)
    for meter in (one, other, one):
        meter.refresh()
    for meter in (one, other):
        with pytest.raises(QuotaSpent, match="2026-12-01") as refused:
            meter.admit(caller(bulk=True))
        assert refused.value.headers == {"x-should-retry": "false"}
        assert meter.usage("user:u1") == Usage(1, 1100)
    clock.day = datetime(2026, 12, 1, tzinfo=UTC)
    one.refresh()
    one.admit(caller())
    assert one.usage("user:u1") == Usage(1, 0)
    one.refresh()
    assert rows.usage("2026-12") == {"user:u1": Usage(1, 0)}
    assert rows.usage("2026-11") == {"user:u1": Usage(1, 1100)}


def test_what_could_not_be_written_down_is_written_later(rows: SqlAllowances, clock: Clock) -> None:
    meter = meter_of(rows, clock)
    meter.spent(caller(), 7)
    written, rows.add_usage = rows.add_usage, None  # type: ignore[method-assign, assignment]
    with pytest.raises(TypeError):
        meter.refresh()
    rows.add_usage = written  # type: ignore[method-assign]
    meter.refresh()
    assert rows.usage("2026-11") == {"user:u1": Usage(0, 7)}
    assert meter.usage("user:u1") == Usage(0, 7)


def test_bulk_uses_up_the_month_and_not_the_minute(rows: SqlAllowances, clock: Clock) -> None:
    meter = meter_of(rows, clock, requests_per_minute=1, tokens_per_minute=10)
    for _ in range(3):
        assert meter.admit(caller(bulk=True)) == {}
        meter.spent(caller(bulk=True), 50)
    assert meter.admit(caller())["x-ratelimit-remaining-tokens"] == "10"
    assert meter.usage("user:u1") == Usage(4, 150)


def test_lectern_itself_has_no_limits(rows: SqlAllowances, clock: Clock) -> None:
    meter = meter_of(rows, clock, tokens_per_month=1)
    for _ in range(2):
        meter.admit(LECTERN)
        meter.spent(LECTERN, 100)


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0ms"), (0.0201, "21ms"), (1, "1s"), (1.5, "1.5s"), (61.2, "1m1s"), (360, "6m0s")]
)
def test_durations_are_told_as_openai_does(seconds: float, said: str) -> None:
    assert duration(seconds) == said
