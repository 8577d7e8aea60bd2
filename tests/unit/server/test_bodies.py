"""Hostile bodies end as a 400 that says why; what is passed on can be kept and sent."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel

from server.bodies import JsonBodies
from server.face.hosts import Hosts
from server.face.intake import Intake
from server.face.middleware import Face
from server.http import render_errors


class Inner(BaseModel):
    text: str
    many: int | list[int] = 0


class Asked(BaseModel):
    parts: list[Inner] = []
    value: Any = None


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    app = FastAPI()
    render_errors(app)
    app.add_middleware(JsonBodies)
    app.add_middleware(Face, note=lambda *_: None, hosts=Hosts("testserver"), intake=Intake(65536, 65536))

    @app.post("/echo")
    def echo(body: Asked) -> Any:
        return body.value

    @app.get("/echo")
    def look() -> str:
        return "here"

    with TestClient(app, raise_server_exceptions=False) as one:
        yield one


def post(client: TestClient, content: bytes, content_type: str = "application/json") -> Any:
    return client.post("/echo", content=content, headers={"Content-Type": content_type})


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"{'value': 1}",
        b'{"value": NaN}',
        b'{"value": -Infinity}',
        b'{"value": 1e999}',
        b'{"value": "\\ud800"}',
        b'{"value": "\xff"}',
        b"\xef\xbb\xbf{}",
        '{"value": 1}'.encode("utf-16"),
        b'{"value": 1} {"value": 2}',
        b'{"value": ' + b"[" * 250 + b"]" * 250 + b"}",
        b'{"value": ' + b"[" * 30_000 + b"]" * 30_000 + b"}",
        b'{"value": ' + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"}",
    ],
    ids=lambda content: content[:24].decode("latin-1"),
)
def test_what_cannot_be_kept_is_refused(client: TestClient, content: bytes) -> None:
    response = post(client, content)
    assert response.status_code == 400
    error = response.json()["error"]
    assert (error["type"], error["code"], error["param"]) == ("invalid_request_error", "invalid_request", None)
    assert error["message"].startswith("The request cannot be used: the body is ")


def test_what_is_passed_on_can_be_sent(client: TestClient) -> None:
    deep = b"[" * 150 + b"]" * 150
    assert post(client, b'{"value": ' + deep + b"}").content == deep
    assert post(client, b'{"value": "\\u0000 \\ud83d\\ude00"}').json() == "\0 \U0001f600"
    assert post(client, b'{"value": 1' + b"0" * 400 + b"}").status_code == 400
    assert post(client, b'{"value": 1' + b"0" * 40 + b"}").json() == 1e40
    assert post(client, b'{"value": 1, "value": 2}').json() == 2
    assert post(client, b'{"value": 1}', "application/json; charset=utf-8").json() == 1
    assert post(client, b'{"value": 1}', "application/merge-patch+json").json() == 1


@pytest.mark.parametrize("given", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_another_kind_of_body_gets_415(client: TestClient, given: str) -> None:
    response = post(client, b'{"value": 1}', given)
    assert (response.status_code, response.json()["error"]["code"]) == (415, "unsupported_media_type")
    assert "application/json" in response.json()["error"]["message"]


@pytest.mark.parametrize("content", [b"", b"null", b"[]", b'"x"', b"1"])
def test_a_body_that_is_no_object_is_refused(client: TestClient, content: bytes) -> None:
    response = post(client, content)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "invalid_request")


def test_a_body_in_pieces_is_one(client: TestClient) -> None:
    whole = b'{"value": "' + b"x" * 50_000 + b'"}'
    pieces = (whole[at : at + 777] for at in range(0, len(whole), 777))
    assert client.post("/echo", content=pieces, headers={"Content-Type": "application/json"}).json() == "x" * 50_000


def test_a_body_beyond_the_limit_is_told_as_such(client: TestClient) -> None:
    response = post(client, b'{"value": "' + b"x" * 70_000 + b'"}')
    assert (response.status_code, response.json()["error"]["code"]) == (413, "request_too_large")


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"parts": [{"text": "a"}, {"text": 7}]}, "parts[1].text"),
        ({"parts": [{}]}, "parts[0].text"),
        ({"parts": [{"text": "a", "many": "x"}]}, "parts[0].many"),
        ({"parts": [{"text": "a", "many": [1, "x"]}]}, "parts[0].many[1]"),
        ({"parts": [{"text": "a", "many": []}, 5, {"text": 5}]}, "parts[1]"),
        ({"parts": {}}, "parts"),
    ],
)
def test_the_place_of_a_mistake_is_told_as_in_the_body(client: TestClient, body: Any, place: str) -> None:
    error = post(client, orjson.dumps(body)).json()["error"]
    assert error["param"] == place
    assert f": {place}: " in error["message"]


def test_a_wrong_method_tells_which_there_are(client: TestClient) -> None:
    response = client.delete("/echo")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")
    assert response.json()["error"]["code"] == "method_not_allowed"
