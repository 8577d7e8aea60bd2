"""What all routes share: one shape for every error, pages of lists, and what an answer says beside its body."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated, Any

import structlog
from fastapi import Depends, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from server.errors import (
    InvalidRequest,
    LecternError,
    UnknownAddress,
    WrongContentType,
    WrongMethod,
)
from server.model import Page, Passage

log = structlog.get_logger()


def render_errors(app: FastAPI) -> None:
    """Gives every error of the application OpenAI's shape."""
    app.add_exception_handler(LecternError, _lectern_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(ValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)


def error_response(error: LecternError) -> JSONResponse:
    """The error in OpenAI's shape."""
    return JSONResponse(error.body, error.status, error.headers)


async def _lectern_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, LecternError)  # noqa: S101 - how the handler is registered
    if error.status >= 500:
        log.error("Request failed", code=error.code, reason=error.message)
    return error_response(error)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError | ValidationError)  # noqa: S101 - how it is registered
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return error_response(InvalidRequest(detail="the body is not JSON"))
    given = request.headers.get("content-type", "").split(";")[0].strip()
    if first["loc"] == ("body",) and given != "application/json" and not given.endswith("+json"):
        return error_response(WrongContentType(given=given or "nothing", wanted="application/json"))
    return error_response(invalid(error, getattr(error, "body", None)))


def invalid(error: RequestValidationError | ValidationError, body: Any = None) -> InvalidRequest:
    """The error that tells what is wrong with a request's fields; `body` is what was sent."""
    found = [(*_place(one["loc"], body, missing=one["type"] == "missing"), one) for one in error.errors()]
    first = found[0][0]
    # Of a field that may be of several kinds, the one that is most like what was sent tells most.
    where, _, one = max((of for of in found if of[0].startswith(first)), key=lambda of: of[1])
    said = one["msg"].removeprefix("Value error, ")
    if one["type"] in {"union_tag_not_found", "union_tag_invalid"}:
        where, tags = f"{where}.{one['ctx']['discriminator'].strip(chr(39))}", one["ctx"].get("expected_tags")
        said = f"it is one of {tags}" if tags else "field required"
    detail = f"{where}: {said[0].lower()}{said[1:]}" if where else said[0].lower() + said[1:]
    return InvalidRequest(detail=detail.removesuffix("."), param=where or None)


def _place(loc: Sequence[int | str], body: Any, *, missing: bool) -> tuple[str, int]:
    """The field as OpenAI writes it, messages[0].content, and how deep it lies. Of a union, pydantic also tells which
    of its kinds was tried; what is not a part of the body is left out, but for a field that is `missing`."""
    if loc[:1] != ("body",) and body is None:
        return ".".join(str(part) for part in loc if part not in {"query", "path", "header"}), len(loc)
    parts = loc[1:] if loc[:1] == ("body",) else loc
    place, depth, here = "", 0, body
    for count, part in enumerate(parts, 1):
        if isinstance(part, int):
            if isinstance(here, list) and part < len(here):
                place, depth, here = f"{place}[{part}]", depth + 1, here[part]
        elif isinstance(here, dict) and (part in here or (missing and count == len(parts))):
            place, depth, here = f"{place}.{part}".lstrip("."), depth + 1, here.get(part)
    return place, depth


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - how the handler is registered
    if isinstance(error.__cause__, LecternError):  # FastAPI wraps what reading the body raised
        return error_response(error.__cause__)
    facts = {"method": request.method, "path": request.url.path[:200]}
    if error.status_code == 404:
        return error_response(UnknownAddress(**facts))
    if error.status_code == 405:
        response = error_response(WrongMethod(**facts))
        response.headers["Allow"] = ", ".join(_methods(request))
        return response
    return error_response(InvalidRequest(detail=str(error.detail)))


def _methods(request: Request) -> list[str]:
    """The methods that the request's path takes: each is a route of its own."""
    scope = dict(request.scope)
    return sorted(
        method
        for method in ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
        if any(route.matches(scope | {"method": method})[0] == Match.FULL for route in request.app.routes)
    )


def page_among(items: Sequence[dict[str, Any]], page: Page) -> dict[str, Any]:
    """OpenAI's list object of a page of a list that is at hand whole, oldest first. Raises InvalidRequest: an unknown
    `after` or `before`."""
    found = list(items) if page.order == "asc" else list(items)[::-1]
    ids = [item["id"] for item in found]
    for name, place in (("after", page.after), ("before", page.before)):
        if place is not None and place not in ids:
            raise InvalidRequest(param=name, detail=f"there is nothing with the id {place!r} to go on {name}")
    start = ids.index(page.after) + 1 if page.after is not None else 0
    end = ids.index(page.before) if page.before is not None else len(ids)
    wanted = found[start:end]
    return page_of(wanted[-page.limit - 1 :] if page.backwards else wanted[: page.limit + 1], page)


def event_stream(events: AsyncIterator[bytes]) -> StreamingResponse:
    """Server-sent events, which nobody on their way is to keep or to hold back."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)


def paging(usual: int = 20, most: int = 100, order: str = "desc") -> Any:
    """A dependency that reads which Page of a list is wanted: `usual` objects, where the caller does not say."""

    def page(
        after: Annotated[str | None, Query(max_length=256)] = None,
        before: Annotated[str | None, Query(max_length=256)] = None,
        limit: Annotated[int, Query(ge=1, le=most)] = usual,
        order: Annotated[str, Query(pattern="^(asc|desc)$")] = order,
    ) -> Page:
        return Page(limit, order, after, before)

    return Depends(page)


def page_of(items: Sequence[dict[str, Any]], page: Page) -> dict[str, Any]:
    """OpenAI's list object of a page that was read with `one_more` item than wanted, to know whether there is more."""
    shown = list(items[-page.limit :] if page.backwards else items[: page.limit])
    return {
        "object": "list",
        "data": shown,
        "first_id": shown[0]["id"] if shown else None,
        "last_id": shown[-1]["id"] if shown else None,
        "has_more": len(items) > page.limit,
    }


def add_headers(request: Request, headers: Mapping[str, str]) -> None:
    """Adds headers to the response, whatever it will be; those it has already stay."""
    pairs = {name.lower().encode(): value.encode() for name, value in headers.items()}
    request.state.headers = {**getattr(request.state, "headers", {}), **pairs}


def tell_public(request: Request) -> None:
    """Keeps a request off the record: everybody may have what is sent, and it is the same for all."""
    request.state.public = True


def tell_documents(
    request: Request, passages: Sequence[Passage] = (), documents: Sequence[tuple[str, str]] = ()
) -> None:
    """Notes which documents stand behind the answer to a request, for the record of who read what: by passages, or by
    the ids of a store (empty: none) and a file."""
    found = dict.fromkeys([*((passage.store_id, passage.file_id) for passage in passages), *documents])
    request.state.documents = [*getattr(request.state, "documents", ()), *found]


def tell_resources(request: Request, *ids: str) -> None:
    """Notes what else a request was about, for the record of who did what."""
    request.state.resources = (*getattr(request.state, "resources", ()), *ids)
