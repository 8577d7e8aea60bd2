"""Users, groups, and what keys and sessions of users admit to, on both databases."""

import threading

import pytest

from server.adapters.database.engine import Database
from server.adapters.database.groups import SqlGroups
from server.adapters.database.identities import SqlIdentities
from server.adapters.database.sessions import SqlSessions
from server.adapters.database.users import SqlUsers
from server.errors import (
    DuplicateName,
    ExpiredApiKey,
    SpentLink,
    UnknownGroup,
    UnknownKey,
    UnknownSession,
    UnknownUser,
    WrongApiKey,
)
from server.model import Caller, Claimed, Device, KeyLimits, Page, Role, User, UserKind
from server.ports import Accounts

ISSUER = "https://issuer.example"


class Clock:
    """A clock the test moves."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(database: Database, clock: Clock) -> Accounts:
    return Accounts(
        SqlIdentities(database, clock),
        SqlSessions(database, clock),
        SqlUsers(database, clock),
        SqlGroups(database, clock),
    )


def claimed(subject: str = "1", name: str = "Ada", groups: set[str] | None = None) -> Claimed:
    return Claimed(ISSUER, subject, name, f"{subject}@example.org", None if groups is None else frozenset(groups))


def session(accounts: Accounts, user: User) -> str:
    return accounts.sessions.open_session("password", Device("192.0.2.1", "Browser"), user_id=user.id)


def group_names(accounts: Accounts, user: User) -> set[str]:
    return {group.name for group in accounts.groups.groups(Page(), user.id)}


def test_users_are_made_found_changed_and_listed(accounts: Accounts) -> None:
    made = [accounts.users.create(name, Role.READER) for name in ("Ada", "Büro 办公室", "carol@example.org")]
    assert accounts.users.users(Page(order="asc")) == made
    assert accounts.users.users(Page(2, "desc", after=made[2].id)) == [made[1], made[0]]
    assert accounts.users.named(" ADA ") == accounts.users.named(made[0].id) == made[0]
    assert accounts.users.named("bu\u0308ro 办公室") == made[1]
    changed = accounts.users.change(made[0].id, name="Ada L.", role=Role.EDITOR, email="ada@example.org")
    assert (changed.name, changed.role, changed.email) == ("Ada L.", Role.EDITOR, "ada@example.org")
    assert accounts.users.named("ada l.") == changed
    for unknown in ("ada", "user-none", "", "%"):
        with pytest.raises(UnknownUser):
            accounts.users.named(unknown)


def test_two_users_have_no_name_in_common_whatever_its_case_or_form(accounts: Accounts) -> None:
    first = accounts.users.create("Straße", Role.READER)
    for same in ("STRASSE", "straße", " Strasse "):
        with pytest.raises(DuplicateName):
            accounts.users.create(same, Role.READER, UserKind.SERVICE)
    other = accounts.users.create("Other", Role.READER)
    with pytest.raises(DuplicateName):
        accounts.users.change(other.id, name="strasse")
    assert accounts.users.change(first.id, name="STRASSE").name == "STRASSE"


def test_a_user_calls_with_its_groups_by_session_and_by_key(accounts: Accounts) -> None:
    user = accounts.users.create("Ada", Role.EDITOR)
    group = accounts.groups.create("Sales")
    accounts.groups.add(group.id, user.id)
    accounts.groups.add(group.id, user.id)
    principals = frozenset({f"user:{user.id}", f"group:{group.id}"})
    token = session(accounts, user)
    by_session = accounts.sessions.caller_of_session(token)
    came_by = accounts.sessions.session_id(token)
    assert by_session == Caller(came_by, "Ada", Role.EDITOR, owner=f"user:{user.id}", principals=principals)
    limits = KeyLimits(frozenset({"chat"}), frozenset({"vs_1"}), frozenset())
    key, secret = accounts.keys.create_key("script", Role.READER, user_id=user.id, limits=limits)
    by_key = accounts.keys.caller_of_key(secret)
    assert (by_key.key_id, by_key.owner, by_key.principals, by_key.role) == (
        key.id,
        f"user:{user.id}",
        principals,
        Role.READER,
    )
    assert KeyLimits(by_key.scopes, by_key.stores, by_key.models) == limits
    assert accounts.keys.key(key.id).limits == limits
    accounts.groups.drop(group.id, user.id)
    assert accounts.keys.caller_of_key(secret).principals == {f"user:{user.id}"}


@pytest.mark.parametrize(
    ("of_key", "of_user", "common"),
    [
        (Role.ADMIN, Role.READER, Role.READER),
        (Role.READER, Role.ADMIN, Role.READER),
        (Role.EDITOR, Role.EDITOR, Role.EDITOR),
        (Role.ADMIN, Role.AUDITOR, Role.AUDITOR),
        (Role.AUDITOR, Role.ADMIN, Role.AUDITOR),
        (Role.AUDITOR, Role.EDITOR, None),
        (Role.READER, Role.AUDITOR, None),
    ],
)
def test_a_key_may_never_more_than_its_user(
    accounts: Accounts, of_key: Role, of_user: Role, common: Role | None
) -> None:
    user = accounts.users.create("Ada", Role.ADMIN)
    _, secret = accounts.keys.create_key("k", of_key, user_id=user.id)
    accounts.users.change(user.id, role=of_user)
    if common is None:
        with pytest.raises(WrongApiKey):
            accounts.keys.caller_of_key(secret)
    else:
        assert accounts.keys.caller_of_key(secret).role == common


def test_a_disabled_user_is_out_and_its_keys_come_back_with_it(accounts: Accounts) -> None:
    user = accounts.users.create("Ada", Role.EDITOR)
    key, secret = accounts.keys.create_key("k", Role.EDITOR, user_id=user.id)
    tokens = [session(accounts, user), accounts.sessions.open_session("key", Device(), key_id=key.id)]
    link, password_link = accounts.sessions.create_link(key.id), accounts.sessions.create_password_link(user.id)
    accounts.users.set_password(user.id, "a hash", sign_out=False)
    assert accounts.users.password_of("ADA") == (accounts.users.user(user.id), "a hash")
    disabled = accounts.users.change(user.id, disabled=True)
    assert accounts.users.change(user.id, disabled=True).disabled_at == disabled.disabled_at is not None
    for token in tokens:
        with pytest.raises(WrongApiKey):
            accounts.sessions.caller_of_session(token)
    with pytest.raises(WrongApiKey):
        accounts.keys.caller_of_key(secret)
    with pytest.raises(SpentLink):
        accounts.sessions.spend_link(link)
    with pytest.raises(SpentLink):
        accounts.sessions.spend_password_link(password_link)
    assert accounts.users.password_of("Ada") is None
    with pytest.raises(WrongApiKey):
        accounts.keys.caller_now(f"user:{user.id}", "session-1")
    assert accounts.users.change(user.id, disabled=False).disabled_at is None
    assert accounts.keys.caller_of_key(secret).name == "Ada"
    with pytest.raises(WrongApiKey):
        accounts.sessions.caller_of_session(tokens[0])


def test_a_removed_user_leaves_no_way_in(accounts: Accounts) -> None:
    user = accounts.users.create("Ada", Role.EDITOR)
    group = accounts.groups.create("Sales")
    accounts.groups.add(group.id, user.id)
    key, secret = accounts.keys.create_key("k", Role.EDITOR, user_id=user.id)
    token = session(accounts, user)
    accounts.users.remove(user.id)
    with pytest.raises(WrongApiKey):
        accounts.keys.caller_of_key(secret)
    with pytest.raises(WrongApiKey):
        accounts.sessions.caller_of_session(token)
    with pytest.raises(UnknownKey):
        accounts.keys.key(key.id)
    assert accounts.groups.group(group.id).members == 0
    for lost in (
        lambda: accounts.users.user(user.id),
        lambda: accounts.users.remove(user.id),
        lambda: accounts.users.change(user.id, name="x"),
        lambda: accounts.users.set_password(user.id, "h"),
        lambda: accounts.sessions.create_password_link(user.id),
        lambda: accounts.keys.create_key("k", Role.READER, user_id=user.id),
    ):
        with pytest.raises(UnknownUser):
            lost()


def test_work_that_goes_on_alone_has_the_rights_of_now(accounts: Accounts, clock: Clock) -> None:
    user = accounts.users.create("Ada", Role.EDITOR)
    key, _ = accounts.keys.create_key("k", Role.EDITOR, int(clock.now) + 10, user.id, KeyLimits(frozenset({"chat"})))
    nobodys, _ = accounts.keys.create_key("n", Role.READER)
    owner = f"user:{user.id}"
    assert accounts.keys.caller_now(owner, key.id).scopes == frozenset({"chat"})
    assert accounts.keys.caller_now(owner, "session-ended").role == Role.EDITOR
    assert accounts.keys.caller_now(f"key:{nobodys.id}", nobodys.id).owner == f"key:{nobodys.id}"
    accounts.users.change(user.id, role=Role.READER)
    assert accounts.keys.caller_now(owner, key.id).role == Role.READER
    for other in (
        ("user:other", key.id),
        (owner, nobodys.id),
        ("key:none", "key-none"),
        ("user:none", "token"),
        ("", ""),
    ):
        with pytest.raises(WrongApiKey):
            accounts.keys.caller_now(*other)
    clock.now += 10
    with pytest.raises(ExpiredApiKey):
        accounts.keys.caller_now(owner, key.id)


def test_a_rotated_key_has_two_secrets_until_the_overlap_is_over(accounts: Accounts, clock: Clock) -> None:
    made, first = accounts.keys.create_key("k", Role.READER)
    rotated, second = accounts.keys.rotate_key(made.id, 100)
    assert (rotated.overlap_until, rotated.prefix) == (int(clock.now) + 100, second[:11])
    assert accounts.keys.caller_of_key(first) == accounts.keys.caller_of_key(second)
    clock.now += 99
    accounts.keys.caller_of_key(first)
    clock.now += 1
    with pytest.raises(WrongApiKey):
        accounts.keys.caller_of_key(first)
    _, third = accounts.keys.rotate_key(made.id, 0)
    with pytest.raises(WrongApiKey):
        accounts.keys.caller_of_key(second)
    assert accounts.keys.caller_of_key(third).key_id == made.id
    accounts.keys.rotate_key(made.id, 100)
    accounts.keys.revoke_key(made.id)
    with pytest.raises(WrongApiKey):
        accounts.keys.caller_of_key(third)
    with pytest.raises(UnknownKey):
        accounts.keys.rotate_key(made.id, 100)


def test_keys_are_listed_by_whose_they_are(accounts: Accounts) -> None:
    user = accounts.users.create("Ada", Role.EDITOR)
    nobodys, _ = accounts.keys.create_key("n", Role.READER)
    mine, _ = accounts.keys.create_key("m", Role.READER, user_id=user.id)
    assert accounts.keys.list_keys() == [nobodys, mine]
    assert accounts.keys.list_keys(f"user:{user.id}") == [mine]
    assert accounts.keys.list_keys(f"key:{nobodys.id}") == [nobodys]
    assert accounts.keys.list_keys("user:none") == accounts.keys.list_keys("") == []


def test_a_session_ends_when_nobody_uses_it(accounts: Accounts, clock: Clock) -> None:
    token = session(accounts, accounts.users.create("Ada", Role.READER))
    for _ in range(3):
        clock.now += 120 * 60 - 1
        accounts.sessions.caller_of_session(token)
    clock.now += 120 * 60
    with pytest.raises(WrongApiKey):
        accounts.sessions.caller_of_session(token)


def test_a_user_sees_and_ends_its_own_sessions_and_no_others(accounts: Accounts, clock: Clock) -> None:
    ada, eve = (accounts.users.create(name, Role.READER) for name in ("Ada", "Eve"))
    key, _ = accounts.keys.create_key("k", Role.READER, user_id=ada.id)
    first = session(accounts, ada)
    clock.now += 1
    accounts.sessions.open_session("key", Device(), key_id=key.id)
    session(accounts, eve)
    found = accounts.sessions.sessions_of(f"user:{ada.id}")
    assert [one.via for one in found] == ["key", "password"]
    assert (found[1].address, found[1].agent, found[1].id) == (
        "192.0.2.1",
        "Browser",
        accounts.sessions.session_id(first),
    )
    assert first not in str(found)
    with pytest.raises(UnknownSession):
        accounts.sessions.end(f"user:{eve.id}", found[0].id)
    for one in found:
        accounts.sessions.end(f"user:{ada.id}", one.id)
    assert accounts.sessions.sessions_of(f"user:{ada.id}") == []
    assert len(accounts.sessions.sessions_of(f"user:{eve.id}")) == 1


def test_a_password_link_is_for_one_password_within_a_day(accounts: Accounts, clock: Clock) -> None:
    user = accounts.users.create("Ada", Role.READER)
    superseded, link = (accounts.sessions.create_password_link(user.id) for _ in range(2))
    clock.now += 24 * 3600 - 1
    assert accounts.sessions.user_of_password_link(link) == user.id
    assert accounts.sessions.spend_password_link(link) == user.id
    late = accounts.sessions.create_password_link(user.id)
    clock.now += 24 * 3600
    key, _ = accounts.keys.create_key("k", Role.READER)
    signs_in = accounts.sessions.create_link(key.id)
    for spent in (superseded, link, late, signs_in, ""):
        with pytest.raises(SpentLink):
            accounts.sessions.user_of_password_link(spent)
        with pytest.raises(SpentLink):
            accounts.sessions.spend_password_link(spent)
    with pytest.raises(SpentLink):
        accounts.sessions.spend_link(accounts.sessions.create_password_link(user.id))
    assert accounts.sessions.caller_of_session(accounts.sessions.spend_link(signs_in)).key_id == key.id


def test_a_new_password_signs_out_everywhere(accounts: Accounts) -> None:
    user = accounts.users.create("Ada", Role.READER)
    token = session(accounts, user)
    accounts.users.set_password(user.id, "rehashed", sign_out=False)
    accounts.sessions.caller_of_session(token)
    accounts.users.set_password(user.id, "another")
    with pytest.raises(WrongApiKey):
        accounts.sessions.caller_of_session(token)


def test_an_issuers_user_is_made_once_and_follows_what_it_says(accounts: Accounts) -> None:
    local = accounts.groups.create("staff")
    first = accounts.users.admit(claimed(groups={"staff", "Sales"}), Role.READER, keep_role=False)
    assert (first.issuer, first.subject, first.email, first.has_password) == (ISSUER, "1", "1@example.org", False)
    assert group_names(accounts, first) == {"staff", "Sales"}
    assert accounts.groups.group(local.id).members == 0  # of the same name, but not the issuer's
    accounts.groups.add(local.id, first.id)
    again = accounts.users.admit(claimed(name="Ada L.", groups={"sales"}), Role.EDITOR, keep_role=False)
    assert (again.id, again.name, again.role) == (first.id, "Ada L.", Role.EDITOR)
    assert [group.issuer for group in accounts.groups.groups(Page(order="asc"), first.id)] == ["", ISSUER]
    kept = accounts.users.admit(claimed(), Role.READER, keep_role=True)
    assert (kept.role, len(group_names(accounts, kept))) == (Role.EDITOR, 2)
    accounts.users.admit(claimed(groups=set()), Role.READER, keep_role=False)
    assert [group.id for group in accounts.groups.groups(Page(), first.id)] == [local.id]
    accounts.users.change(first.id, disabled=True)
    refused = accounts.users.admit(claimed(name="Back again", groups={"staff"}), Role.ADMIN, keep_role=False)
    assert (refused.disabled_at is not None, refused.name, refused.role) == (True, "Ada", Role.READER)


def test_an_issuers_names_never_lead_to_anothers_account(accounts: Accounts) -> None:
    ada = accounts.users.create("Ada", Role.ADMIN)
    ids = {ada.id}
    for subject in ("1", "2", "3"):
        for _ in range(2):
            user = accounts.users.admit(claimed(subject, "ADA"), Role.READER, keep_role=False)
            assert user.name != "ADA"
        ids.add(user.id)
    assert len(ids) == 4
    assert accounts.users.named("ada") == ada


def test_people_who_come_at_once_for_the_first_time_become_one_user(accounts: Accounts) -> None:
    found: list[str] = []

    def admit() -> None:
        found.append(accounts.users.admit(claimed(groups={"a", "b"}), Role.READER, keep_role=False).id)

    threads = [threading.Thread(target=admit) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(found), len(set(found))) == (6, 1)
    assert len(accounts.groups.groups(Page())) == 2


def test_groups_are_named_counted_and_removed(accounts: Accounts) -> None:
    sales = accounts.groups.create("Sales 销售")
    with pytest.raises(DuplicateName):
        accounts.groups.create("sales 销售")
    users = [accounts.users.create(name, Role.READER) for name in "ab"]
    for user in users:
        accounts.groups.add(sales.id, user.id)
    assert accounts.groups.member_ids(sales.id) == [user.id for user in users]
    renamed = accounts.groups.rename(sales.id, "Vertrieb")
    assert (renamed.id, renamed.name, renamed.members) == (sales.id, "Vertrieb", 2)
    with pytest.raises(UnknownUser):
        accounts.groups.add(sales.id, "user-none")
    accounts.groups.drop(sales.id, users[0].id)
    with pytest.raises(UnknownUser):
        accounts.groups.drop(sales.id, users[0].id)
    accounts.groups.remove(sales.id)
    for lost in (
        lambda: accounts.groups.group(sales.id),
        lambda: accounts.groups.rename(sales.id, "x"),
        lambda: accounts.groups.add(sales.id, users[0].id),
        lambda: accounts.groups.member_ids(sales.id),
    ):
        with pytest.raises(UnknownGroup):
            lost()


def test_the_origins_of_good_keys_are_known(accounts: Accounts, clock: Clock) -> None:
    def origins(*names: str) -> KeyLimits:
        return KeyLimits(origins=frozenset(names))

    user = accounts.users.create("Ada", Role.READER)
    accounts.keys.create_key("unlimited", Role.READER)
    accounts.keys.create_key("passing", Role.READER, int(clock.now) + 10, limits=origins("https://c"))
    ended, _ = accounts.keys.create_key("ended", Role.READER, limits=origins("https://d"))
    accounts.keys.create_key("hers", Role.READER, user_id=user.id, limits=origins("https://e"))
    made, secret = accounts.keys.create_key("page", Role.READER, limits=origins("https://a", "https://b"))
    assert made.limits.origins == accounts.keys.caller_of_key(secret).origins == frozenset({"https://a", "https://b"})
    assert accounts.keys.origins() == {f"https://{name}" for name in "abcde"}
    accounts.keys.revoke_key(ended.id)
    accounts.users.change(user.id, disabled=True)
    clock.now += 11
    assert accounts.keys.origins() == {"https://a", "https://b"}
