"""`/healthz`, `/readyz` and `/metrics`."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends, Response

from server.model import EngineState, Role
from server.monitor.metrics import Metrics


def monitor_router(
    metrics: Metrics,
    engine: Callable[[], EngineState],
    problems: Callable[[], dict[str, str]],
    needs: Callable[[Role], Any],
) -> APIRouter:
    """The routes of monitoring. `problems` names what keeps Lectern from answering; healthy is empty."""
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
        return {"status": "not ready" if found else "ready", "problems": found}

    @router.get("/metrics", dependencies=[Depends(needs(Role.READER))])
    def read_metrics() -> Response:
        """Prometheus metrics."""
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
