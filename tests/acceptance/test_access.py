"""Every route × every kind of caller."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.acceptance.callers import ADMITTED, FORBIDDEN, KNOWN, STRANGERS, Cast, destroys, expected
from tests.serving import Serving

PUBLIC = {("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/"), ("GET", "/portal/open"), ("POST", "/portal/sign_in")}
LEAST: dict[tuple[str, str], str] = {
    ("GET", "/metrics"): "auditor",
    ("GET", "/v1/engine"): "admin",
    ("GET", "/v1/components"): "admin",
    ("GET", "/v1/metrics/series"): "admin",
    ("GET", "/v1/doctor"): "admin",
    ("GET", "/v1/settings"): "admin",
    ("GET", "/v1/jobs"): "admin",
    ("POST", "/v1/jobs/{job_id}/cancel"): "admin",
    ("POST", "/v1/jobs/{job_id}/retry"): "admin",
    ("POST", "/v1/backup"): "admin",
    ("GET", "/v1/api_keys"): "known",
    ("POST", "/v1/api_keys"): "admin",
    ("POST", "/v1/api_keys/{key_id}/rotate"): "known",
    ("DELETE", "/v1/api_keys/{key_id}"): "known",
    ("GET", "/v1/users"): "known",
    ("POST", "/v1/users"): "admin",
    ("GET", "/v1/users/{user_id}"): "known",
    ("POST", "/v1/users/{user_id}"): "admin",
    ("DELETE", "/v1/users/{user_id}"): "admin",
    ("POST", "/v1/users/{user_id}/password_link"): "admin",
    ("GET", "/v1/groups"): "known",
    ("POST", "/v1/groups"): "admin",
    ("GET", "/v1/groups/{group_id}"): "known",
    ("POST", "/v1/groups/{group_id}"): "admin",
    ("DELETE", "/v1/groups/{group_id}"): "admin",
    ("GET", "/v1/groups/{group_id}/members"): "admin",
    ("POST", "/v1/groups/{group_id}/members"): "admin",
    ("DELETE", "/v1/groups/{group_id}/members/{user_id}"): "admin",
    ("GET", "/v1/principals"): "editor",
    ("POST", "/v1/chat/completions"): "reader",
    ("POST", "/v1/completions"): "reader",
    ("POST", "/v1/embeddings"): "reader",
    ("POST", "/v1/rerank"): "reader",
    ("POST", "/v1/responses"): "reader",
    ("POST", "/v1/responses/input_tokens"): "reader",
    ("GET", "/v1/responses/{response_id}"): "reader",
    ("DELETE", "/v1/responses/{response_id}"): "reader",
    ("POST", "/v1/responses/{response_id}/cancel"): "reader",
    ("GET", "/v1/responses/{response_id}/input_items"): "reader",
    ("GET", "/v1/responses/{response_id}/trace"): "reader",
    ("POST", "/v1/responses/{response_id}/feedback"): "reader",
    ("POST", "/v1/responses/{response_id}/share"): "reader",
    ("GET", "/v1/feedback"): "admin",
    ("GET", "/v1/conversations"): "reader",
    ("POST", "/v1/conversations"): "reader",
    ("GET", "/v1/conversations/{conversation_id}"): "reader",
    ("POST", "/v1/conversations/{conversation_id}"): "reader",
    ("DELETE", "/v1/conversations/{conversation_id}"): "reader",
    ("GET", "/v1/conversations/{conversation_id}/items"): "reader",
    ("POST", "/v1/conversations/{conversation_id}/items"): "reader",
    ("GET", "/v1/conversations/{conversation_id}/items/{item_id}"): "reader",
    ("DELETE", "/v1/conversations/{conversation_id}/items/{item_id}"): "reader",
    ("GET", "/v1/conversations/{conversation_id}/responses"): "reader",
    ("GET", "/v1/conversations/{conversation_id}/export"): "reader",
    ("GET", "/v1/models"): "reader",
    ("GET", "/v1/models/{name}"): "reader",
    ("GET", "/v1/search"): "reader",
    ("GET", "/v1/files"): "reader",
    ("POST", "/v1/files"): "editor",
    ("GET", "/v1/files/{file_id}"): "reader",
    ("GET", "/v1/files/{file_id}/content"): "reader",
    ("GET", "/v1/files/{file_id}/pages"): "reader",
    ("GET", "/v1/files/{file_id}/pages/{number}/image"): "reader",
    ("GET", "/v1/files/{file_id}/pages/{number}/words"): "reader",
    ("GET", "/v1/files/{file_id}/elements"): "reader",
    ("GET", "/v1/files/{file_id}/history"): "editor",
    ("GET", "/v1/vector_stores/{store_id}/files/{file_id}/chunks"): "reader",
    ("DELETE", "/v1/files/{file_id}"): "editor",
    ("HEAD", "/v1/files/{file_id}/content"): "reader",
    ("POST", "/v1/uploads"): "editor",
    ("GET", "/v1/uploads"): "editor",
    ("GET", "/v1/uploads/{upload_id}"): "editor",
    ("POST", "/v1/uploads/{upload_id}/parts"): "editor",
    ("POST", "/v1/uploads/{upload_id}/complete"): "editor",
    ("POST", "/v1/uploads/{upload_id}/cancel"): "editor",
    ("POST", "/v1/vector_stores/{store_id}/file_batches"): "editor",
    ("GET", "/v1/vector_stores/{store_id}/file_batches/{batch_id}"): "reader",
    ("POST", "/v1/vector_stores/{store_id}/file_batches/{batch_id}/cancel"): "editor",
    ("GET", "/v1/vector_stores/{store_id}/file_batches/{batch_id}/files"): "reader",
    ("GET", "/v1/vector_stores"): "reader",
    ("POST", "/v1/vector_stores"): "editor",
    ("GET", "/v1/vector_stores/{store_id}"): "reader",
    ("POST", "/v1/vector_stores/{store_id}"): "editor",
    ("DELETE", "/v1/vector_stores/{store_id}"): "editor",
    ("POST", "/v1/vector_stores/{store_id}/search"): "reader",
    ("GET", "/v1/vector_stores/{store_id}/files"): "reader",
    ("POST", "/v1/vector_stores/{store_id}/files"): "editor",
    ("POST", "/v1/vector_stores/{store_id}/files/detach"): "editor",
    ("GET", "/v1/vector_stores/{store_id}/files/{file_id}"): "reader",
    ("POST", "/v1/vector_stores/{store_id}/files/{file_id}"): "editor",
    ("GET", "/v1/vector_stores/{store_id}/files/{file_id}/content"): "reader",
    ("DELETE", "/v1/vector_stores/{store_id}/files/{file_id}"): "editor",
    ("GET", "/v1/vector_stores/{store_id}/access"): "editor",
    ("PUT", "/v1/vector_stores/{store_id}/access"): "editor",
    ("GET", "/v1/files/{file_id}/access"): "editor",
    ("PUT", "/v1/files/{file_id}/access"): "editor",
    ("GET", "/v1/audit"): "auditor",
    ("GET", "/v1/audit/export"): "auditor",
    ("GET", "/v1/audit/verification"): "auditor",
    ("GET", "/v1/batches"): "reader",
    ("POST", "/v1/batches"): "reader",
    ("GET", "/v1/batches/{batch_id}"): "reader",
    ("POST", "/v1/batches/{batch_id}/cancel"): "reader",
    ("GET", "/v1/limits/me"): "reader",
    ("GET", "/v1/limits"): "admin",
    ("GET", "/v1/limits/{subject}"): "admin",
    ("PUT", "/v1/limits/{subject}"): "admin",
    ("DELETE", "/v1/limits/{subject}"): "admin",
    ("GET", "/v1/evals"): "reader",
    ("POST", "/v1/evals"): "editor",
    ("GET", "/v1/evals/{eval_id}"): "reader",
    ("POST", "/v1/evals/{eval_id}"): "editor",
    ("DELETE", "/v1/evals/{eval_id}"): "editor",
    ("GET", "/v1/evals/{eval_id}/runs"): "reader",
    ("POST", "/v1/evals/{eval_id}/runs"): "editor",
    ("GET", "/v1/evals/{eval_id}/runs/{run_id}"): "reader",
    ("POST", "/v1/evals/{eval_id}/runs/{run_id}"): "editor",
    ("POST", "/v1/evals/{eval_id}/runs/{run_id}/cancel"): "editor",
    ("DELETE", "/v1/evals/{eval_id}/runs/{run_id}"): "editor",
    ("GET", "/v1/evals/{eval_id}/runs/{run_id}/output_items"): "reader",
    ("GET", "/v1/evals/{eval_id}/runs/{run_id}/output_items/{item_id}"): "reader",
    ("GET", "/v1/vector_stores/{store_id}/sources"): "editor",
    ("POST", "/v1/vector_stores/{store_id}/sources"): "admin",
    ("GET", "/v1/vector_stores/{store_id}/sources/{source_id}"): "editor",
    ("POST", "/v1/vector_stores/{store_id}/sources/{source_id}/sync"): "editor",
    ("DELETE", "/v1/vector_stores/{store_id}/sources/{source_id}"): "admin",
}


@pytest.fixture(scope="module")
def routes(lectern: Serving) -> set[tuple[str, str]]:
    """The routes of the running server, by its own OpenAPI document."""
    with lectern.http() as http:
        paths: dict[str, dict[str, Any]] = http.get("/openapi.json").json()["paths"]
    return {(method.upper(), path) for path, methods in paths.items() for method in methods}


def test_every_route_has_a_row_in_the_matrix(routes: set[tuple[str, str]]) -> None:
    assert routes - PUBLIC == set(LEAST)


@pytest.fixture(scope="module")
def cast(lectern: Serving) -> Iterator[Cast]:
    """Callers of every kind, and what they ask for."""
    cast = Cast.of(lectern)
    yield cast
    cast.http.close()


@pytest.mark.parametrize(("method", "path"), sorted(LEAST), ids=str)
def test_a_route_admits_those_it_should_and_nobody_else(cast: Cast, method: str, path: str) -> None:
    wanted = {who: expected(LEAST[method, path], method, path, who) for who in (*STRANGERS, *KNOWN)}
    if destroys(method, path):  # first all who may not, on what is there; then one who may
        cast = cast.furnished()
        refused = [who for who, answer in wanted.items() if answer != ADMITTED]
        admitted = [who for who, answer in wanted.items() if answer == ADMITTED]
        wanted = {who: wanted[who] for who in (*refused, *admitted[:1])}
    assert {who: cast.answered(who, method, path) for who in wanted} == wanted


def test_forbidden_and_unknown_are_told_in_the_same_words(cast: Cast) -> None:
    with cast.lectern.http(cast.keys["other"]) as http:
        for method, path in sorted(LEAST):
            names = re.findall(r"{(store_id|file_id|eval_id|response_id|conversation_id|batch_id|upload_id)}", path)
            if not names or LEAST[method, path] == "admin" or method == "HEAD":
                continue
            told = []
            for ids in (cast.things, dict.fromkeys(cast.things, "none")):
                answer = http.request(method, re.sub(r"{(\w+)}", lambda name: ids.get(name[1], "none"), path), json={})  # noqa: B023
                error = answer.json()["error"]
                for one in set(ids.values()):
                    error["message"] = error["message"].replace(f"'{one}'", "'…'")
                told.append((answer.status_code, error))
            assert told[0] == told[1], (method, path)


def test_who_reads_a_file_changes_only_with_its_scope_and_only_if_it_is_put_into_the_store(lectern: Serving) -> None:
    with lectern.http() as http:
        store = http.post("/v1/vector_stores", json={"name": "scoped"}).json()["id"]
        form = {"file": ("note.md", b"A note on nothing.")}
        file = http.post("/v1/files", data={"purpose": "assistants"}, files=form).json()["id"]
        key = {"name": "writer", "role": "admin", "scopes": ["files.write"]}
        secret = http.post("/v1/api_keys", json=key).json()["key"]
        body = {"file_id": file, "access": {"restricted": True}}
        with lectern.http(secret) as limited:
            refused = limited.post(f"/v1/vector_stores/{store}/files", json=body)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "out_of_scope")
        failed = http.post(f"/v1/vector_stores/{store}/files", json=body | {"attributes": {"x" * 65: 1}})
        assert failed.status_code == 400
        assert not http.get(f"/v1/files/{file}/access").json()["restricted"]
        with lectern.http(secret) as limited:
            assert limited.post(f"/v1/vector_stores/{store}/files", json={"file_id": file}).is_success
        assert http.post(f"/v1/vector_stores/{store}/files", json=body).is_success
        assert http.get(f"/v1/files/{file}/access").json()["restricted"]


def test_a_portal_link_opens_one_session_and_no_second(lectern: Serving) -> None:
    import subprocess
    import sys

    run = subprocess.run(
        [sys.executable, "-m", "server", "keys", "link"],
        env={"LECTERN_DATA": str(lectern.data), "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    path = run.stdout.strip().partition("/portal/")[2]
    with lectern.http() as http:
        http.headers.pop("Authorization")
        assert http.get(f"/portal/{path}").status_code == 303
        assert http.get("/portal/session").json()["role"] == "admin"
        assert http.get("/v1/files").status_code == 200
        created = http.post("/v1/vector_stores", json={"name": "x"})
        assert (created.status_code, created.json()["error"]["code"]) == (403, "cross_site_request")
        assert http.post("/v1/vector_stores", json={"name": "x"}, headers={"X-Lectern-Portal": "1"}).is_success
        assert http.post("/portal/sign_out", headers={"X-Lectern-Portal": "1"}).status_code == 204
        assert http.get("/v1/files").status_code == 401
        assert http.get(f"/portal/{path}").status_code == 401


WIKI, NEWS = "https://wiki.example", "https://news.example"


def test_a_key_for_web_pages_opens_nothing_but_asking_and_searching(cast: Cast) -> None:
    page = {"name": "wiki", "scopes": ["chat", "search"], "origins": [WIKI], "stores": [cast.things["store_id"]]}
    with cast.lectern.http() as http:
        keys = [http.post("/v1/api_keys", json=page).json() for _ in range(6)]  # each may be used so often a minute
        access = http.get(f"/v1/vector_stores/{cast.things['store_id']}/access").json()["grants"]
        grants = [{"principal": f"key:{key['id']}", "role": "reader"} for key in keys]
        http.put(f"/v1/vector_stores/{cast.things['store_id']}/access", json={"grants": access + grants})
    opened: set[tuple[str, str]] = set()
    elsewhere: set[tuple[str, str]] = set()
    for number, (method, path) in enumerate(sorted(LEAST)):
        cast.keys["page"] = keys[number * len(keys) // len(LEAST)]["key"]
        for origin, found in ((WIKI, opened), ("https://evil.example", elsewhere)):
            cast.http.headers["Origin"] = origin
            if cast.answered("page", method, path) != FORBIDDEN:
                found.add((method, path))
    del cast.http.headers["Origin"]
    assert opened == {
        ("POST", "/v1/chat/completions"),
        ("POST", "/v1/vector_stores/{store_id}/search"),
        ("GET", "/v1/models"),
        ("GET", "/v1/limits/me"),
    }
    assert elsewhere == set()


def test_a_key_for_web_pages_is_on_record_with_the_page_and_opens_no_portal(lectern: Serving) -> None:
    with lectern.http() as http:
        page = {"name": "wiki", "scopes": ["chat"], "origins": [NEWS], "stores": []}
        key = http.post("/v1/api_keys", json=page).json()
        with lectern.http(key["key"]) as visitor:
            for origin, status in ((NEWS, 200), ("https://evil.example", 403)):
                assert visitor.get("/v1/models", headers={"Origin": origin}).status_code == status
            asked = {"Access-Control-Request-Method": "POST", "Origin": NEWS}
            assert visitor.options("/v1/chat/completions", headers=asked).headers["access-control-allow-origin"] == NEWS
            sent = {"X-Lectern-Portal": "1", "Origin": lectern.url}
            refused = visitor.post("/portal/sign_in", json={"key": key["key"]}, headers=sent)
            assert (refused.json()["error"]["code"], "set-cookie" in refused.headers) == ("wrong_origin", False)
        noted = http.get("/v1/audit", params={"who": key["id"], "action": "all_models"}).json()["data"]
        assert [entry["detail"]["origin"] for entry in noted] == ["https://evil.example", NEWS]
        http.delete(f"/v1/api_keys/{key['id']}")
        assert http.options("/v1/models", headers=asked).status_code == 400
