"""Who may do what, by the rows of both databases. Each test asks the lists, too: what a list shows and what a single
question admits must be the same."""

import dataclasses
from collections.abc import Callable, Iterable

import pytest
import sqlalchemy as sa

from server.adapters.database.access_lists import SqlAccessLists
from server.adapters.database.catalog import SqlCatalog
from server.adapters.database.engine import Database
from server.adapters.database.file_lists import SqlFileLists
from server.adapters.database.file_names import SqlFileNames
from server.adapters.database.rights import SqlRights
from server.adapters.database.schema import file_grants, files, store_grants, vector_stores
from server.errors import Forbidden, InvalidRequest, LecternError, UnknownFile, UnknownStore
from server.model import (
    LECTERN,
    Caller,
    FileAccess,
    FileRecord,
    FileSort,
    FileStatus,
    FilesWanted,
    Page,
    Role,
    StoreAccess,
    StoreFile,
    StoreRecord,
)

ALL = Page(100, "asc")


def caller(role: Role = Role.READER, owner: str = "user:me", *more: str, stores: Iterable[str] | None = None) -> Caller:
    limit = None if stores is None else frozenset(stores)
    return Caller("key-1", "me", role, owner=owner, principals=frozenset({owner, *more}), stores=limit)


class House:
    """Stores and files, and what callers may do with them."""

    def __init__(self, database: Database) -> None:
        self.catalog, self.rights = SqlCatalog(database), SqlRights(database)
        self.lists, self.names = SqlAccessLists(database), SqlFileNames(database)
        self.listed = SqlFileLists(database)

    def store(self, name: str, owner: str | None = None, *, shared: bool = False, **grants: Role) -> None:
        named = {principal.replace("_", ":"): role for principal, role in grants.items()}
        record = StoreRecord(f"vs-{name}", name, 100, 100, 384, "minilm", owner=owner, shared=shared)
        self.catalog.add_store(record, named)

    def file(self, name: str, *stores: str, owner: str | None = None) -> None:
        self.catalog.add_file(FileRecord(f"file-{name}", f"{name}.pdf", 1, "assistants", "0" * 64, 100, owner=owner))
        for store in stores:
            self.catalog.attach(StoreFile(f"vs-{store}", f"file-{name}", FileStatus.COMPLETED, 200, usage_bytes=10))

    def restrict(self, name: str, *principals: str) -> None:
        self.lists.set_file(f"file-{name}", FileAccess(None, True, frozenset(principals)))

    def role(self, who: Caller, store: str) -> str:
        """What the caller is in the store, by single questions and by the list."""
        found = _largest(lambda role: self.rights.in_store(who, f"vs-{store}", role))
        listed = f"vs-{store}" in {one.id for one in self.catalog.stores(ALL, who)}
        named = self.catalog.store_by_name(store, who)
        assert listed == (named is not None) == (found != "none")
        assert str(self.rights.roles(who, [f"vs-{store}"]).get(f"vs-{store}", "none")) == found
        return found

    def of_file(self, who: Caller, name: str) -> str:
        """What the caller is for the file, by single questions, by the list, and by those of the stores."""
        found = _largest(lambda role: self.rights.of_file(who, f"file-{name}", role))
        listed = f"file-{name}" in {one.id for one in self.catalog.files(None, ALL, who)}
        assert listed == (found != "none")
        return found

    def in_store(self, who: Caller, store: str) -> str:
        """The files of a store that the caller may read: by the search filter, the list and the count."""
        shown = {entry.file_id for entry in self.catalog.store_files(f"vs-{store}", None, ALL, who)}
        everything = {entry.file_id for entry in self.catalog.all_store_files(f"vs-{store}")}
        readable = self.rights.readable(who, f"vs-{store}")
        assert (everything if readable is None else everything & readable) == shown
        counts = self.catalog.file_counts([f"vs-{store}"], who)[f"vs-{store}"]
        assert (counts["completed"], counts["usage_bytes"]) == (len(shown), 10 * len(shown))
        everywhere = FilesWanted(sort=FileSort.FILENAME)
        assert {one.file_id for one in self.listed.page(f"vs-{store}", everywhere, ALL, who)} == shown
        assert self.listed.counts(f"vs-{store}", everywhere, who)["total"] == len(shown)
        reads = f"vs-{store}" in {one.id for one in self.catalog.stores(ALL, who)}
        named = {one.file_id for one in self.names.named(".pdf", who, 100) if one.store_id == f"vs-{store}"}
        assert named == (shown if reads else set())
        return "".join(sorted(file_id.removeprefix("file-") for file_id in shown))


