import hashlib
import re
import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from server.adapters.database.engine import Database
from server.adapters.database.identities import SqlIdentities
from server.adapters.database.schema import api_keys, links, sessions
from server.adapters.database.sessions import SqlSessions
from server.adapters.database.users import SqlUsers
from server.errors import ExpiredApiKey, SpentLink, UnknownKey, WrongApiKey
from server.model import Role
from server.ports import Identities, Sessions

MINUTE, HOUR = 60, 3600


class Clock:
    """A clock the test moves."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def identities(database: Database, clock: Clock) -> Identities:
    return SqlIdentities(database, clock)


@pytest.fixture
def portal(database: Database, clock: Clock) -> Sessions:
    return SqlSessions(database, clock)


def test_a_key_opens_as_who_it_was_made_for(identities: Identities) -> None:
    made, key = identities.create_key("Büro 办公室", Role.EDITOR)
    assert re.fullmatch(r"lk-[0-9a-f]{8}-[\w-]{32,}", key)
    assert key.startswith(made.prefix + "-")
    caller = identities.caller_of_key(key)
    assert (caller.key_id, caller.name, caller.role) == (made.id, "Büro 办公室", Role.EDITOR)


def test_a_key_of_a_user_has_at_most_its_own_role_and_one_of_nobody_what_it_is_granted(
    identities: Identities, database: Database
) -> None:
    ada = SqlUsers(database).create("Ada", Role.READER).id
    most = [
        identities.caller_of_key(identities.create_key("a", role, user_id=user)[1]).most
        for role, user in ((Role.READER, ada), (Role.EDITOR, ada), (Role.READER, None))
    ]
    assert most == [Role.READER, Role.EDITOR, Role.ADMIN]


def test_the_key_itself_is_not_kept(identities: Identities, database: Database) -> None:
    _, key = identities.create_key("a", Role.ADMIN)
    with database.read() as connection:
        (row,) = connection.execute(sa.select(api_keys)).all()
    assert row.hash == hashlib.sha256(key.encode()).hexdigest()
    assert key not in str(row)
    assert key[12:] not in str(row)


@pytest.mark.parametrize("wrong", ["", "lk-", "x" * 100_000, "lk-00000000-" + "A" * 43, "\0", "\ud800", "' OR 1=1 --"])
def test_unknown_keys_sessions_and_links_are_refused(identities: Identities, portal: Sessions, wrong: str) -> None:
    identities.create_key("a", Role.ADMIN)
    with pytest.raises(WrongApiKey):
        identities.caller_of_key(wrong)
    with pytest.raises(WrongApiKey):
        portal.caller_of_session(wrong)
    with pytest.raises(SpentLink):
        portal.spend_link(wrong)
    portal.end_session(wrong)


def test_a_key_cut_short_or_with_another_case_is_refused(identities: Identities) -> None:
    _, key = identities.create_key("a", Role.ADMIN)
    for wrong in (key[:-1], key + "A", key.swapcase(), f" {key}", key.split("-", 2)[2]):
        with pytest.raises(WrongApiKey):
            identities.caller_of_key(wrong)


def test_an_expired_key_says_when_it_ended(identities: Identities, clock: Clock) -> None:
    made, key = identities.create_key("a", Role.READER, expires_at=int(clock.now) + 100)
    clock.now += 99
    assert identities.caller_of_key(key).key_id == made.id
    clock.now += 1
    with pytest.raises(ExpiredApiKey, match="2027-01-15"):
        identities.caller_of_key(key)


def test_keys_are_listed_oldest_first_revoked_ones_too(identities: Identities, clock: Clock) -> None:
    made = [identities.create_key(name, Role.READER)[0] for name in "abcde"]
    assert identities.list_keys() == made
    clock.now += 10
    revoked = identities.revoke_key(made[1].id)
    assert revoked.revoked_at == int(clock.now)
    assert [key.revoked_at for key in identities.list_keys()] == [None, revoked.revoked_at, None, None, None]


def test_a_revoked_key_is_refused_and_so_is_what_came_of_it(
    identities: Identities, portal: Sessions, clock: Clock
) -> None:
    made, key = identities.create_key("a", Role.ADMIN)
    other, other_key = identities.create_key("b", Role.ADMIN)
    session = portal.spend_link(portal.create_link(made.id))
    link = portal.create_link(made.id)
    others = portal.spend_link(portal.create_link(other.id))
    first = identities.revoke_key(made.id)
    with pytest.raises(WrongApiKey):
        identities.caller_of_key(key)
    with pytest.raises(WrongApiKey):
        portal.caller_of_session(session)
    with pytest.raises(SpentLink):
        portal.spend_link(link)
    with pytest.raises(UnknownKey):
        portal.create_link(made.id)
    assert identities.caller_of_key(other_key) == portal.caller_of_session(others)
    clock.now += 10
    assert identities.revoke_key(made.id).revoked_at == first.revoked_at


def test_unknown_keys_cannot_be_revoked_or_linked(identities: Identities, portal: Sessions) -> None:
    with pytest.raises(UnknownKey, match="key-none"):
        identities.revoke_key("key-none")
    with pytest.raises(UnknownKey, match="key-none"):
        portal.create_link("key-none")


def test_uses_are_noted_once_a_minute(identities: Identities, clock: Clock) -> None:
    _, key = identities.create_key("a", Role.READER)
    noted = []
    for step in (0, 10, 49, 1, 60):
        clock.now += step
        identities.caller_of_key(key)
        noted.append(identities.list_keys()[0].last_used_at)
    start = 1_800_000_000
    assert noted == [start, start, start, start + 60, start + 120]


def test_a_link_opens_one_session_within_ten_minutes(identities: Identities, portal: Sessions, clock: Clock) -> None:
    made, _ = identities.create_key("a", Role.EDITOR)
    link, late = portal.create_link(made.id), portal.create_link(made.id)
    clock.now += 10 * MINUTE - 1
    session = portal.spend_link(link)
    assert portal.caller_of_session(session).key_id == made.id
    with pytest.raises(SpentLink, match="10 minutes"):
        portal.spend_link(link)
    clock.now += 1
    with pytest.raises(SpentLink):
        portal.spend_link(late)


def test_of_many_who_spend_a_link_one_gets_a_session(identities: Identities, portal: Sessions) -> None:
    made, _ = identities.create_key("a", Role.EDITOR)
    link = portal.create_link(made.id)
    sessions_found: list[str] = []

    def spend() -> None:
        try:
            sessions_found.append(portal.spend_link(link))
        except SpentLink:
            return

    threads = [threading.Thread(target=spend) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sessions_found) == 1


def test_a_session_ends_after_twelve_hours(identities: Identities, portal: Sessions, clock: Clock) -> None:
    made, _ = identities.create_key("a", Role.EDITOR)
    session = portal.spend_link(portal.create_link(made.id))
    for _ in range(12):
        clock.now += HOUR - 1
        portal.caller_of_session(session)
    clock.now += 12
    with pytest.raises(WrongApiKey):
        portal.caller_of_session(session)


def test_a_session_ends_with_its_key(identities: Identities, portal: Sessions, clock: Clock) -> None:
    made, _ = identities.create_key("a", Role.EDITOR, expires_at=int(clock.now) + HOUR)
    session = portal.spend_link(portal.create_link(made.id))
    clock.now += HOUR
    with pytest.raises(ExpiredApiKey):
        portal.caller_of_session(session)


def test_signing_out_ends_one_session(identities: Identities, portal: Sessions) -> None:
    made, _ = identities.create_key("a", Role.EDITOR)
    one, two = (portal.spend_link(portal.create_link(made.id)) for _ in range(2))
    portal.end_session(one)
    with pytest.raises(WrongApiKey):
        portal.caller_of_session(one)
    assert portal.caller_of_session(two).key_id == made.id


def test_tokens_are_not_kept_and_do_not_open_each_others_doors(
    identities: Identities, portal: Sessions, database: Database
) -> None:
    made, key = identities.create_key("a", Role.EDITOR)
    link, spent = portal.create_link(made.id), portal.create_link(made.id)
    session = portal.spend_link(spent)
    with database.read() as connection:
        kept = str([connection.execute(sa.select(table)).all() for table in (links, sessions)])
    assert link not in kept
    assert session not in kept
    doors: list[Callable[[], object]] = [
        lambda: identities.caller_of_key(session),
        lambda: portal.caller_of_session(key),
        lambda: portal.caller_of_session(link),
    ]
    for door in doors:
        with pytest.raises(WrongApiKey):
            door()


def test_old_links_and_sessions_are_cleared_away(
    identities: Identities, portal: Sessions, database: Database, clock: Clock
) -> None:
    made, _ = identities.create_key("a", Role.EDITOR)
    for _ in range(3):
        portal.spend_link(portal.create_link(made.id))
        portal.create_link(made.id)
    clock.now += 13 * HOUR
    portal.create_link(made.id)
    with database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(links)) == 1
        assert connection.scalar(sa.select(sa.func.count()).select_from(sessions)) == 0
