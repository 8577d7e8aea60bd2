"""What an administrator sees of the machine: components, measures, the doctor's findings, and the settings."""

import threading
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query

from server.errors import DoctorBusy
from server.model import Role
from server.monitor.components import Components, component_object
from server.monitor.doctor import Finding
from server.monitor.secrets import redacted
from server.monitor.series import Series
from server.monitor.settings_list import setting_objects
from server.ports import Gate
from server.settings import Settings

_EXAMINED_SECONDS: Final = 10


def machine_router(
    components: Components,
    series: Series,
    examine: Callable[[], Sequence[Finding]],
    settings: Settings,
    gate: Gate,
) -> APIRouter:
    """The routes of the machine."""
    router = APIRouter(prefix="/v1", tags=["monitoring"], dependencies=[Depends(gate.needs(Role.ADMIN))])
    examining = threading.Lock()

    @router.get("/components")
    def list_components() -> dict[str, Any]:
        """Each part of Lectern: its `state` (ok, starting, impaired, down, off), since when, and what to do."""
        found = components.look()
        return _list([component_object(name, look, since) for name, (look, since) in found.items()])

    @router.get("/metrics/series")
    def metrics_series(
        span: Annotated[str, Query(alias="range", pattern="^(hour|day)$")] = "hour",
        after: Annotated[float, Query(ge=0)] = 0.0,
    ) -> dict[str, Any]:
        """This process's measures over the last `hour` (a point every 5 s) or `day` (one a minute), kept in memory
        since the start; `after` (Unix seconds) leaves out what is known already. A value is null where nothing
        happened."""
        return series.told(span, after)

    @router.get("/doctor")
    def run_doctor() -> dict[str, Any]:
        """What `lectern doctor` finds on the server's machine. It takes a moment; one examination at a time."""
        if not examining.acquire(blocking=False):
            raise DoctorBusy(retry_after=_EXAMINED_SECONDS)
        try:
            found = examine()
        finally:
            examining.release()
        return _list(
            [
                {
                    "object": "finding",
                    "name": one.name,
                    "verdict": one.verdict,
                    "detail": redacted(one.detail),
                    "advice": redacted(one.advice) or None,
                }
                for one in found
            ]
        )

    @router.get("/settings")
    def list_settings() -> dict[str, Any]:
        """Every setting as this process read it at its start. Of secrets it only tells whether they are set."""
        return _list(setting_objects(settings))

    return router


def _list(objects: list[dict[str, Any]]) -> dict[str, Any]:
    return {"object": "list", "data": objects, "has_more": False}