def _largest(ask: Callable[[Role], None]) -> str:
    found = "none"
    for role in (Role.READER, Role.EDITOR, Role.ADMIN):
        try:
            ask(role)
        except Forbidden:
            assert found != "none", "what one may not read does not exist"
        except LecternError:
            assert found == "none"
        else:
            found = str(role)
    return found


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


@pytest.mark.parametrize(
    ("role", "in_shared", "in_private"),
    [(Role.READER, "reader", "none"), (Role.EDITOR, "editor", "none"), (Role.ADMIN, "admin", "admin")],
)
def test_a_shared_store_gives_everybody_their_own_role(
    house: House, role: Role, in_shared: str, in_private: str
) -> None:
    house.store("s", shared=True)
    house.store("p")
    assert house.role(caller(role), "s") == in_shared
    assert house.role(caller(role), "p") == in_private


def test_an_owner_edits_its_store_whatever_its_role(house: House) -> None:
    house.store("s", "user:me")
    assert house.role(caller(Role.READER), "s") == "editor"
    assert house.role(caller(Role.READER, "user:other"), "s") == "none"


def test_of_all_grants_the_largest_counts(house: House) -> None:
    house.store("s", shared=True, group_a=Role.READER, group_b=Role.EDITOR, user_boss=Role.ADMIN)
    assert house.role(caller(Role.READER, "user:me", "group:a"), "s") == "reader"
    assert house.role(caller(Role.READER, "user:me", "group:a", "group:b"), "s") == "editor"
    assert house.role(caller(Role.READER, "user:boss"), "s") == "admin"


def test_a_grant_is_for_exactly_its_principal(house: House) -> None:
    house.store("s", group_a=Role.READER)
    for principal in ("group:A", "group:ab", "user:a", "key:a", "a"):
        assert house.role(caller(Role.EDITOR, "user:me", principal), "s") == "none", principal


def test_a_grant_less_than_the_shared_role_takes_nothing_away(house: House) -> None:
    house.store("s", shared=True, user_me=Role.READER)
    assert house.role(caller(Role.EDITOR), "s") == "editor"


def test_auditors_read_no_document(house: House) -> None:
    house.store("s", "user:me", shared=True, user_me=Role.ADMIN)
    house.file("a", "s", owner="user:me")
    auditor = caller(Role.AUDITOR)
    assert house.role(auditor, "s") == "none"
    assert house.of_file(auditor, "a") == "none"


@pytest.mark.parametrize("role", [Role.READER, Role.EDITOR, Role.ADMIN])
def test_a_key_limited_to_stores_sees_only_those(house: House, role: Role) -> None:
    for name in "st":
        house.store(name, "user:me", shared=True)
        house.file(f"in-{name}", name, owner="user:me")
    house.file("in-both", "s", "t", owner="user:me")
    house.file("nowhere", owner="user:me")
    house.file("foreign", owner="user:other")
    limited = caller(role, stores=["vs-s"])
    assert house.role(limited, "s") != "none"
    assert house.role(limited, "t") == "none"
    assert house.of_file(limited, "in-s") != "none"
    assert house.of_file(limited, "in-t") == "none"
    assert house.of_file(limited, "in-both") == "reader", "it may not change what others of its stores hold"
    assert house.of_file(limited, "nowhere") != "none", "it has just uploaded it"
    assert house.of_file(limited, "foreign") == "none"
    assert house.role(caller(role, stores=[]), "s") == "none"


