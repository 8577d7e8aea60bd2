"""The routes of the machine, where several ask at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from server.http import render_errors
from server.model import LECTERN, Caller, Role
from server.monitor.doctor import Finding
from server.monitor.machine_routes import machine_router
from server.settings import Settings


class Open:
    """Lets everybody in."""

    def needs(self, role: Role) -> Callable[[], Caller]:
        return lambda: LECTERN


def test_while_the_machine_is_examined_another_is_told_to_come_back() -> None:
    app, threads = FastAPI(), ThreadPoolExecutor(1)
    others: list[Any] = []
    render_errors(app)
    client = TestClient(app)

    def examine() -> list[Finding]:
        if not others:
            others.append(threads.submit(client.get, "/v1/doctor").result(timeout=30))
        return []

    nothing: Any = None
    gate: Any = Open()
    app.include_router(machine_router(nothing, nothing, examine, Settings.read(), gate))
    assert client.get("/v1/doctor").status_code == 200
    assert (others[0].status_code, others[0].json()["error"]["code"]) == (429, "doctor_busy")
    assert int(others[0].headers["Retry-After"]) > 0
    assert client.get("/v1/doctor").status_code == 200
    threads.shutdown()
