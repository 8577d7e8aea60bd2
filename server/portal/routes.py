"""The portal: static files, and where people sign in to it."""

from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse
from starlette.staticfiles import StaticFiles

from server.portal.doors import Doors
from server.portal.issuer_routes import issuer_routes
from server.portal.session_routes import session_routes


def mount_portal(app: FastAPI, doors: Doors) -> None:
    """Adds the portal at `/` and its sessions under `/portal`."""
    static = Path(str(files("server.portal") / "static"))
    router = APIRouter(tags=["portal"], include_in_schema=False)

    @router.get("/")
    async def home() -> FileResponse:
        return FileResponse(static / "index.html", headers={"Cache-Control": "no-cache"})

    app.include_router(router)
    app.include_router(session_routes(doors))
    app.include_router(issuer_routes(doors))
    app.mount("/portal/static", StaticFiles(directory=static), name="portal")
