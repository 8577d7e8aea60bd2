"""What watches the machine: components, measures, the doctor."""

import time
from collections.abc import Callable
from dataclasses import replace

from fastapi import FastAPI

from server.access.auth import Gate
from server.app.findings import engine_finding, gpu_findings, store_findings
from server.app.health import looks_of
from server.app.parts import Parts
from server.model import EngineState
from server.monitor.components import Components, Health
from server.monitor.doctor import Finding, examine
from server.monitor.family import taken
from server.monitor.machine_routes import machine_router
from server.monitor.metrics import Metrics
from server.monitor.series import Series
from server.monitor.totals import Totals
from server.retrieval.rerank import Reranking
from server.settings import Settings

_STANDS = {Health.OK: 1.0, Health.STARTING: 0.0, Health.IMPAIRED: 0.5, Health.DOWN: 0.0}


def add_machine(
    app: FastAPI,
    parts: Parts,
    engine: Callable[[], EngineState],
    reranking: Reranking | None,
    under_way: Callable[[], int],
    gate: Gate,
) -> Series:
    """Adds the routes of the machine; what measures it comes back, to be started."""
    components = Components(looks_of(parts, engine, reranking), time.time)
    series = Series(lambda: totals_of(parts.metrics, components, engine, under_way))
    app.include_router(machine_router(components, series, lambda: _findings(parts.settings), parts.settings, gate))
    return series


def totals_of(
    metrics: Metrics, components: Components, engine: Callable[[], EngineState], under_way: Callable[[], int]
) -> Totals:
    """What was counted in this process, what it and its children take, and how the components are."""
    counted, family = metrics.totals(), taken()
    looks = {name: look for name, (look, _) in components.look().items()}
    gauges = {
        "answers.under_way": float(under_way()),
        "engine.restarts": float(engine().restarts),
        "process.memory": float(family.memory),
        "process.count": float(family.processes),
    }
    for name in ("database", "index", "engine", "reranker"):
        if (stands := _STANDS.get(looks[name].state)) is not None:
            gauges[f"{name}.ready"] = stands
    for gauge, component, fact in (
        ("jobs.queued", "worker", "queued"),
        ("jobs.running", "worker", "running"),
        ("disk.free", "disk", "free"),
        ("disk.total", "disk", "total"),
    ):
        if (value := looks[component].facts.get(fact)) is not None:
            gauges[gauge] = float(value)
    return replace(counted, counters={**counted.counters, "cpu": family.seconds}, gauges=gauges)


def _findings(settings: Settings) -> list[Finding]:
    # Not the reranker: it would be opened a second time. How it is, its component tells.
    return examine(settings, (store_findings, lambda one: iter([engine_finding(one)]), lambda _: gpu_findings()))
