"""What watches the machine: components, measures, the doctor."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from fastapi import FastAPI

from server.access.auth import Gate
from server.app.findings import engine_finding, gpu_findings, store_findings
from server.app.health import impairments, looks_of, problems
from server.app.parts import Parts, take_backup
from server.model import EngineState
from server.monitor.components import Components, Health
from server.monitor.doctor import Finding, examine
from server.monitor.family import taken
from server.monitor.machine_routes import machine_router
from server.monitor.routes import backup_router, monitor_router
from server.monitor.series import Series
from server.monitor.totals import Totals
from server.retrieval.rerank import Reranking
from server.settings import Settings

_STANDS = {Health.OK: 1.0, Health.STARTING: 0.0, Health.IMPAIRED: 0.5, Health.DOWN: 0.0}


@dataclass(frozen=True, slots=True)
class Watched:
    """What is watched: the parts, how the engine is, what reranks, and how many answers are under way."""

    parts: Parts
    engine: Callable[[], EngineState]
    reranking: Reranking | None
    under_way: Callable[[], int]


def add_machine(app: FastAPI, watched: Watched, gate: Gate) -> Series:
    """Adds the routes of monitoring and backups; what measures comes back, to be started."""
    parts, settings = watched.parts, watched.parts.settings
    health = partial(problems, parts), partial(impairments, watched.reranking)
    app.include_router(monitor_router(parts.metrics, watched.engine, health, gate.needs))
    app.include_router(backup_router(partial(take_backup, parts), gate.needs))
    components = Components(looks_of(parts, watched.engine, watched.reranking), time.time)
    series = Series(partial(totals_of, watched, components))
    app.include_router(machine_router(components, series, partial(_findings, settings), settings, gate))
    return series


def totals_of(watched: Watched, components: Components) -> Totals:
    """What was counted in this process, what it and its children take, and how the components are."""
    counted, family = watched.parts.metrics.totals(), taken()
    looks = {name: look for name, (look, _) in components.look().items()}
    gauges = {
        "answers.under_way": float(watched.under_way()),
        "engine.restarts": float(watched.engine().restarts),
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
