from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse

from server.access.auth import Gate
from server.access.callers import SESSION_COOKIE, Callers
from server.access.key_routes import ApiKeys, api_key_routes
from server.access.principal_routes import principal_routes
from server.access.wire import ApiKeyRequest
from server.adapters.database.engine import Database
from server.adapters.database.groups import SqlGroups
from server.adapters.database.identities import SqlIdentities
from server.adapters.database.principals import SqlPrincipals
from server.adapters.database.rights import SqlRights
from server.adapters.database.sessions import SqlSessions
from server.adapters.database.users import SqlUsers
from server.errors import Forbidden, LecternError, UnknownKey
from server.model import Caller, KeyLimits, Role
from server.ports import Accounts

PORTAL = {"X-Lectern-Portal": "1"}


class Desk:
    """A small server behind the gate, and a client of it."""

    def __init__(self, database: Database, seconds: float = 5.0) -> None:
        self.identities = SqlIdentities(database)
        self.sessions = SqlSessions(database)
        self.users = SqlUsers(database)
        self.accounts = Accounts(self.identities, self.sessions, self.users, SqlGroups(database))
        self.gate = Gate(Callers(self.identities, self.sessions, seconds=seconds), SqlRights(database))
        app = FastAPI()
        app.include_router(api_key_routes(self.accounts, self.gate))
        app.include_router(principal_routes(SqlPrincipals(database), self.gate))

        @app.exception_handler(LecternError)
        async def render(_: Request, error: LecternError) -> JSONResponse:
            return JSONResponse({"code": error.code, "param": error.param}, error.status)

        @app.api_route("/who", methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
        async def who(caller: Annotated[Caller, Depends(self.gate.caller)], request: Request) -> str:
            assert request.state.caller == caller
            return caller.name

        for role in Role:
            app.get(f"/{role}", dependencies=[Depends(self.gate.needs(role))])(lambda: "in")
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://lectern")

    def key(self, role: Role = Role.ADMIN, **more: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.identities.create_key(role, role, **more)[1]}"}

    def cookie(self, role: Role = Role.ADMIN) -> dict[str, str]:
        made, _ = self.identities.create_key(role, role)
        session = self.sessions.spend_link(self.sessions.create_link(made.id))
        return {"Cookie": f"{SESSION_COOKIE}={session}"}

    async def ask(
        self, path: str, headers: dict[str, str], method: str = "GET", json: object = None
    ) -> tuple[int, Any]:
        answer = await self.client.request(method, path, headers=headers, json=json)
        body: Any = answer.json()
        return answer.status_code, body["code"] if answer.is_error and "code" in body else body


@pytest.fixture
async def desk(sqlite: Database) -> AsyncIterator[Desk]:
    desk = Desk(sqlite)
    async with desk.client:
        yield desk


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": ""}, {"Authorization": "Bearer"}, {"Authorization": "Bearer  "},
     {"Authorization": "Basic a:b"}, {"Cookie": "other=1"}, {"Cookie": f"{SESSION_COOKIE}="}],
)  # fmt: skip
async def test_without_a_key_nobody_comes_in(desk: Desk, headers: dict[str, str]) -> None:
    assert await desk.ask("/who", headers) == (401, "missing_api_key")


@pytest.mark.parametrize("headers", [{"Authorization": "Bearer lk-no"}, {"Cookie": f"{SESSION_COOKIE}=no"}])
async def test_an_unknown_key_or_session_is_refused(desk: Desk, headers: dict[str, str]) -> None:
    assert await desk.ask("/who", headers) == (401, "invalid_api_key")


async def test_a_key_lets_in_whatever_the_method_and_the_case_of_the_scheme(desk: Desk) -> None:
    key = desk.key(Role.READER)
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        assert await desk.ask("/who", key, method) == (200, "reader")
    assert await desk.ask("/who", {"authorization": key["Authorization"].replace("Bearer", "bearer")}) == (
        200,
        "reader",
    )


