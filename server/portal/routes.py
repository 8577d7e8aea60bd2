"""The portal: its files, and where people sign in to it."""

from importlib.resources import files
from pathlib import Path
from typing import Final

import structlog
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import PlainTextResponse, Response

from server.access.callers import SESSION_COOKIE
from server.http import tell_public
from server.portal.assets import MOUNT, Asset, Assets
from server.portal.doors import Doors
from server.portal.issuer_routes import issuer_routes
from server.portal.session_routes import session_routes

log = structlog.get_logger()

# The addresses of the portal's pages; each shows the same document, whose script draws what the address means.
PAGES: Final = (
    "/",
    "/ask",
    "/ask/{conversation}",
    "/answers/{response}",
    "/documents",
    "/documents/{store}",
    "/documents/{store}/{file}",
    "/find",
    "/admin",
    "/admin/{section}",
    "/admin/{section}/{item}",
    "/account",
    "/welcome",
)
_WIDGET_SECONDS: Final = 300
_UNBUILT: Final = (
    "The portal was not built: the browser files of other makers are missing. Run `docker/setup.sh run` (or `make "
    "run`) in Lectern's folder, then start Lectern again. The API works without it."
)


def mount_portal(app: FastAPI, doors: Doors) -> None:
    """Adds the portal's pages, its files, and its sessions under `/portal`."""
    folder = Path(str(files("server.portal")))
    assets = Assets(folder / "static", folder / "built")
    app.include_router(_pages(assets))
    app.include_router(session_routes(doors))
    app.include_router(issuer_routes(doors))


def _pages(assets: Assets) -> APIRouter:
    routes = APIRouter(tags=["portal"], include_in_schema=False)
    # Whoever is signed in is told at once of the modules of the page itself, too: they need not wait for the frame.
    entries = {path: assets.page("index.html", "main.js", f"pages/{_entry(path)}.js") for path in PAGES}
    stranger = assets.page("index.html", "main.js")
    built = assets.get("libraries/preact.js") is not None
    if not built:
        log.warning("The portal cannot be shown", reason=_UNBUILT)

    async def show(request: Request) -> Response:
        tell_public(request)
        if not built:
            return PlainTextResponse(_UNBUILT, 503)
        page = entries[request.scope["route"].path] if SESSION_COOKIE in request.cookies else stranger
        return _sent(page, request, "no-cache")

    for path in PAGES:
        routes.add_api_route(path, show, methods=["GET"])

    @routes.get(MOUNT + "/{digest}/{name:path}")
    async def asset(digest: str, name: str, request: Request) -> Response:
        tell_public(request)
        found = assets.get(name)
        if found is None:
            return PlainTextResponse("There is no such file.", 404)
        # What an address of another version asks for is sent, so that a page that was open goes on, but not kept.
        return _sent(found, request, "public, max-age=31536000, immutable" if digest == assets.digest else "no-cache")

    @routes.get("/portal/widget.js")
    async def widget(request: Request) -> Response:
        tell_public(request)
        found = assets.get("widget.js")
        if found is None:
            return PlainTextResponse(_UNBUILT, 503)
        # The address stays, for it stands in pages of others; browsers of other pages take it only if told they may.
        sent = _sent(found, request, f"public, max-age={_WIDGET_SECONDS}")
        sent.headers.update({"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"})
        return sent

    return routes


def _entry(path: str) -> str:
    """The module of a page, as `shell/portal.js` loads it, without its ending."""
    name = path.split("/")[1] or "ask"
    name = "document" if path == "/documents/{store}/{file}" else name.removesuffix("s") if name == "answers" else name
    return f"{name}/{name}"


def _sent(asset: Asset, request: Request, kept: str) -> Response:
    headers = {"Cache-Control": kept, "ETag": asset.tag, "Vary": "Accept-Encoding"}
    if request.headers.get("If-None-Match") == asset.tag:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        return Response(asset.packed, headers=headers | {"Content-Encoding": "gzip"}, media_type=asset.media_type)
    return Response(asset.plain, headers=headers, media_type=asset.media_type)
