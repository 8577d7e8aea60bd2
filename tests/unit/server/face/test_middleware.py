import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from server.errors import EngineUnavailable, SlowRequest
from server.face.hosts import Hosts
from server.face.intake import Intake
from server.face.middleware import Face
from server.http import render_errors

noted: list[tuple[str, str, int]] = []


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = FastAPI()
    render_errors(app)
    app.add_middleware(
        Face,
        note=lambda route, method, status, _: noted.append((route, method, status)),
        hosts=Hosts("testserver"),
        intake=Intake(2048, 8192, grace=0.2),
    )

    @app.get("/down")
    def down() -> None:
        raise EngineUnavailable(detail="it is starting", retry_after=7)

    @app.get("/bug")
    def bug() -> None:
        raise RuntimeError("secret detail")

    @app.post("/echo")
    def echo(body: dict[str, int]) -> dict[str, int]:
        return body

    @app.get("/named/{name}")
    def named(name: str) -> str:
        return name

    @app.post("/v1/files")
    async def upload(request: Request) -> int:
        return len(await request.body())

    noted.clear()
    with TestClient(app, raise_server_exceptions=False) as one:
        yield one


def test_an_error_keeps_its_status_code_and_retry_after(client: TestClient) -> None:
    response = client.get("/down")
    assert (response.status_code, response.headers["retry-after"]) == (503, "7")
    assert response.json()["error"]["code"] == "engine_unavailable"


def test_a_strangers_exception_shows_an_id_and_nothing_of_itself(client: TestClient) -> None:
    response = client.get("/bug")
    assert response.status_code == 500
    assert response.headers["x-request-id"] in response.json()["error"]["message"]
    assert "secret" not in response.text


def test_a_client_does_not_choose_the_id_of_its_request(client: TestClient) -> None:
    assert client.get("/bug", headers={"X-Request-Id": "req_other"}).headers["x-request-id"] != "req_other"


def test_a_request_with_two_content_types_is_refused(client: TestClient) -> None:
    for types in (("application/json", "text/plain"), ("text/plain", "application/json")):
        headers = [("Content-Type", one) for one in types]
        response = client.post("/echo", content=b'{"a": 1}', headers=headers)
        assert (response.status_code, response.json()["error"]["type"]) == (400, "invalid_request_error")
        assert "one Content-Type" in response.json()["error"]["message"]


@pytest.mark.parametrize("address", ["/named/a%00b", "/named/a?q=b%00", "/named/a?q=b&%00=c"])
def test_an_address_with_nul_in_it_is_refused(client: TestClient, address: str) -> None:
    response = client.get(address)
    assert (response.status_code, response.json()["error"]["type"]) == (400, "invalid_request_error")
    assert "NUL" in response.json()["error"]["message"]
    assert client.get("/named/a?q=%2500").json() == "a"


def test_every_answer_carries_a_request_id_and_security_headers(client: TestClient) -> None:
    response = client.post("/echo", json={"a": 1})
    assert response.headers["x-request-id"].startswith("req_")
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "script-src 'self'" in response.headers["content-security-policy"]


def test_a_request_id_that_could_break_a_log_line_is_replaced(client: TestClient) -> None:
    assert client.post("/echo", json={}, headers={"X-Request-Id": "a b"}).headers["x-request-id"].startswith("req_")


def test_a_wrong_field_is_named(client: TestClient) -> None:
    error = client.post("/echo", json={"a": "x"}).json()["error"]
    assert (error["param"], error["code"]) == ("a", "invalid_request")


def test_a_body_beyond_the_limit_is_refused_declared_or_not(client: TestClient) -> None:
    big = b'{"a":' + b" " * 4000 + b"1}"

    def undeclared() -> Iterator[bytes]:
        yield from (big[i : i + 100] for i in range(0, len(big), 100))

    for content in (big, undeclared()):
        response = client.post("/echo", content=content, headers={"Content-Type": "application/json"})
        assert (response.status_code, response.json()["error"]["code"]) == (413, "request_too_large")


def test_requests_are_noted_by_route_not_by_path(client: TestClient) -> None:
    client.post("/echo", json={"a": 1})
    client.get("/no/such/thing")
    assert noted == [("/echo", "POST", 200), ("unmatched", "GET", 404)]


@pytest.mark.parametrize("host", ["attacker.example", "testserver.attacker.example"])
def test_a_name_that_is_not_ours_is_misdirected(client: TestClient, host: str) -> None:
    response = client.get("/down", headers={"Host": host})
    assert (response.status_code, response.json()["error"]["code"]) == (421, "wrong_host")
    assert noted[-1] == ("unmatched", "GET", 421)


@pytest.mark.parametrize("host", ["", "a b", "testserver,testserver", "x@testserver"])
def test_a_host_that_is_none_is_refused(client: TestClient, host: str) -> None:
    assert client.get("/down", headers={"Host": host}).status_code == 400


def test_two_hosts_are_refused(client: TestClient) -> None:
    headers = [("Host", "testserver"), ("Host", "testserver")]
    assert client.get("/down", headers=headers).status_code == 400


def test_a_strangers_exception_is_answered_with_all_headers(client: TestClient) -> None:
    response = client.get("/bug")
    assert response.headers["x-request-id"].startswith("req_")
    assert response.headers["x-content-type-options"] == "nosniff"


def test_the_api_is_never_cached_nor_a_page(client: TestClient) -> None:
    headers = client.get("/v1/nothing").headers
    assert headers["cache-control"] == "no-store"
    assert "sandbox" in headers["content-security-policy"]
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "strict-transport-security" not in headers


def test_over_tls_browsers_are_told_to_stay_with_it(client: TestClient) -> None:
    assert "max-age=" in client.get("https://testserver/v1/nothing").headers["strict-transport-security"]


def test_a_file_may_be_larger_than_json_but_only_as_a_form(client: TestClient) -> None:
    file = b"x" * 4096
    assert client.post("/v1/files", files={"file": file}).json() > len(file)
    assert client.post("/v1/files", content=file, headers={"Content-Type": "application/json"}).status_code == 413
    assert client.post("/echo", files={"file": file}).status_code == 413


def test_a_body_that_trickles_in_is_given_up(client: TestClient) -> None:
    # The test client hands over a whole body at once, so the pace is looked at below it.
    async def received() -> Any:
        await asyncio.sleep(0.05)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def read() -> None:
        limited = Intake(2048, 8192, grace=0.2).limited("/echo", {}, received)
        while True:
            await limited()

    with pytest.raises(SlowRequest):
        asyncio.run(read())