async def test_a_key_cannot_be_used_as_session_nor_a_session_as_key(desk: Desk) -> None:
    key, cookie = desk.key()["Authorization"].split()[1], desk.cookie()["Cookie"].split("=")[1]
    for _ in range(2):
        assert (await desk.ask("/who", {"Cookie": f"{SESSION_COOKIE}={key}"}))[0] == 401
        assert (await desk.ask("/who", {"Authorization": f"Bearer {cookie}"}))[0] == 401
        assert (await desk.ask("/who", {"Cookie": f"{SESSION_COOKIE}={cookie}"}))[0] == 200
        assert (await desk.ask("/who", {"Authorization": f"Bearer {key}"}))[0] == 200


async def test_a_wrong_key_is_not_made_good_by_a_session(desk: Desk) -> None:
    assert await desk.ask("/who", {**desk.cookie(), "Authorization": "Bearer lk-no"}) == (401, "invalid_api_key")


async def test_a_browser_must_show_that_the_portal_asks_before_it_changes_anything(desk: Desk) -> None:
    cookie = desk.cookie(Role.EDITOR)
    assert await desk.ask("/who", cookie) == (200, "editor")
    assert (await desk.client.head("/who", headers=cookie)).status_code == 200
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert await desk.ask("/who", cookie, method) == (403, "cross_site_request")
        assert await desk.ask("/who", {**cookie, "X-Lectern-Portal": "0"}, method) == (403, "cross_site_request")
        assert await desk.ask("/who", cookie | PORTAL, method) == (200, "editor")


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_opens_its_own_doors_and_those_below(desk: Desk, role: Role) -> None:
    key = desk.key(role)
    for needed in Role:
        answer = await desk.ask(f"/{needed}", key)
        assert answer == ((200, "in") if role.covers(needed) else (403, "forbidden"))


async def test_an_expired_key_is_told_so(desk: Desk) -> None:
    assert await desk.ask("/who", desk.key(expires_at=1)) == (401, "expired_api_key")


async def test_callers_are_remembered_until_a_key_is_revoked(desk: Desk) -> None:
    admin, other = desk.key(), desk.key(Role.READER)
    assert (await desk.ask("/who", other))[0] == 200
    key_id = desk.identities.list_keys()[1].id
    status, revoked = await desk.ask(f"/v1/api_keys/{key_id}", admin, "DELETE")
    assert (status, revoked["id"]) == (200, key_id)
    assert revoked["revoked_at"] is not None
    assert await desk.ask("/who", other) == (401, "invalid_api_key")


async def test_what_another_process_revoked_is_seen_when_the_memory_is_over(sqlite: Database) -> None:
    for seconds, status in ((3600.0, 200), (0.0, 401)):
        desk = Desk(sqlite, seconds)
        async with desk.client:
            key = desk.key(Role.READER)
            await desk.ask("/who", key)
            desk.identities.revoke_key(desk.identities.list_keys()[-1].id)
            assert (await desk.ask("/who", key))[0] == status
            desk.gate.forget()
            assert (await desk.ask("/who", key))[0] == 401


async def test_a_key_is_shown_once_when_it_is_made(desk: Desk) -> None:
    admin = desk.key()
    status, made = await desk.ask("/v1/api_keys", admin, "POST", {"name": "CI", "role": "editor", "expires_in_days": 2})
    assert status == 200
    assert made["object"] == "api_key"
    assert made["key"].startswith(made["prefix"])
    assert 2 * 86400 - 60 < made["expires_at"] - made["created_at"] <= 2 * 86400 + 60
    assert await desk.ask("/who", {"Authorization": f"Bearer {made['key']}"}) == (200, "CI")
    _, listed = await desk.ask("/v1/api_keys", admin)
    assert listed["object"] == "list"
    assert [key["name"] for key in listed["data"]] == ["admin", "CI"]
    assert made["key"] not in str(listed)


@pytest.mark.parametrize(
    "body",
    [{}, {"name": ""}, {"name": "a\0b"}, {"name": "x" * 201}, {"name": "a", "role": "king"}, {"name": "a", "more": 1},
     {"name": "a", "expires_in_days": 0}, {"name": "a", "expires_in_days": 1e300}, {"name": "a", "expires_at": 2**40}],
)  # fmt: skip
async def test_a_key_request_that_cannot_be_used_is_refused(desk: Desk, body: dict[str, object]) -> None:
    assert (await desk.ask("/v1/api_keys", desk.key(), "POST", body))[0] == 422
    assert len(desk.identities.list_keys()) == 1


