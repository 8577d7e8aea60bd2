"""What counts as a request at the gateway, by its route."""

import pytest
from fastapi import Depends, FastAPI, Request
from fastapi.testclient import TestClient

from server.adapters.database.allowances import SqlAllowances
from server.adapters.database.engine import Database
from server.http import render_errors
from server.limits.admission import Gateway
from server.limits.meter import Meter
from server.limits.turnstile import Turnstile
from server.model import Allowance, Caller, Role

MINE = Caller("key-1", "me", Role.READER, owner="user:me")
ITEMS = "/v1/conversations/{conversation_id}/items"


@pytest.fixture
def client(sqlite: Database) -> TestClient:
    async def caller(request: Request) -> Caller:
        return MINE

    def nothing() -> dict[str, str]:
        return {}

    meter = Meter(SqlAllowances(sqlite), Allowance(requests_per_minute=2), lambda: 0.0)
    app = FastAPI(dependencies=[Depends(Gateway(meter, Turnstile(1, 1), caller))])
    render_errors(app)
    for method, path in (("POST", ITEMS), ("GET", ITEMS), ("POST", "/v1/conversations"), ("POST", "/v1/responses")):
        app.add_api_route(path, nothing, methods=[method])
    return TestClient(app)


def test_items_that_are_added_to_a_conversation_count_as_answers_do(client: TestClient) -> None:
    assert client.post("/v1/conversations/conv_1/items").is_success
    assert client.post("/v1/responses").is_success
    refused = client.post("/v1/conversations/conv_2/items")
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "rate_limit_exceeded")
    assert client.get("/v1/conversations/conv_1/items").is_success
    assert client.post("/v1/conversations").is_success