def test_a_key_that_reads_changes_nothing_that_its_user_owns_or_was_granted(house: House) -> None:
    house.store("mine", "user:me")
    house.store("granted", user_me=Role.EDITOR)
    house.file("owned", "mine", owner="user:me")
    house.file("other", "granted")
    user = caller(Role.EDITOR)
    reading, editing = (dataclasses.replace(user, role=Role.READER, most=most) for most in (Role.READER, Role.EDITOR))
    for who, role, own in ((reading, "reader", "reader"), (editing, "editor", "editor"), (user, "editor", "admin")):
        assert [house.role(who, store) for store in ("mine", "granted")] == [role, role]
        assert [house.of_file(who, file) for file in ("owned", "other")] == [own, role]


def test_a_file_in_no_store_is_its_owners(house: House) -> None:
    house.file("a", owner="user:me")
    house.file("b")
    assert house.of_file(caller(Role.READER), "a") == "admin"
    assert house.of_file(caller(Role.EDITOR, "user:other"), "a") == "none"
    assert house.of_file(caller(Role.EDITOR), "b") == "none"
    assert house.of_file(caller(Role.ADMIN, "user:root"), "b") == "admin"


def test_a_file_is_read_by_those_who_read_a_store_that_holds_it(house: House) -> None:
    house.store("s", group_a=Role.READER)
    house.store("t", group_b=Role.EDITOR)
    house.file("x", "s", "t")
    assert house.of_file(caller(Role.READER, "user:me", "group:a"), "x") == "reader"
    assert house.of_file(caller(Role.READER), "x") == "none"


def test_whoever_changes_a_file_edits_every_store_that_holds_it(house: House) -> None:
    house.store("s", group_a=Role.EDITOR)
    house.store("t", group_b=Role.EDITOR)
    house.file("x", "s")
    house.file("y", "s", "t")
    one, both = caller(Role.READER, "user:me", "group:a"), caller(Role.READER, "user:me", "group:a", "group:b")
    assert [house.of_file(one, name) for name in "xy"] == ["editor", "reader"]
    assert [house.of_file(both, name) for name in "xy"] == ["editor", "editor"]


def test_a_reader_does_not_come_to_change_a_file_by_taking_it_into_an_own_store(house: House) -> None:
    house.store("s", group_a=Role.READER)
    house.file("x", "s")
    reader = caller(Role.READER, "user:me", "group:a")
    with pytest.raises(Forbidden):
        house.rights.of_files(reader, ["file-x"], Role.EDITOR)
    house.store("mine", "user:me")
    house.catalog.attach(StoreFile("vs-mine", "file-x", FileStatus.COMPLETED, 200))
    assert house.of_file(reader, "x") == "reader"


def test_a_list_on_a_file_takes_away_but_not_from_its_owner_and_administrators(house: House) -> None:
    house.store("s", shared=True)
    for name in "abc":
        house.file(name, "s", owner="user:me" if name == "c" else None)
    for name in "bc":
        house.restrict(name, "group:hr")
    assert house.in_store(caller(), "s") == "ac"
    assert house.in_store(caller(Role.EDITOR, "user:other"), "s") == "a"
    assert house.in_store(caller(Role.READER, "user:other", "group:hr"), "s") == "abc"
    assert house.in_store(caller(Role.ADMIN, "user:other"), "s") == "abc"
    assert house.in_store(caller(Role.ADMIN, "user:other", stores=["vs-s"]), "s") == "abc"
    assert house.of_file(caller(Role.EDITOR), "b") == "none"


def test_a_list_on_a_file_gives_nobody_more_than_the_store_does(house: House) -> None:
    house.store("s", group_a=Role.READER)
    house.file("x", "s")
    house.restrict("x", "user:me")
    assert house.of_file(caller(Role.READER), "x") == "none"
    assert house.of_file(caller(Role.READER, "user:me", "group:a"), "x") == "reader"


def test_where_nothing_is_kept_from_a_caller_no_file_is_named(house: House) -> None:
    for name in "st":
        house.store(name, shared=True)
        house.file(f"in-{name}", name)
    house.restrict("in-t", "group:hr")
    assert house.rights.readable(caller(), "vs-s") is None
    assert house.rights.readable(caller(), "vs-t") == frozenset()
    assert house.rights.readable(caller(Role.READER, "user:x", "group:hr"), "vs-t") is None