@pytest.mark.parametrize("expiry", [{"expires_at": 1000}, {"expires_at": 2_000_000_000, "expires_in_days": 1}])
async def test_an_expiry_that_is_past_or_given_twice_is_refused(desk: Desk, expiry: dict[str, int]) -> None:
    assert await desk.ask("/v1/api_keys", desk.key(), "POST", {"name": "a", **expiry}) == (400, "invalid_request")


async def test_who_is_no_administrator_sees_its_own_key_and_makes_none(desk: Desk) -> None:
    desk.key()
    editor = desk.key(Role.EDITOR)
    status, listed = await desk.ask("/v1/api_keys", editor)
    assert (status, [key["name"] for key in listed["data"]]) == (200, ["editor"])
    assert await desk.ask("/v1/api_keys", editor, "POST", {"name": "a"}) == (403, "forbidden")
    other = desk.identities.list_keys()[0].id
    assert await desk.ask(f"/v1/api_keys/{other}", editor, "DELETE") == (404, "api_key_not_found")
    assert await desk.ask(f"/v1/api_keys/{other}/rotate", editor, "POST", {}) == (404, "api_key_not_found")
    for method, path in (("GET", ""), ("POST", ""), ("DELETE", "/key-1")):
        assert await desk.ask("/v1/api_keys" + path, {}, method, {"name": "a"}) == (401, "missing_api_key")


async def test_an_administrators_key_that_is_limited_to_models_sees_only_itself(desk: Desk) -> None:
    desk.key()
    limited = desk.key(Role.ADMIN, limits=KeyLimits(models=frozenset({"small"})))
    assert len((await desk.ask("/v1/api_keys", limited))[1]["data"]) == 1


async def test_a_weak_key_of_a_user_gets_at_no_other_key_of_the_user(desk: Desk) -> None:
    ada = desk.users.create("Ada", Role.ADMIN).id
    weak = desk.key(Role.READER, user_id=ada)
    strong = desk.identities.create_key("strong", Role.ADMIN, user_id=ada)[0].id
    for method, path in (("POST", f"/v1/api_keys/{strong}/rotate"), ("DELETE", f"/v1/api_keys/{strong}")):
        assert await desk.ask(path, weak, method, {}) == (404, "api_key_not_found")
    own = next(one["id"] for one in (await desk.ask("/v1/api_keys", weak))[1]["data"] if one["id"] != strong)
    assert (await desk.ask(f"/v1/api_keys/{own}", weak, "DELETE"))[0] == 200


async def test_only_who_signed_in_makes_lasting_keys_and_sees_to_others_of_its_own(desk: Desk) -> None:
    bob = desk.users.create("Bob", Role.EDITOR).id
    other = desk.identities.create_key("other", Role.READER, user_id=bob)[0].id
    keys = ApiKeys(desk.accounts)
    by_token = desk.identities.caller_now(f"user:{bob}", "token")
    with pytest.raises(Forbidden):
        keys.create(by_token, ApiKeyRequest(name="lasting"))
    for ask in (lambda: keys.rotate(by_token, other, 0), lambda: keys.revoke(by_token, other)):
        with pytest.raises(UnknownKey):
            ask()
    signed_in = desk.identities.caller_now(f"user:{bob}", "session-1")
    assert keys.create(signed_in, ApiKeyRequest(name="lasting"))[0].user_id == bob
    assert keys.revoke(signed_in, other).revoked_at is not None


async def test_revoking_an_unknown_key_names_it(desk: Desk) -> None:
    assert await desk.ask("/v1/api_keys/key-none", desk.key(), "DELETE") == (404, "api_key_not_found")


async def test_uses_do_not_ask_the_database_each_time(sqlite: Database, tmp_path: Path) -> None:
    desk = Desk(sqlite, 3600)
    async with desk.client:
        key = desk.key()
        await desk.ask("/who", key)
        sqlite.close()
        (tmp_path / "data" / "lectern.db").unlink()
        assert await desk.ask("/who", key) == (200, "admin")


