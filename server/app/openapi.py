"""The OpenAPI document: what FastAPI finds out of the routes, and what all of them share."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

PUBLIC = frozenset({"/healthz", "/readyz"})

_JSON, _EVENTS = "application/json", "text/event-stream"
# Answers that are not JSON alone: (method, path) -> their media types.
_CONTENT: dict[tuple[str, str], tuple[str, ...]] = {
    ("post", "/v1/chat/completions"): (_JSON, _EVENTS),
    ("post", "/v1/completions"): (_JSON, _EVENTS),
    ("post", "/v1/responses"): (_JSON, _EVENTS),
    ("get", "/v1/responses/{response_id}"): (_JSON, _EVENTS),
    ("get", "/v1/files/{file_id}/content"): ("application/octet-stream",),
    ("head", "/v1/files/{file_id}/content"): ("application/octet-stream",),
    ("get", "/v1/audit/export"): ("application/jsonl",),
    ("post", "/v1/backup"): ("application/x-tar",),
    ("get", "/metrics"): ("text/plain",),
}
_FILE = {"type": "string", "format": "binary"}
_FORMS: dict[str, dict[str, Any]] = {
    "/v1/files": {"required": ["file", "purpose"], "properties": {"file": _FILE, "purpose": {"type": "string"}}},
    "/v1/uploads/{upload_id}/parts": {"required": ["data"], "properties": {"data": _FILE}},
}
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": {"type": "string", "description": "What happened and what to do, for people."},
                "type": {"type": "string"},
                "param": {"type": ["string", "null"], "description": "The field that is to blame."},
                "code": {"type": "string", "description": "What happened, for programs: docs/reference/errors.md."},
            },
        }
    },
}
_ERRORS = {
    "4XX": {
        "description": "The request cannot be answered as it is.",
        "content": {_JSON: {"schema": {"$ref": "#/components/schemas/Error"}}},
    },
    "5XX": {
        "description": "Lectern, or what it needs, does not work.",
        "content": {_JSON: {"schema": {"$ref": "#/components/schemas/Error"}}},
    },
}


def describe(app: FastAPI) -> None:
    """Has the application describe itself, errors and keys included, at /openapi.json."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    found = get_openapi(title=app.title, version=app.version, routes=app.routes)
    parts = found.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    schemas["Error"] = _ERROR
    for name in ("HTTPValidationError", "ValidationError"):  # FastAPI's own, which Lectern does not answer with
        schemas.pop(name, None)
    parts["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer", "description": "An API key."}}
    for method, path, operation in _operations(found):
        answers = operation["responses"]
        answers.pop("422", None)
        for media in _CONTENT.get((method, path), ()):
            content = answers["200"].setdefault("content", {})
            content.setdefault(media, {"schema": {"type": "object"} if media == _JSON else {"type": "string"}})
        if (method, path) in _CONTENT and _JSON not in _CONTENT[method, path]:
            answers["200"]["content"].pop(_JSON, None)
        if method == "post" and path in _FORMS:
            form = {"multipart/form-data": {"schema": {"type": "object", **_FORMS[path]}}}
            operation["requestBody"] = {"required": True, "content": form}
        if path not in PUBLIC:
            operation["security"] = [{"key": []}]
        for status, answer in _ERRORS.items():
            answers.setdefault(status, answer)
    return found


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation
