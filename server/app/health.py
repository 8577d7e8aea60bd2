"""What is found when the components are looked at."""

import time
from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from server.app.parts import Parts, cores
from server.errors import EmbedderUnavailable, IndexUnavailable
from server.model import EngineState
from server.monitor.components import Health, Look
from server.monitor.doctor import LEAST_FREE_BYTES
from server.monitor.family import room
from server.monitor.secrets import redacted
from server.retrieval.rerank import Reranking

FULL_BYTES: Final = 512 * 1024**2
"""With less room than this, writing will fail before long."""

STUCK_SECONDS: Final = 60.0
"""How long files may wait while nobody reads any, before that is told."""

_GIB: Final = 1024**3


def looks_of(
    parts: Parts, engine: Callable[[], EngineState], reranking: Reranking | None
) -> Mapping[str, Callable[[], Look]]:
    """Component -> what looks at it."""
    return {
        "database": lambda: _database(parts),
        "index": lambda: _index(parts),
        "engine": lambda: _engine(engine()),
        "embedder": lambda: _embedder(parts),
        "reranker": lambda: _reranker(reranking),
        "worker": _WorkerLook(parts, time.monotonic),
        "disk": lambda: _disk(parts),
    }


def problems(parts: Parts) -> dict[str, str]:
    """What keeps Lectern from answering, besides its engine."""
    found = {}
    try:
        with parts.database.read() as connection:
            connection.exec_driver_sql("SELECT 1")
    except SQLAlchemyError as error:
        found["database"] = type(error).__name__
    try:
        parts.index.revive()
    except IndexUnavailable as error:
        found["index"] = error.message
    return found


def impairments(reranking: Reranking | None) -> dict[str, str]:
    """What makes answers worse than they could be, without keeping Lectern from answering."""
    problem = reranking.problem if reranking else ""
    return {"reranker": problem} if problem else {}


def _database(parts: Parts) -> Look:
    kind = "SQLite" if parts.database.is_sqlite else "PostgreSQL"
    started = time.perf_counter()
    try:
        with parts.database.read() as connection:
            connection.exec_driver_sql("SELECT 1")
    except SQLAlchemyError as error:
        message = f"{kind} does not answer ({type(error).__name__}). Nothing works without it."
        advice = "See that its server runs, and check LECTERN_DATABASE_URL. `lectern doctor` looks for damage."
        return Look(Health.DOWN, "database_down", message, advice, {"kind": kind, "error": type(error).__name__})
    seconds = round(time.perf_counter() - started, 4)
    return Look(Health.OK, "database_ok", f"{kind} answers.", facts={"kind": kind, "seconds": seconds})


def _index(parts: Parts) -> Look:
    kind = "Milvus" if parts.settings.index_uri else "Milvus Lite"
    try:
        parts.index.probe()
    except IndexUnavailable as error:
        detail = redacted(str(error.facts.get("detail", "")))
        message = f"{kind} does not answer ({detail}). Nothing is found without it."
        advice = (
            "See that Milvus runs, and check LECTERN_INDEX_URI." if parts.settings.index_uri else "Restart Lectern."
        )
        return Look(Health.DOWN, "index_down", message, advice, {"kind": kind, "detail": detail})
    return Look(Health.OK, "index_ok", f"{kind} answers.", facts={"kind": kind})


def _engine(state: EngineState) -> Look:
    facts: dict[str, str | int | float] = {"kind": state.name, "restarts": state.restarts}
    if state.name == "extractive":
        message = "No model is set: answers are quotes from the documents."
        return Look(Health.OK, "engine_extractive", message, "To have a model answer, set LECTERN_MODEL.", facts)
    if state.ready:
        return Look(Health.OK, "engine_ok", f"The engine ({state.name}) answers.", facts=facts)
    detail = redacted(state.detail)
    facts["detail"] = detail
    if state.phase == "starting":
        return Look(
            Health.STARTING, "engine_starting", "The model is being loaded.", "Wait; it can take minutes.", facts
        )
    told = f" ({detail})" if detail else ""
    if state.phase == "restarting":
        message = f"The engine ended and is being started again{told}."
        return Look(Health.IMPAIRED, "engine_restarting", message, "Its log, under Models, tells why it ended.", facts)
    message = f"The engine does not answer{told}."
    return Look(Health.DOWN, "engine_down", message, "Its log, under Models, tells why.", facts)


