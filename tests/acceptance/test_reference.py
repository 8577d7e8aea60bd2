"""docs/reference/openai.md against the routes of a running server."""

import re
from typing import Any

import pytest

from tests.serving import Serving
from tests.unit.docs.test_openai import PAGE, SECTIONS

# Lectern's own, beside OpenAI's.
OWN = (
    *("/access", "/sources", "/sync", "/pages", "/elements", "/history", "/chunks", "/export", "/feedback", "/share"),
    "{conversation_id}/responses",
)
OWN_LISTS = {"GET /v1/conversations", "GET /v1/uploads"}
FEATURES = {
    *("chat", "completions", "embeddings", "rerank", "responses", "files", "uploads", "vector_stores", "batches"),
    *("conversations", "evals"),
}
# Fields of multipart forms, which the document does not tell one by one, and what is Lectern's own way to compare.
FORMS = {"POST /v1/files", "POST /v1/uploads/{upload_id}/parts"}
BESIDE = {"include[]", "against"}
# It takes what POST /v1/responses takes.
ALIKE = {"POST /v1/responses/input_tokens"}


@pytest.fixture(scope="module")
def paths(lectern: Serving) -> dict[str, Any]:
    """The paths of the server's OpenAPI document."""
    with lectern.http() as http:
        found: dict[str, Any] = http.get("/openapi.json").json()["paths"]
    return found


def test_every_route_is_named_on_the_page(paths: dict[str, Any]) -> None:
    page = re.sub(r"{[^}]*}", "{}", PAGE.read_text("utf-8"))
    named = set(re.findall(r"(?<=[` ])/v1/[^\s`?,]*", page))
    routes = {path: re.sub(r"{[^}]*}", "{}", path) for path in paths if path.startswith("/v1/")}
    assert [path for path, shape in routes.items() if shape not in named] == []


@pytest.fixture(scope="module")
def told(paths: dict[str, Any]) -> dict[str, Any]:
    """Endpoint -> what the server's OpenAPI document says of it."""
    return {
        f"{method.upper()} {path}": operation
        for path, methods in paths.items()
        for method, operation in methods.items()
        if path.split("/")[2:3] and path.split("/")[2] in FEATURES and not any(part in path for part in OWN)
    }


def test_every_route_that_takes_fields_stands_on_the_page(told: dict[str, Any]) -> None:
    taking = {name for name, operation in told.items() if "requestBody" in operation or asked(operation)}
    assert taking - OWN_LISTS | FORMS == set(SECTIONS) | ALIKE


def asked(operation: dict[str, Any]) -> set[str]:
    """The query fields of a route."""
    return {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"} - BESIDE


def test_query_fields_are_those_of_the_page_but_what_it_says_is_not_looked_at(told: dict[str, Any]) -> None:
    for name in (one for one in SECTIONS if one.startswith("GET ")):
        ignored = {field for field, (_, note) in SECTIONS[name].items() if "not looked at" in note}
        assert asked(told[name]) == set(SECTIONS[name]) - ignored, name
