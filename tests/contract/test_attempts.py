"""Guessing passwords, with a clock that the test moves, on both databases."""

import threading

import pytest
from argon2 import PasswordHasher

from server.access.passwords import Passwords
from server.access.sign_in import SignIn
from server.access.throttle import SignInThrottle
from server.adapters.database.attempts import SqlAttempts
from server.adapters.database.engine import Database
from server.adapters.database.sessions import SqlSessions
from server.adapters.database.users import SqlUsers
from server.errors import SpentLink, TooManyAttempts, WeakPassword, WrongCredentials
from server.model import Device, Role
from tests.contract.test_users import Clock

RIGHT, WRONG = "a long enough phrase", "a wrong enough phrase"
HOME, AWAY = "198.51.100.7", "203.0.113.9"


class Door:
    """A sign-in with one user, Ada."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.clock = clock
        self.users = SqlUsers(database, clock)
        self.sessions = SqlSessions(database, clock)
        self.passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        self.ada = self.users.create("Ada", Role.READER)
        self.users.set_password(self.ada.id, self.passwords.hash(RIGHT, self.ada))
        self.reopen(database)

    def reopen(self, database: Database) -> None:
        """As another process finds it."""
        throttle = SignInThrottle(SqlAttempts(database, self.clock), b"secret")
        self.sign_in = SignIn(self.users, self.sessions, self.passwords, throttle)

    def knock(self, password: str, address: str = HOME, name: str = "Ada") -> int:
        """0: in; -1: refused; else the seconds to wait."""
        try:
            self.sign_in.by_password(name, password, Device(address))
        except WrongCredentials:
            return -1
        except TooManyAttempts as error:
            return int(str(error.facts["retry_after"]))
        return 0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def door(database: Database, clock: Clock) -> Door:
    return Door(database, clock)


def test_the_first_mistakes_are_free_and_then_each_doubles_the_wait(door: Door, clock: Clock) -> None:
    assert [door.knock(WRONG) for _ in range(4)] == [-1] * 4
    waits = []
    for _ in range(12):
        waits.append(door.knock(RIGHT))
        clock.now += waits[-1]
        assert door.knock(WRONG) == -1
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
    clock.now += 900
    assert door.knock(RIGHT) == 0
    clock.now += 3600
    assert [door.knock(WRONG) for _ in range(4)] == [-1] * 4


def test_an_attempt_that_has_to_wait_makes_the_wait_no_longer(door: Door, clock: Clock) -> None:
    for _ in range(6):
        door.knock(WRONG)
        clock.now += 0.5
    before = door.knock(WRONG)
    assert {door.knock(WRONG) for _ in range(5)} == {before}


def test_an_account_that_does_not_exist_behaves_as_one_that_does(door: Door, clock: Clock) -> None:
    disabled = door.users.create("Disabled", Role.READER)
    door.users.set_password(disabled.id, door.passwords.hash(RIGHT, disabled))
    door.users.change(disabled.id, disabled=True)
    door.users.create("Passwordless", Role.READER)
    told: dict[str, list[int]] = {}
    for number, name in enumerate(("Ada", "nobody", "Disabled", "Passwordless")):
        told[name] = []
        for _ in range(8):
            told[name].append(door.knock(WRONG, f"192.0.2.{number}", name))
            clock.now += 1
    assert len({str(one) for one in told.values()}) == 1
    assert door.knock(RIGHT, AWAY, "Disabled") == -1


def test_nobody_locks_a_user_out_of_where_it_signed_in_before(door: Door, clock: Clock) -> None:
    assert door.knock(RIGHT, HOME) == 0
    for number in range(60):  # guesses from everywhere
        door.knock(WRONG, f"203.0.{number}.1")
    assert 0 < door.knock(RIGHT, AWAY) <= 60
    assert door.knock(RIGHT, HOME) == 0


def test_guesses_from_everywhere_are_slowed_down_to_one_a_minute(door: Door, clock: Clock) -> None:
    tried = 0
    for number in range(200):
        tried += door.knock(WRONG, f"203.{number // 200}.{number % 200}.1") == -1
        clock.now += 1
    assert tried < 20


def test_an_address_that_tries_many_accounts_waits(door: Door) -> None:
    told = [door.knock(WRONG, AWAY, f"user {number}") for number in range(12)]
    assert told[:11] == [-1] * 11
    assert told[11] > 0
    assert door.knock(RIGHT, AWAY) > 0
    assert door.knock(RIGHT, HOME) == 0


def test_ipv6_addresses_of_one_customer_count_as_one(door: Door) -> None:
    told = [door.knock(WRONG, f"2001:db8:1:2::{number:x}", f"user {number}") for number in range(12)]
    assert told[11] > 0
    assert door.knock(RIGHT, "2001:db8:1:3::1") == 0
    assert door.knock(WRONG, f"::ffff:{AWAY}", "x") == -1


def test_right_passwords_cost_an_office_behind_one_address_nothing(door: Door) -> None:
    assert [door.knock(RIGHT) for _ in range(15)] == [0] * 15


def test_many_at_once_gain_nothing(door: Door) -> None:
    told: list[int] = []
    threads = [threading.Thread(target=lambda: told.append(door.knock(WRONG))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told.count(-1) == 4


def test_what_was_counted_outlives_the_process_and_is_forgotten_in_time(
    door: Door, clock: Clock, database: Database
) -> None:
    while door.knock(WRONG) == -1:
        clock.now += 0.1
    door.reopen(database)
    assert door.knock(RIGHT) > 0
    clock.now += 3600
    assert [door.knock(WRONG) for _ in range(3)] == [-1] * 3


def test_neither_names_nor_addresses_are_kept_readably(door: Door, database: Database) -> None:
    import sqlalchemy as sa

    from server.adapters.database.schema import sign_in_attempts

    door.knock(WRONG, HOME, "my password in the wrong field")
    with database.read() as connection:
        kept = str(connection.execute(sa.select(sign_in_attempts)).all())
    assert HOME not in kept
    assert "password" not in kept


def test_a_link_that_is_spent_sets_no_password_and_a_weak_one_spends_none(door: Door) -> None:
    link = door.sessions.create_password_link(door.ada.id)
    with pytest.raises(WeakPassword):
        door.sign_in.choose_password(link, "short", Device(HOME))
    session = door.sign_in.choose_password(link, "another long phrase", Device(HOME))
    assert door.sessions.caller_of_session(session).name == "Ada"
    with pytest.raises(SpentLink):
        door.sign_in.choose_password(link, RIGHT, Device(HOME))
    assert (door.knock(RIGHT), door.knock("another long phrase")) == (-1, 0)


def test_a_link_to_a_disabled_account_lets_nobody_in(door: Door) -> None:
    door.users.change(door.ada.id, disabled=True)
    link = door.sessions.create_password_link(door.ada.id)
    with pytest.raises(WrongCredentials):
        door.sign_in.choose_password(link, RIGHT, Device(HOME))
