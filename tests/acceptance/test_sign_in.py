"""People and programs come in: by password, by an issuer, by its tokens, by keys of theirs; and are kept out again."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import openai
import pytest

from tests.issuer import RunningIssuer, sign_in
from tests.serving import Serving

PORTAL = {"X-Lectern-Portal": "1"}
SECRET = "correct horse battery staple"


@dataclass
class Box:
    """A Lectern and the issuer it trusts."""

    serving: Serving
    issuer: RunningIssuer

    def browser(self, address: str = "198.51.100.1", **headers: str) -> httpx.Client:
        """A browser at an address: the server takes the test for a proxy it trusts."""
        return httpx.Client(base_url=self.serving.url, headers={**PORTAL, "X-Forwarded-For": address, **headers})

    def admin(self, method: str, path: str, **body: Any) -> dict[str, Any]:
        with self.serving.http() as http:
            answer = http.request(method, path, json=body or None)
            assert answer.is_success, answer.text
            told: dict[str, Any] = answer.json()
            return told

    def user(self, name: str, role: str = "reader", password: str = SECRET) -> dict[str, Any]:
        """A user who has chosen a password."""
        made = self.admin("POST", "/v1/users", name=name, role=role)
        link = self.admin("POST", f"/v1/users/{made['id']}/password_link")["url"]
        with self.browser() as browser:
            body = {"token": link.partition("=")[2], "new": password}
            assert browser.post("/portal/password", json=body).status_code == 204
        return made

    def command(self, *arguments: str, told: str | None = None) -> str:
        """What `lectern` says, as another process on the same data."""
        environment = {"LECTERN_DATA": str(self.serving.data), "PATH": "/usr/bin:/bin"}
        command = [sys.executable, "-m", "server", *arguments]
        run = subprocess.run(command, input=told, env=environment, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
        return run.stdout


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    folder = tmp_path_factory.mktemp("box")
    issuer = RunningIssuer(folder)
    serving = Serving(
        folder / "data",
        trusted_proxies="127.0.0.1",
        oidc_issuer=issuer.url,
        oidc_client_id=issuer.client_id,
        oidc_client_secret=issuer.client_secret,
        oidc_scopes="openid profile email groups",
        oidc_roles="boss=admin,writers=editor",
        oidc_audience="https://lectern.example/api",
    )
    issuer.back = serving.url
    issuer.write(
        ada={"preferred_username": "Ada", "email": "ada@example.org", "groups": ["writers", "all"]},
        eve={"preferred_username": "Eve", "groups": ["all"]},
    )
    issuer.start()
    yield Box(serving.wait(), issuer)
    assert serving.stop() == 0
    issuer.stop()


def by_password(browser: httpx.Client, name: str, password: str = SECRET) -> httpx.Response:
    return browser.post("/portal/sign_in", json={"name": name, "password": password})


def by_issuer(box: Box, browser: httpx.Client, account: str) -> httpx.Response:
    start = browser.get("/portal/oidc/start")
    assert start.status_code == 303, start.text
    return browser.get(sign_in(start.headers["location"], account))


def code_of(answer: httpx.Response) -> str:
    return str(answer.json()["error"]["code"])


def opens(box: Box, key: str) -> bool:
    with box.serving.http(key) as http:
        return http.get("/v1/models").status_code == 200


def until_refused(ask: Any, seconds: float = 5.5) -> None:
    """Waits as long as it may take until a change by another process is seen."""
    ends = time.monotonic() + seconds
    while ask().status_code == 200:
        assert time.monotonic() < ends
        time.sleep(0.1)


def test_a_user_chooses_a_password_by_a_link_and_signs_in(box: Box) -> None:
    user = box.admin("POST", "/v1/users", name="Grace Höpper", role="editor", email="grace@example.org")
    first = box.admin("POST", f"/v1/users/{user['id']}/password_link")["url"]
    token = box.admin("POST", f"/v1/users/{user['id']}/password_link")["url"].partition("#password=")[2]
    with box.browser() as browser:
        for weak in ("short", "x" * 40, "I am GRACE HÖPPER", "my grace is mine"):
            answer = browser.post("/portal/password", json={"token": token, "new": weak})
            assert (answer.status_code, code_of(answer)) == (400, "weak_password"), weak
        superseded = browser.post("/portal/password", json={"token": first.partition("=")[2], "new": SECRET})
        assert code_of(superseded) == "spent_link"
        assert browser.post("/portal/password", json={"token": token, "new": SECRET}).status_code == 204
        assert browser.get("/portal/session").json()["name"] == "Grace Höpper"
        assert code_of(browser.post("/portal/password", json={"token": token, "new": SECRET})) == "spent_link"
    with box.browser() as browser:
        assert by_password(browser, " gRACE ho\u0308pper").status_code == 204
        told = browser.get("/portal/session").json()
        assert (told["role"], told["has_password"]) == ("editor", True)
        assert browser.get("/v1/files").status_code == 200
        assert [one["id"] for one in browser.get("/v1/users").json()["data"]] == [user["id"]]
        assert browser.get(f"/v1/users/{user['id']}").json()["email"] == "grace@example.org"


def test_a_session_is_known_by_a_cookie_that_scripts_and_other_sites_do_not_get(box: Box) -> None:
    box.user("Cookie")
    with box.browser() as browser:
        cookie = by_password(browser, "Cookie").headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert "secure" not in cookie
    with box.browser(**{"X-Forwarded-Proto": "https"}) as browser:
        assert "secure" in by_password(browser, "Cookie").headers["set-cookie"].lower()


def test_other_sites_cannot_use_a_session_nor_open_one(box: Box) -> None:
    box.user("Target", "editor")
    with box.browser() as browser:
        by_password(browser, "Target")
        here = box.serving.url
        for origin in ("https://evil.example", "null", f"{here}.evil.example", here.replace("http", "evil")):
            answer = browser.post("/v1/vector_stores", json={"name": "x"}, headers={"Origin": origin})
            expected = (200, None) if origin.startswith("evil") else (403, "cross_site_request")
            assert (answer.status_code, None if answer.is_success else code_of(answer)) == expected, origin
        assert browser.post("/v1/vector_stores", json={"name": "x"}, headers={"Origin": here}).is_success
        foreign = {"Origin": "https://evil.example"}
        body = {"name": "Target", "password": SECRET}
        assert code_of(browser.post("/portal/sign_in", json=body, headers=foreign)) == "cross_site_request"
        del browser.headers["X-Lectern-Portal"]
        assert code_of(browser.post("/portal/sign_in", json=body)) == "cross_site_request"
        assert code_of(browser.post("/portal/sign_out")) == "cross_site_request"


def test_signing_in_anew_ends_the_former_session_and_signing_out_the_last(box: Box) -> None:
    box.user("Rotate")
    with box.browser() as browser:
        by_password(browser, "Rotate")
        former = browser.cookies["lectern_session"]
        there_are = len(browser.get("/portal/sessions").json()["data"])
        by_password(browser, "Rotate")
        assert browser.cookies["lectern_session"] != former
        assert len(browser.get("/portal/sessions").json()["data"]) == there_are
        last = browser.cookies["lectern_session"]
        assert browser.post("/portal/sign_out").status_code == 204
    for ended in (former, last):
        answer = httpx.get(f"{box.serving.url}/v1/files", cookies={"lectern_session": ended})
        assert answer.status_code == 401


def test_sessions_are_seen_and_ended_from_elsewhere(box: Box) -> None:
    box.user("Roamer")
    with box.browser("203.0.113.9", **{"User-Agent": "Phone"}) as phone, box.browser() as desk, box.browser() as other:
        for browser in (phone, desk):
            by_password(browser, "Roamer")
        found = desk.get("/portal/sessions").json()["data"]
        assert [(one["address"], one["current"]) for one in found if one["agent"] == "Phone"] == [
            ("203.0.113.9", False)
        ]
        session = next(one["id"] for one in found if one["agent"] == "Phone")
        box.user("Stranger")
        by_password(other, "Stranger")
        assert code_of(other.delete(f"/portal/sessions/{session}")) == "session_not_found"
        assert desk.delete(f"/portal/sessions/{session}").status_code == 204
        assert (phone.get("/v1/files").status_code, desk.get("/v1/files").status_code) == (401, 200)


def test_a_changed_password_ends_all_other_sessions(box: Box) -> None:
    box.user("Changer")
    with box.browser() as one, box.browser() as two:
        by_password(one, "Changer")
        by_password(two, "Changer")
        wrong = one.post("/portal/password", json={"current": "wrong", "new": "another good phrase"})
        assert code_of(wrong) == "wrong_credentials"
        changed = one.post("/portal/password", json={"current": SECRET, "new": "another good phrase"})
        assert changed.status_code == 204
        assert (one.get("/v1/files").status_code, two.get("/v1/files").status_code) == (200, 401)
        assert by_password(two, "Changer").status_code == 401
        assert by_password(two, "Changer", "another good phrase").status_code == 204


def test_guessing_is_slowed_down_where_it_comes_from(box: Box) -> None:
    box.user("Locked")
    for name, address in (("Locked", "203.0.113.21"), ("Nobody At All", "203.0.113.22")):
        with box.browser(address) as browser:
            answers = [by_password(browser, name, "wrong guess")]
            while answers[-1].status_code == 401:
                answers.append(by_password(browser, name, "wrong guess"))
            assert {code_of(one) for one in answers[:-1]} == {"wrong_credentials"}
            assert (answers[-1].status_code, code_of(answers[-1])) == (429, "too_many_attempts")
            assert 1 <= int(answers[-1].headers["retry-after"]) <= 900
    with box.browser("203.0.113.23") as browser:  # its user, elsewhere
        assert by_password(browser, "Locked").status_code == 204


def test_an_attempt_that_is_held_back_is_told_alike_whether_or_not_there_is_the_account(box: Box) -> None:
    user = box.user("Held Back")
    address = "203.0.113.24"
    with box.browser(address) as browser:
        while by_password(browser, "Held Back", "wrong guess").status_code != 429:
            pass
    events = [
        event
        for event in box.admin("GET", "/v1/audit?limit=100")["data"]
        if event["source"]["address"] == address and event["outcome"]["status"] == 429
    ]
    assert events
    assert f"user:{user['id']}" not in json.dumps(events)


def test_a_key_of_other_scopes_sees_and_ends_no_session(box: Box) -> None:
    user = box.user("Scoped")
    limits = {"user_id": user["id"], "scopes": ["chat"]}
    key = box.admin("POST", "/v1/api_keys", name="scoped", **limits)["key"]
    with box.browser() as browser:
        by_password(browser, "Scoped")
        here = browser.get("/portal/sessions").json()["data"][0]["id"]
    with box.serving.http(key) as http:
        assert code_of(http.get("/portal/sessions")) == "out_of_scope"
        assert code_of(http.delete(f"/portal/sessions/{here}")) == "out_of_scope"


def test_an_address_that_tries_many_wrong_keys_waits_and_those_beside_it_do_not(box: Box) -> None:
    address = {"X-Forwarded-For": "203.0.113.40"}
    with httpx.Client(base_url=box.serving.url, headers=address) as http:
        good = {"Authorization": f"Bearer {box.serving.key}"}
        assert http.get("/v1/models", headers=good).status_code == 200
        same = [http.get("/v1/models", headers={"Authorization": "Bearer lk-old"}).status_code for _ in range(30)]
        assert set(same) == {401}
        many = [http.get("/v1/models", headers={"Authorization": f"Bearer lk-{n}"}).status_code for n in range(14)]
        assert (many[0], many[-1]) == (401, 429)
        answer = http.post("/portal/sign_in", json={"key": "lk-another"}, headers=PORTAL)
        assert (answer.status_code, code_of(answer)) == (429, "too_many_attempts")
        time.sleep(5.1)  # longer than a caller is remembered
        assert http.get("/v1/models", headers=good).status_code == 200
        assert http.get("/v1/models", headers=good | {"X-Forwarded-For": "203.0.113.41"}).status_code == 200


def test_a_user_makes_keys_that_may_less_and_nobody_elses(box: Box) -> None:
    user = box.user("Keymaker", "editor")
    with box.browser() as browser:
        by_password(browser, "Keymaker")
        too_much = browser.post("/v1/api_keys", json={"name": "k", "role": "admin"})
        assert (too_much.status_code, too_much.json()["error"]["param"]) == (400, "role")
        made = browser.post(
            "/v1/api_keys", json={"name": "k", "role": "editor", "scopes": ["chat", "files.read"]}
        ).json()
        assert (made["user_id"], made["role"]) == (user["id"], "editor")
        assert [one["id"] for one in browser.get("/v1/api_keys").json()["data"]] == [made["id"]]
        assert browser.post("/v1/api_keys", json={"name": "k", "user_id": "user-of-another"}).status_code == 404
        with box.serving.http(made["key"]) as http:
            assert http.get("/v1/models").status_code == 200
            assert code_of(http.post("/v1/vector_stores", json={"name": "x"})) == "out_of_scope"
            assert http.post("/v1/api_keys", json={"name": "more"}).status_code == 403
        whole = browser.post("/v1/api_keys", json={"name": "whole"}).json()
        with box.serving.http(whole["key"]) as http:
            answer = http.post("/v1/api_keys", json={"name": "more"})
            assert (answer.status_code, "sign-in" in answer.text) == (403, True)
        box.admin("POST", f"/v1/users/{user['id']}", role="reader")
        with box.serving.http(whole["key"]) as http:
            assert http.post("/v1/vector_stores", json={"name": "x"}).status_code == 403
        assert browser.delete(f"/v1/api_keys/{whole['id']}").status_code == 200
        assert not opens(box, whole["key"])


def test_a_rotated_key_works_beside_its_former_secret_for_a_while(box: Box) -> None:
    made = box.admin("POST", "/v1/api_keys", name="rotated")
    renewed = box.admin("POST", f"/v1/api_keys/{made['id']}/rotate", overlap_seconds=600)
    assert (renewed["id"], renewed["prefix"] == made["prefix"]) == (made["id"], False)
    assert (opens(box, made["key"]), opens(box, renewed["key"])) == (True, True)
    again = box.admin("POST", f"/v1/api_keys/{made['id']}/rotate", overlap_seconds=0)
    assert (opens(box, made["key"]), opens(box, renewed["key"]), opens(box, again["key"])) == (False, False, True)
    third = json.loads(box.command("keys", "rotate", made["id"], "--overlap", "0", "--json"))["key"]
    assert opens(box, third)


def test_who_is_disabled_is_out_within_five_seconds_and_in_again_when_enabled(box: Box) -> None:
    user = box.user("Leaver")
    key = box.admin("POST", "/v1/api_keys", name="leaver's", user_id=user["id"])["key"]
    with box.browser() as browser, box.serving.http(key) as http:
        by_password(browser, "Leaver")
        assert (browser.get("/v1/files").status_code, http.get("/v1/files").status_code) == (200, 200)
        box.command("users", "disable", "leaver")
        until_refused(lambda: browser.get("/v1/files"))
        until_refused(lambda: http.get("/v1/files"))
        assert code_of(by_password(browser, "Leaver")) == "wrong_credentials"
        box.admin("POST", f"/v1/users/{user['id']}", disabled=False)
        assert browser.get("/v1/files").status_code == 401  # the session has ended for good
        assert http.get("/v1/files").status_code == 200
        assert by_password(browser, "Leaver").status_code == 204
        box.admin("POST", f"/v1/users/{user['id']}", disabled=True)
        assert browser.get("/v1/files").status_code == 401  # at once, by this process
        box.admin("DELETE", f"/v1/users/{user['id']}")
        assert http.get("/v1/files").status_code == 401


def test_a_person_signs_in_with_the_issuer_and_out_of_it(box: Box) -> None:
    with box.browser() as browser:
        assert browser.get("/portal/session").json()["issuer"] == httpx.URL(box.issuer.url).netloc.decode()
        back = by_issuer(box, browser, "ada")
        assert (back.status_code, back.headers["location"]) == (303, "/")
        told = browser.get("/portal/session").json()
        assert (told["name"], told["role"], told["has_password"]) == ("Ada", "editor", False)
        groups = {one["name"] for one in browser.get("/v1/groups").json()["data"]}
        assert groups == {"writers", "all"}
        url = browser.post("/portal/sign_out").json()["url"]
        assert url.startswith(f"{box.issuer.url}/session/end?")
        assert browser.get("/v1/files").status_code == 401


def test_groups_and_role_follow_the_issuer(box: Box) -> None:
    box.issuer.write(mover={"preferred_username": "Mover", "groups": ["boss"]})
    with box.browser() as browser:
        by_issuer(box, browser, "mover")
        assert browser.get("/portal/session").json()["role"] == "admin"
        box.issuer.write(mover={"preferred_username": "Mover", "groups": ["all"]})
        by_issuer(box, browser, "mover")
        assert browser.get("/portal/session").json()["role"] == "reader"
        assert [one["name"] for one in browser.get("/v1/groups").json()["data"]] == ["all"]


def test_a_name_at_the_issuer_does_not_lead_to_another_account(box: Box) -> None:
    box.user("Boss", "admin")
    box.issuer.write(thief={"preferred_username": "BOSS", "groups": []})
    with box.browser() as browser:
        by_issuer(box, browser, "thief")
        told = browser.get("/portal/session").json()
        assert (told["role"], told["name"]) == ("reader", f"BOSS ({httpx.URL(box.issuer.url).netloc.decode()})")
    with box.browser() as browser:
        assert by_password(browser, told["name"], "any").status_code == 401


def test_a_sign_in_that_another_browser_began_is_refused(box: Box) -> None:
    with box.browser() as attacker, box.browser() as victim, box.browser() as bystander:
        back = sign_in(attacker.get("/portal/oidc/start").headers["location"], "eve")
        victim.get("/portal/oidc/start")
        for browser in (victim, bystander):
            refused = browser.get(back)
            assert (refused.status_code, refused.headers["location"]) == (303, "/#failed=sign_in_failed")
            assert browser.get("/portal/session").json()["name"] is None
        assert attacker.get(back.replace("code=", "code=x")).headers["location"] == "/#failed=sign_in_failed"
        assert attacker.get(back).headers["location"] == "/#failed=sign_in_failed"  # it was begun once


def test_access_tokens_of_the_issuer_open_the_api_to_an_unmodified_client(box: Box) -> None:
    token, eves = (box.issuer.access_token(account) for account in ("ada", "eve"))
    with box.serving.client(token) as client:
        assert client.models.list().data
        store = client.vector_stores.create(name="Ada's")  # she edits, by her group
        assert client.vector_stores.retrieve(store.id).name == "Ada's"
    with box.serving.client(eves) as client, pytest.raises(openai.PermissionDeniedError):
        client.vector_stores.create(name="Eve's")
    with box.serving.client(token[:-6] + "AAAAAA") as client, pytest.raises(openai.AuthenticationError) as refused:
        client.models.list()
    assert refused.value.code == "invalid_token"
    user = next(one for one in box.admin("GET", "/v1/users?limit=100")["data"] if one["subject"] == "ada")
    box.admin("POST", f"/v1/users/{user['id']}", disabled=True)
    assert not opens(box, token)
    with box.browser() as browser:
        assert by_issuer(box, browser, "ada").headers["location"] == "/#failed=not_admitted"
    box.admin("POST", f"/v1/users/{user['id']}", disabled=False)
    assert opens(box, token)


def test_without_the_issuer_passwords_and_keys_still_work(box: Box) -> None:
    """The last one: the issuer does not come back."""
    box.user("Local")
    with box.browser() as browser:
        url = browser.get("/portal/oidc/start").headers["location"]
        back = sign_in(url, "eve")
        box.issuer.stop()
        refused = browser.get(back)
        assert refused.headers.get("location") == "/#failed=issuer_unavailable", refused.text
        assert by_password(browser, "Local").status_code == 204
        assert opens(box, box.serving.key)
        assert browser.post("/portal/sign_out").status_code == 204
