from hypothesis import given
from hypothesis import strategies as st

from server.limits.bucket import Bucket


class Clock:
    """A clock that the test moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_minutes_worth_is_there_at_once_and_flows_back_evenly() -> None:
    clock = Clock()
    bucket = Bucket(60, clock)
    for _ in range(60):
        assert bucket.seconds_to_one == 0
        bucket.take()
    assert bucket.left == 0
    assert round(bucket.seconds_to_one, 6) == 1
    assert round(bucket.seconds_to_full, 6) == 60
    clock.now += 1.5
    assert bucket.left == 1
    clock.now += 3600
    assert bucket.left == 60
    assert bucket.full


def test_what_was_taken_beyond_what_was_there_must_flow_in_first() -> None:
    clock = Clock()
    bucket = Bucket(600, clock)
    bucket.take(1200)
    assert bucket.left == 0
    assert 60 <= bucket.seconds_to_one <= 60.2
    clock.now += 61
    assert bucket.left == 10


def test_another_size_gives_nothing_back() -> None:
    clock = Clock()
    bucket = Bucket(100, clock)
    bucket.take(90)
    bucket.resize(50)
    assert bucket.left == 0
    bucket.resize(100)
    assert bucket.left == 10


@given(st.integers(1, 10_000), st.lists(st.floats(0, 30), max_size=200))
def test_no_window_of_a_minute_admits_more_than_twice_the_rate(rate: int, pauses: list[float]) -> None:
    clock = Clock()
    bucket = Bucket(rate, clock)
    admitted: list[tuple[float, int]] = []
    for pause in pauses:
        clock.now += pause
        taken = bucket.left
        bucket.take(taken)
        admitted.append((clock.now, taken))
    for start, _ in admitted:
        assert sum(taken for at, taken in admitted if start <= at < start + 60) <= 2 * rate