def _embedder(parts: Parts) -> Look:
    facts: dict[str, str | int | float] = {"model": parts.embedders.name() or "unknown"}
    try:
        parts.embedders.wanted()
    except EmbedderUnavailable as error:
        message = (
            f"The embedder does not answer ({redacted(error.message)}). Files wait; questions are answered by words."
        )
        advice = "See that its server runs, and check LECTERN_EMBEDDER_URL."
        return Look(Health.DOWN, "embedder_down", message, advice, facts)
    return Look(Health.OK, "embedder_ok", f"{facts['model']} is ready.", facts=facts)


def _reranker(reranking: Reranking | None) -> Look:
    if reranking is None:
        message = "None is set: passages are ranked by meaning and words alone."
        return Look(Health.OFF, "reranker_off", message, "To have one, set LECTERN_RERANKER.")
    facts: dict[str, str | int | float] = {"model": reranking.name}
    if problem := redacted(reranking.problem):
        message = f"{reranking.name} failed when it was last asked ({problem}). Questions are answered without it."
        advice = "See that it runs, and check LECTERN_RERANKER."
        return Look(Health.IMPAIRED, "reranker_impaired", message, advice, facts | {"detail": problem})
    return Look(Health.OK, "reranker_ok", f"{reranking.name} is ready.", facts=facts)


class _WorkerLook:
    """Files that wait while none is read are a sign that nobody reads, but not at once."""

    def __init__(self, parts: Parts, clock: Callable[[], float]) -> None:
        self._parts = parts
        self._clock = clock
        self._idle_since: float | None = None

    def __call__(self) -> Look:
        """Looks at the queue."""
        try:
            counts = self._parts.jobs.counts()
        except SQLAlchemyError as error:
            message = "The queue cannot be read: the database does not answer."
            return Look(Health.DOWN, "worker_unknown", message, facts={"error": type(error).__name__})
        wanted = self._parts.settings.workers
        threads = cores() if wanted is None else wanted
        facts: dict[str, str | int | float] = {"workers": threads, **counts}
        stalled = counts["queued"] > 0 and counts["running"] == 0
        now = self._clock()
        self._idle_since = (now if self._idle_since is None else self._idle_since) if stalled else None
        if self._idle_since is not None and now - self._idle_since >= STUCK_SECONDS:
            message = f"{counts['queued']} jobs wait, and nobody works on any."
            advice = "Jobs tells since when and why. With LECTERN_WORKERS=0, see that `lectern worker` runs."
            return Look(Health.IMPAIRED, "worker_stuck", message, advice, facts)
        if not threads:
            return Look(Health.OFF, "worker_elsewhere", "This process reads no files (LECTERN_WORKERS=0).", facts=facts)
        if not any(counts.values()):
            return Look(Health.OK, "worker_idle", "Nothing is to be done.", facts=facts)
        message = f"{counts['running']} jobs run, {counts['queued']} wait."
        return Look(Health.OK, "worker_busy", message, facts=facts)


def _disk(parts: Parts) -> Look:
    try:
        free, total = room(parts.settings.data)
    except OSError as error:
        message = f"The data folder cannot be read ({error.strerror})."
        return Look(
            Health.DOWN, "disk_unreadable", message, "See that its disk is there.", {"error": str(error.strerror)}
        )
    facts: dict[str, str | int | float] = {"free": free, "total": total}
    message = f"{free / _GIB:.1f} GiB of {total / _GIB:.1f} GiB are free."
    if free < FULL_BYTES:
        return Look(
            Health.DOWN, "disk_full", f"{message} Writing will fail.", "Free some, or move LECTERN_DATA.", facts
        )
    if free < LEAST_FREE_BYTES:
        return Look(Health.IMPAIRED, "disk_low", message, "Free some before it is full, or move LECTERN_DATA.", facts)
    return Look(Health.OK, "disk_ok", message, facts=facts)
