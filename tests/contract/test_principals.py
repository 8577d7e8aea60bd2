"""Whom rights can be given to, and users and groups by a part of their names, on both databases."""

import pytest

from server.adapters.database.engine import Database
from server.adapters.database.groups import SqlGroups
from server.adapters.database.identities import SqlIdentities
from server.adapters.database.principals import SqlPrincipals
from server.adapters.database.users import SqlUsers
from server.model import Page, Principal, PrincipalKind, Role

HOSTILE = '<img src=x onerror="alert(1)">'
NOW = 1_800_000_000.0


class House:
    """Some people, groups and keys."""

    def __init__(self, database: Database) -> None:
        self.users, self.groups = SqlUsers(database), SqlGroups(database)
        self.keys = SqlIdentities(database, lambda: NOW)
        self.principals = SqlPrincipals(database, lambda: NOW)
        self.ada = self.users.create("Ada Straße", Role.READER, email="A.Lovelace@example.org")
        self.li = self.users.create("李雷 100%", Role.EDITOR)
        self.away = self.users.create("Adam Away", Role.READER)
        self.users.change(self.away.id, disabled=True)
        self.staff = self.groups.create("Board and Ada")
        self.hostile = self.groups.create(HOSTILE)
        self.groups.add(self.staff.id, self.li.id)
        self.robot, _ = self.keys.create_key("Nightly ADA import", Role.READER)
        self.keys.create_key("ada of a user", Role.READER, user_id=self.ada.id)
        self.past, _ = self.keys.create_key("ada past", Role.READER, expires_at=int(NOW))
        self.gone, _ = self.keys.create_key("ada gone", Role.READER)
        self.keys.revoke_key(self.gone.id)

    def found(self, sought: str, limit: int = 10) -> list[str]:
        return [one.name for one in self.principals.found(sought, limit)]


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


def test_who_can_be_given_rights_is_found_by_a_part_of_the_name(house: House) -> None:
    assert house.found("aDa") == ["Board and Ada", "Ada Straße", "Nightly ADA import"]
    assert house.found("ada", limit=2) == ["Board and Ada", "Ada Straße"]
    users = house.principals.found("ada", 10, [PrincipalKind.USER])
    assert [one.name for one in users] == ["Ada Straße"]
    assert house.found("STRASSE") == ["Ada Straße"]
    assert house.found("李") == house.found("%") == ["李雷 100%"]
    assert house.found("<img") == [HOSTILE]
    assert house.found("lovelace") == house.found("_") == []


def test_who_was_given_rights_is_named_by_id_also_when_it_has_ended(house: House) -> None:
    ids = [f"user:{house.away.id}", f"group:{house.staff.id}", f"key:{house.gone.id}", f"key:{house.past.id}"]
    named = {one.id: one for one in house.principals.named([*ids, "user:none", "group:none", "odd", "key:"])}
    assert named[ids[0]] == Principal(ids[0], PrincipalKind.USER, "Adam Away", ended=True)
    assert named[ids[1]] == Principal(ids[1], PrincipalKind.GROUP, "Board and Ada")
    assert named[ids[2]].ended
    assert named[ids[3]].ended
    assert set(named) == set(ids)


def test_users_and_groups_are_listed_by_a_part_of_the_name_address_or_group(house: House) -> None:
    def users(sought: str = "", group_id: str | None = None, page: Page = Page()) -> list[str]:  # noqa: B008 - frozen
        return [user.name for user in house.users.users(page, sought, group_id)]

    assert users("ADA") == ["Adam Away", "Ada Straße"]
    assert users("ada", page=Page(1, after=house.away.id)) == ["Ada Straße"]
    assert users("lovelace@EXAMPLE") == ["Ada Straße"]
    assert users(group_id=house.staff.id) == ["李雷 100%"]
    assert users("ada", house.staff.id) == []
    assert [group.name for group in house.groups.groups(Page(), sought="BOARD")] == ["Board and Ada"]
    assert house.groups.groups(Page(), house.ada.id, "board") == []