PAGE = KeyLimits(frozenset({"chat", "search"}), frozenset({"vs_1"}), None, frozenset({"https://wiki.example"}))


async def test_a_key_for_web_pages_works_on_these_alone(desk: Desk) -> None:
    key = desk.key(Role.READER, limits=PAGE)
    assert await desk.ask("/who", key | {"Origin": "https://wiki.example"}) == (200, "reader")
    for origin in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "https://wiki.example/"}):
        assert await desk.ask("/who", key | origin) == (403, "wrong_origin")


async def test_a_key_for_web_pages_opens_nothing_but_asking(desk: Desk) -> None:
    headers = desk.key(Role.READER, limits=PAGE) | {"Origin": "https://wiki.example"}
    assert await desk.ask("/reader", headers) == (403, "out_of_scope")
    assert await desk.ask("/v1/api_keys", headers) == (403, "out_of_scope")


@pytest.mark.parametrize(
    "wanted",
    [
        {"scopes": None}, {"scopes": ["chat", "files.read"]}, {"role": "editor"}, {"role": "auditor"}, {"stores": None},
        {"origins": ["https://*.example"]}, {"origins": ["*"]}, {"origins": ["https://wiki.example", "wiki"]},
    ],
)  # fmt: skip
async def test_a_key_for_web_pages_is_made_only_if_whoever_reads_it_may_have_it(
    desk: Desk, wanted: dict[str, Any]
) -> None:
    good = {"name": "wiki", "scopes": ["chat"], "stores": ["vs_1"], "origins": ["https://WIKI.example:443/"]}
    status, made = await desk.ask("/v1/api_keys", desk.key(), "POST", good)
    assert (status, made["origins"], made["role"]) == (200, ["https://wiki.example"], "reader")
    answer = await desk.client.post("/v1/api_keys", headers=desk.key(), json=good | wanted)
    assert (answer.status_code, answer.json()["param"]) == (400, "origins")


async def test_keys_are_listed_by_page_by_name_and_those_that_work(desk: Desk) -> None:
    admin = desk.key()
    names = ["First <b>", "second Ｗｉｄｅ", "third"]
    ids = [desk.identities.create_key(name, Role.READER)[0].id for name in names]
    desk.identities.revoke_key(ids[2])

    async def listed(query: str) -> tuple[list[str], bool]:
        told = (await desk.client.get(f"/v1/api_keys?{query}", headers=admin)).json()
        return [key["name"] for key in told["data"]], told["has_more"]

    assert await listed("") == (["admin", *names], False)
    assert await listed("limit=2&order=desc") == (["third", "second Ｗｉｄｅ"], True)
    assert await listed(f"limit=2&order=desc&after={ids[1]}") == (["First <b>", "admin"], False)
    assert await listed(f"limit=1&before={ids[2]}") == (["second Ｗｉｄｅ"], True)
    assert await listed("q=WIDE") == (["second Ｗｉｄｅ"], False)
    assert await listed("good=true&order=desc") == (["second Ｗｉｄｅ", "First <b>", "admin"], False)
    assert await listed("user_id=none") == ([], False)
    assert (await desk.client.get("/v1/api_keys?after=none", headers=admin)).status_code == 400


@pytest.mark.parametrize("limits", [{"stores": frozenset({"vs_1"})}, {"models": frozenset({"lectern"})}])
@pytest.mark.parametrize("role", [Role.EDITOR, Role.ADMIN])
async def test_a_key_for_some_stores_or_models_does_not_learn_who_else_there_is(
    desk: Desk, role: Role, limits: dict[str, frozenset[str]]
) -> None:
    narrow = desk.key(role, limits=KeyLimits(**limits))
    for asked in ("q=i", "id=user:1"):
        assert await desk.ask(f"/v1/principals?{asked}", narrow) == (403, "out_of_scope")
    status, found = await desk.ask("/v1/principals?q=i", desk.key(role))
    assert (status, bool(found["data"])) == (200, True)
