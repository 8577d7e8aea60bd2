import pytest

from server.access.throttle import WrongKeys
from server.errors import TooManyAttempts

HOME, AWAY = "198.51.100.7", "203.0.113.9"


class Clock:
    """A clock the test moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def wrong(clock: Clock) -> WrongKeys:
    return WrongKeys(clock=clock)


def waits(wrong: WrongKeys, address: str, key: str) -> int:
    try:
        wrong.check(address, key)
    except TooManyAttempts as error:
        return int(str(error.facts["retry_after"]))
    return 0


def test_ten_different_wrong_keys_are_free_and_the_same_one_is_always(wrong: WrongKeys, clock: Clock) -> None:
    for _ in range(100):
        wrong.note(HOME, "the same")
    for number in range(9):
        wrong.note(HOME, f"key {number}")
    assert waits(wrong, HOME, "new") == 0
    found = []
    for number in range(9, 20):
        wrong.note(HOME, f"key {number}")
        found.append(waits(wrong, HOME, "new"))
    assert found == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert waits(wrong, AWAY, "new") == 0
    clock.now += 300
    assert waits(wrong, HOME, "new") == 0


def test_a_key_that_was_right_lately_passes_where_others_wait(wrong: WrongKeys, clock: Clock) -> None:
    wrong.proved("right")
    for number in range(30):
        wrong.note(HOME, f"key {number}")
    assert (waits(wrong, HOME, "right"), waits(wrong, HOME, "new")) == (0, 300)
    clock.now += 299
    assert waits(wrong, HOME, "right") == 0
    wrong.note(HOME, "key 31")
    clock.now += 302
    wrong.note(HOME, "key 32")
    assert waits(wrong, HOME, "right") > 0  # ten minutes are over


def test_mistakes_are_forgotten_after_ten_quiet_minutes(wrong: WrongKeys, clock: Clock) -> None:
    for number in range(10):
        wrong.note(HOME, f"key {number}")
    clock.now += 601
    for number in range(10, 20):
        wrong.note(HOME, f"key {number}")
    assert waits(wrong, HOME, "new") == 0


def test_memory_stays_small_whoever_guesses(wrong: WrongKeys) -> None:
    for number in range(25_000):
        wrong.note(f"10.{number // 65536}.{number // 256 % 256}.{number % 256}", "key")
        wrong.note("10.250.0.1", f"key {number}")
        wrong.proved(f"right {number}")
    assert len(wrong._wrong) <= 10_001
    assert len(wrong._right) <= 10_000
    assert max(len(one.seen) for one in wrong._wrong.values()) <= 1000