def test_what_is_changed_counts_at_once(house: House) -> None:
    house.store("s", "user:boss", shared=True)
    house.file("x", "s")
    assert house.role(caller(), "s") == "reader"
    house.lists.set_store("vs-s", StoreAccess(None, False, {}))
    assert (house.role(caller(), "s"), house.of_file(caller(), "x")) == ("none", "none")
    house.lists.set_store("vs-s", StoreAccess(None, False, {"user:me": Role.EDITOR}))
    assert (house.role(caller(), "s"), house.of_file(caller(), "x")) == ("editor", "editor")
    house.restrict("x")
    assert (house.in_store(caller(), "s"), house.of_file(caller(), "x")) == ("", "none")
    house.lists.set_file("file-x", FileAccess(None, False))
    assert house.in_store(caller(), "s") == "x"
    assert house.role(caller(Role.READER, "user:boss"), "s") == "editor", "the owner stays"


def test_lists_come_back_as_they_were_set(house: House) -> None:
    house.store("s", "user:boss")
    house.file("x", owner="key:7")
    access = StoreAccess("user:boss", True, {"group:a": Role.READER, "user:b": Role.ADMIN})
    house.lists.set_store("vs-s", access)
    assert house.lists.of_store("vs-s") == access
    house.restrict("x", "group:hr", "user:b")
    assert house.lists.of_file("file-x") == FileAccess("key:7", True, frozenset({"group:hr", "user:b"}))
    for ask in (house.lists.of_store, lambda name: house.lists.set_store(name, access)):
        with pytest.raises(UnknownStore):
            ask("vs-none")
    for ask_file in (house.lists.of_file, lambda name: house.lists.set_file(name, FileAccess())):
        with pytest.raises(UnknownFile):
            ask_file("file-none")


def test_grants_go_with_what_they_are_for(house: House, database: Database) -> None:
    house.store("s", group_a=Role.READER)
    house.file("x", "s")
    house.restrict("x", "group:a")
    house.catalog.remove_file("file-x")
    house.catalog.remove_store("vs-s")
    with database.read() as connection:
        for table in (file_grants, store_grants):
            assert connection.scalar(sa.select(sa.func.count()).select_from(table)) == 0


def test_forbidden_and_unknown_look_the_same(house: House) -> None:
    house.store("s")
    house.file("x", "s")
    told = {}
    for store, file in (("vs-s", "file-x"), ("vs-n", "file-n")):
        with pytest.raises(UnknownStore) as no_store:
            house.rights.in_store(caller(Role.EDITOR), store, Role.EDITOR)
        with pytest.raises(UnknownFile) as no_file:
            house.rights.of_file(caller(Role.EDITOR), file, Role.EDITOR)
        told[store] = (no_store.value.message.replace(store, ""), no_file.value.message.replace(file, ""))
    assert told["vs-s"] == told["vs-n"]


def test_no_list_goes_on_from_what_the_caller_may_not_read(house: House) -> None:
    house.store("s", shared=True)
    house.store("hidden")
    for name in "abc":
        house.file(name, "s")
    house.restrict("b")
    me = caller()
    assert [file.id for file in house.catalog.files(None, Page(1, "asc", "file-a"), me)] == ["file-c"]
    with pytest.raises(InvalidRequest) as forbidden:
        house.catalog.files(None, Page(1, "asc", "file-b"), me)
    with pytest.raises(InvalidRequest) as unknown:
        house.catalog.files(None, Page(1, "asc", "file-n"), me)
    assert forbidden.value.message.replace("file-b", "") == unknown.value.message.replace("file-n", "")
    for refused in (
        lambda: house.catalog.store_files("vs-s", None, Page(1, "asc", "file-b"), me),
        lambda: house.catalog.stores(Page(1, "asc", "vs-hidden"), me),
    ):
        with pytest.raises(InvalidRequest):
            refused()


def test_a_store_that_the_caller_may_not_read_does_not_stand_before_one_of_the_same_name(
    house: House, database: Database
) -> None:
    house.store("one")
    house.store("two", shared=True)
    with database.begin() as connection:
        connection.execute(sa.update(vector_stores).values(name="Handbuch"))
    found = house.catalog.store_by_name("Handbuch", caller())
    assert found is not None
    assert found.id == "vs-two"
    everything = house.catalog.store_by_name("Handbuch", LECTERN)
    assert everything is not None
    assert everything.id == "vs-one"


