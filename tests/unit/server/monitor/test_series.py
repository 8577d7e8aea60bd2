"""What is measured over time: right, and bounded."""

import math
from typing import Any

import pytest

from server.monitor.measures import MEASURES, ROUTES, route_class
from server.monitor.metrics import Metrics
from server.monitor.series import COARSE_POINTS, COARSE_SECONDS, FINE_POINTS, FINE_SECONDS, Series
from server.monitor.totals import Totals, quantile, share

NOON = 1_800_000_000.0


class Clocked:
    """A series that is told when it is; every reading is what `totals` says then."""

    def __init__(self) -> None:
        self.totals = Totals()
        self.series = Series(lambda: self.totals)
        self.passed = 0.0

    def note(self, seconds: float = FINE_SECONDS) -> None:
        """Lets so many seconds pass, and measures."""
        self.passed += seconds
        self.series.note(self.passed, NOON + self.passed)

    def values(self, name: str, of: str | None = None, span: str = "hour") -> list[float | None]:
        """The points of a line."""
        told = self.series.told(span)
        return next(one["values"] for one in told["series"] if (one["name"], one["of"]) == (name, of))


@pytest.fixture
def clocked() -> Clocked:
    return Clocked()


def counted(**counters: float) -> Totals:
    return Totals(counters={name.replace("__", ":"): value for name, value in counters.items()})


def test_the_first_measure_is_only_what_the_next_is_compared_with(clocked: Clocked) -> None:
    clocked.totals = counted(files=1000)
    clocked.note()
    assert clocked.series.told("hour")["times"] == []
    clocked.totals = counted(files=1010)
    clocked.note()
    assert clocked.values("files.rate") == [2.0]


def test_rates_are_per_second_of_the_time_that_passed(clocked: Clocked) -> None:
    for seconds, files in ((5, 0), (5, 10), (20, 30), (5, 30)):
        clocked.totals = counted(files=files)
        clocked.note(seconds)
    assert clocked.values("files.rate") == [2.0, 1.0, 0.0]


def test_what_did_not_happen_has_no_share_no_mean_and_no_percentile(clocked: Clocked) -> None:
    for requests, failed in ((0, 0), (10, 1), (10, 1)):
        clocked.totals = counted(requests__search=requests, failed__search=failed)
        clocked.note()
    assert clocked.values("requests.failed", "search") == [0.1, None]
    assert clocked.values("requests.p95", "search") == [None, None]
    assert clocked.values("stage.mean", "search") == [None, None]


def test_an_hour_and_a_day_are_kept_and_no_more(clocked: Clocked) -> None:
    whole = 86_400 + 7_200
    for step in range(whole // FINE_SECONDS):
        clocked.totals = counted(files=step)
        clocked.note()
    hour, day = clocked.series.told("hour"), clocked.series.told("day")
    assert (len(hour["times"]), len(day["times"])) == (FINE_POINTS, COARSE_POINTS)
    assert all(len(one["values"]) == FINE_POINTS for one in hour["series"])
    assert hour["times"] == sorted(hour["times"])
    assert hour["times"][-1] - hour["times"][0] == 3600 - FINE_SECONDS
    assert day["times"][-1] - day["times"][0] == 86_400 - COARSE_SECONDS
    assert set(clocked.values("files.rate")) == {0.2}
    assert set(clocked.values("files.rate", span="day")) == {0.2}


def test_a_minute_of_the_day_has_its_own_percentile_and_the_mean_of_what_stood(clocked: Clocked) -> None:
    slow, fast = 0, 0
    for step in range(13):
        # One answer of ten seconds among sixty quick ones: no 95th percentile of the minute, but one of five seconds.
        slow, fast = (1 if step > 3 else 0), step * 5
        buckets = {0.1: float(fast), 10.0: float(fast + slow), math.inf: float(fast + slow)}
        clocked.totals = Totals(spreads={"request:answers": buckets}, gauges={"jobs.queued": float(step)})
        clocked.note()
    assert max(value for value in clocked.values("requests.p95", "answers") if value is not None) > 1
    (minute,) = clocked.values("requests.p95", "answers", "day")
    assert minute is not None
    assert minute <= 0.1
    assert clocked.values("jobs.queued", span="day") == [pytest.approx(6.5)]


def test_only_what_is_new_is_told_to_who_knows_the_rest(clocked: Clocked) -> None:
    for step in range(5):
        clocked.totals = counted(files=step)
        clocked.note()
    times = clocked.series.told("hour")["times"]
    told = clocked.series.told("hour", after=times[1])
    assert told["times"] == times[2:]
    assert {len(one["values"]) for one in told["series"]} == {2}
    assert clocked.series.told("hour", after=times[-1])["times"] == []


def test_percentiles_lie_within_their_bucket_and_are_least_beyond_the_last() -> None:
    spread = {0.1: 50.0, 0.2: 100.0, math.inf: 100.0}
    read = quantile("x", 0.75)
    assert read(Totals(), Totals(spreads={"x": spread}), 5) == pytest.approx(0.15)
    beyond = {0.1: 0.0, 0.2: 0.0, math.inf: 10.0}
    assert read(Totals(), Totals(spreads={"x": beyond}), 5) == 0.2
    assert math.isnan(share("a", "b")(Totals(), Totals(), 5))


def test_every_route_is_of_a_class() -> None:
    expected = {
        "/v1/chat/completions": "answers",
        "/v1/responses": "answers",
        "/v1/responses/{response_id}": "other",
        "/v1/vector_stores/{store_id}/search": "search",
        "/v1/vector_stores/{store_id}/files": "documents",
        "/v1/files": "documents",
        "/": "portal",
        "/portal/static/{digest}/{name:path}": "portal",
        "/v1/metrics/series": "other",
        "unmatched": "other",
    }
    assert {route: route_class(route) for route in expected} == expected
    assert set(expected.values()) == set(ROUTES)


def test_metrics_are_read_back_as_they_were_noted() -> None:
    metrics = Metrics()
    metrics.request("/v1/chat/completions", "POST", 200, 0.3)
    metrics.request("/v1/responses", "POST", 503, 0.7)
    metrics.request("/v1/files", "GET", 404, 0.01)
    metrics.stage("search", 0.02)
    metrics.file("completed", 12, 1.0)
    metrics.file("failed", 0, 1.0)
    metrics.file("released", 0, 1.0)
    metrics.tokens(70)
    totals = metrics.totals()
    answered: dict[str, Any] = {"requests:answers": 2, "failed:answers": 1, "requests:documents": 1}
    assert totals.counters == answered | {
        "failed:documents": 0,
        "files": 2,
        "files_failed": 1,
        "chunks": 12,
        "tokens": 70,
    }
    assert totals.spreads["request:answers"][0.5] == 1
    assert totals.spreads["request:answers"][math.inf] == 2
    assert totals.sums["stage:search"] == pytest.approx(0.02)


def test_names_of_measures_are_told_once_each() -> None:
    assert len({(one.name, one.of) for one in MEASURES}) == len(MEASURES)
