import pytest

from server.access.vouched import Vouched
from server.adapters.database.engine import Database
from server.adapters.database.identities import SqlIdentities
from server.adapters.database.users import SqlUsers
from server.errors import NotAdmitted, WrongApiKey
from server.model import Claimed, Role
from server.ports import Pending

ISSUER = "https://issuer.example"
ROLES = {"boss": Role.ADMIN, "writers": Role.EDITOR, "watchers": Role.AUDITOR}


class Told:
    """What an issuer would tell of each token."""

    name = "issuer.example"

    def __init__(self) -> None:
        self.tokens: dict[str, Claimed] = {}

    async def verify(self, token: str) -> Claimed:
        return self.tokens[token]

    async def authorization_url(self, back: str, pending: Pending) -> str:
        raise NotImplementedError

    async def redeem(self, code: str, back: str, pending: Pending) -> Claimed:
        raise NotImplementedError

    async def logout_url(self, back: str) -> str | None:
        raise NotImplementedError


def claimed(*groups: str, subject: str = "1") -> Claimed:
    return Claimed(ISSUER, subject, f"Name {subject}", None, frozenset(groups))


def vouched(database: Database, roles: dict[str, Role], role: Role | None, issuer: Told | None = None) -> Vouched:
    return Vouched(issuer or Told(), SqlUsers(database), SqlIdentities(database), roles, role)


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        ({"boss", "writers"}, Role.ADMIN),
        ({"writers", "watchers"}, Role.EDITOR),
        ({"watchers"}, Role.AUDITOR),
        ({"others"}, Role.READER),
        (set(), Role.READER),
        ({"Boss"}, Role.READER),
    ],
)
def test_the_highest_role_of_the_groups_counts(sqlite: Database, groups: set[str], role: Role) -> None:
    assert vouched(sqlite, ROLES, Role.READER).admit(claimed(*groups)).role == role


def test_who_is_in_no_group_that_may_is_kept_out_if_so_set(sqlite: Database) -> None:
    strict = vouched(sqlite, ROLES, None)
    with pytest.raises(NotAdmitted, match="none of your groups"):
        strict.admit(claimed("others"))
    assert SqlUsers(sqlite).password_of("Name 1") is None
    assert strict.admit(claimed("writers")).role == Role.EDITOR
    with pytest.raises(NotAdmitted):
        strict.admit(claimed())


def test_without_roles_of_groups_administrators_set_them(sqlite: Database) -> None:
    plain = vouched(sqlite, {}, Role.READER)
    user = plain.admit(claimed("boss"))
    assert user.role == Role.READER
    SqlUsers(sqlite).change(user.id, role=Role.EDITOR)
    assert plain.admit(claimed("boss")).role == Role.EDITOR


async def test_a_token_is_written_once_a_minute_and_a_disabled_user_seen_at_once(sqlite: Database) -> None:
    told, users = Told(), SqlUsers(sqlite)
    door = vouched(sqlite, ROLES, Role.READER, told)
    told.tokens = {"one": claimed("writers"), "two": claimed("watchers")}
    caller = await door.caller_of_token("one")
    user = users.named("Name 1")
    assert (caller.owner, caller.role, caller.key_id, len(caller.principals)) == (
        f"user:{user.id}",
        Role.EDITOR,
        "token",
        2,
    )
    users.change(user.id, name="Renamed")
    assert (await door.caller_of_token("one")).name == "Renamed"  # not written again yet
    assert (await door.caller_of_token("two")).role == Role.AUDITOR
    users.change(user.id, disabled=True)
    with pytest.raises(WrongApiKey):
        await door.caller_of_token("two")
