"""`/healthz`, `/readyz`, `/metrics`, the engine's state, and backups."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any, BinaryIO

from fastapi import APIRouter, Body, Depends, Response
from fastapi.responses import StreamingResponse

from server.model import EngineState, Role
from server.monitor.metrics import Metrics

READ_BYTES = 256 * 1024
Problems = Callable[[], dict[str, str]]


def monitor_router(
    metrics: Metrics,
    engine: Callable[[], EngineState],
    health: tuple[Problems, Problems],
    needs: Callable[[Role], Any],
) -> APIRouter:
    """The routes of monitoring. `health` names what keeps Lectern from answering, and what only makes answers worse."""
    problems, impairments = health
    router = APIRouter(tags=["monitoring"])

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        """The process lives. Needs no key."""
        return {"status": "ok"}

    @router.get("/readyz")
    def readyz(response: Response) -> dict[str, Any]:
        """Whether questions would be answered now; 503 and the reasons if not. Needs no key."""
        found = problems()
        state = engine()
        if not state.ready:
            found["engine"] = state.phase
        response.status_code = 503 if found else 200
        return {"status": "not ready" if found else "ready", "problems": found, "impaired": impairments()}

    @router.get("/metrics", dependencies=[Depends(needs(Role.AUDITOR))])
    def read_metrics() -> Response:
        """Prometheus metrics. They count what no reader may know: the files and questions of all stores."""
        state = engine()
        metrics.engine(state.name, state.phase, ready=state.ready, restarts=state.restarts)
        return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    @router.get("/v1/engine", dependencies=[Depends(needs(Role.ADMIN))])
    async def engine_state() -> dict[str, Any]:
        """How the engine is, with the end of its log."""
        state = engine()
        return {
            "object": "engine",
            "name": state.name,
            "phase": state.phase,
            "ready": state.ready,
            "detail": state.detail,
            "restarts": state.restarts,
            "since": state.since,
            "log": list(state.log_tail),
        }

    return router


def backup_router(take: Callable[[BinaryIO, bool], object], needs: Callable[[Role], Any]) -> APIRouter:
    """The route of backups. `take` writes one to a stream, with the master key or without."""
    router = APIRouter(prefix="/v1", tags=["operations"], dependencies=[Depends(needs(Role.ADMIN))])

    @router.post("/backup")
    async def backup(include_key: Annotated[bool, Body(embed=True)] = False) -> StreamingResponse:
        """A backup of the running Lectern, as a tar archive; it is whole if it ends with its sums."""
        reading, writing = os.pipe()

        def write() -> None:
            with os.fdopen(writing, "wb") as out:
                take(out, include_key)

        async def content() -> AsyncIterator[bytes]:
            with os.fdopen(reading, "rb") as source:
                writer = asyncio.create_task(asyncio.to_thread(write))
                while block := await asyncio.to_thread(source.read, READ_BYTES):
                    yield block
                await writer  # what went wrong cuts the response off

        return StreamingResponse(content(), media_type="application/x-tar")

    return router