def test_many_files_are_asked_for_at_once(house: House, database: Database) -> None:
    house.store("s", shared=True)
    names = [f"file-{number}" for number in range(1200)]
    rows = [
        {"id": name, "filename": "a", "bytes": 1, "purpose": "assistants", "sha256": "0", "created_at": 1,
         "owner": "user:me", "sequence": place} for place, name in enumerate(names)
    ]  # fmt: skip
    with database.begin() as connection:
        connection.execute(sa.insert(files), rows)
    house.rights.of_files(caller(), names, Role.EDITOR)
    with pytest.raises(UnknownFile) as unknown:
        house.rights.of_files(caller(), [*names, "file-none"], Role.EDITOR, param="file_ids")
    assert (unknown.value.param, "file-none" in unknown.value.message) == ("file_ids", True)


def test_some_store_to_edit_is_enough_to_upload(house: House) -> None:
    house.store("s", group_a=Role.EDITOR)
    house.rights.somewhere(caller(Role.EDITOR), Role.EDITOR)
    house.rights.somewhere(caller(Role.READER, "user:me", "group:a"), Role.EDITOR)
    for who in (caller(Role.READER), caller(Role.AUDITOR, "user:me", "group:a")):
        with pytest.raises(Forbidden):
            house.rights.somewhere(who, Role.EDITOR)


@pytest.mark.parametrize("name", ["'; DROP TABLE files; --", "%", "_", "vs-%", "\\", "é", "𝔘"])
def test_names_are_compared_and_never_run(house: House, name: str) -> None:
    house.store("s", group_a=Role.READER)
    hostile = caller(Role.EDITOR, name, name, stores=[name, "vs-s"])
    assert house.role(hostile, "s") == "none"
    with pytest.raises(UnknownStore):
        house.rights.in_store(caller(Role.ADMIN), name, Role.READER)
    assert house.catalog.store_by_name(name, caller(Role.ADMIN)) is None


def test_what_takes_the_place_of_a_restricted_file_is_read_by_the_same(house: House) -> None:
    house.store("s", shared=True)
    house.file("old", "s", owner="user:boss")
    house.restrict("old", "group:hr")
    house.file("new", owner="user:me")
    entry = house.catalog.attach(StoreFile("vs-s", "file-new", FileStatus.IN_PROGRESS, 200, replaces="file-old"))
    for _ in range(2):  # before it is read, and then
        assert house.of_file(caller(Role.EDITOR, "user:other"), "new") == "none"
        assert house.of_file(caller(Role.READER, "user:x", "group:hr"), "new") == "reader"
        assert house.of_file(caller(Role.READER, "user:boss"), "new") == "reader"
        house.catalog.set_outcome(dataclasses.replace(entry, status=FileStatus.COMPLETED, usage_bytes=10))
    assert house.in_store(caller(Role.READER, "user:boss"), "s") == "new"


def test_what_is_restricted_while_it_is_being_replaced_stays_so(house: House) -> None:
    house.store("s", shared=True)
    house.file("old", "s")
    house.file("new", owner="user:me")
    entry = house.catalog.attach(StoreFile("vs-s", "file-new", FileStatus.IN_PROGRESS, 200, replaces="file-old"))
    house.restrict("old", "group:hr")
    house.catalog.set_outcome(dataclasses.replace(entry, status=FileStatus.COMPLETED, usage_bytes=10))
    assert house.in_store(caller(Role.READER, "user:x"), "s") == ""
    assert house.in_store(caller(Role.READER, "user:x", "group:hr"), "s") == "new"


def test_a_list_of_its_own_is_not_widened_by_that_of_the_file_it_replaces(house: House) -> None:
    house.store("s", shared=True)
    house.file("old", "s")
    house.restrict("old", "group:everybody")
    house.file("new")
    house.restrict("new", "user:one")
    house.catalog.attach(StoreFile("vs-s", "file-new", FileStatus.IN_PROGRESS, 200, replaces="file-old"))
    assert house.lists.of_file("file-new").principals == {"user:one"}
