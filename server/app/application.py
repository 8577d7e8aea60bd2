"""The web application: its parts, its routes, its life."""

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence

import numpy as np
from fastapi import Depends, FastAPI

from server import __version__
from server.access.auth import Gate
from server.adapters.extractive import ExtractiveEngine
from server.app.access import add_access, open_access
from server.app.audit import SEALED_BY
from server.app.batches import Endpoints, endpoints_of, open_batches
from server.app.evals import open_evaluations
from server.app.files import add_files
from server.app.find import open_find
from server.app.inference import embeddings_of, models_router
from server.app.jobs import add_jobs
from server.app.limits import Limited, open_limits
from server.app.machine import Watched, add_machine
from server.app.models import open_engines
from server.app.openapi import describe
from server.app.parts import (
    Parts,
    cores,
    open_parts,
    open_sources,
    retriever_of,
)
from server.app.responses import add_responses, open_responses
from server.app.sizes import BYTES_PER_MB
from server.audit.middleware import Recording
from server.audit.recorder import Recorder
from server.audit.routes import audit_router
from server.batches.routes import batches_router
from server.batches.runner import Runner as BatchRunner
from server.bodies import JsonBodies
from server.chat.answer import Answers, Watch
from server.chat.find import Finder, Limits
from server.chat.follow_up import questions
from server.chat.responses.background import Background
from server.chat.rewrite import Rewriter
from server.chat.routes import chat_router
from server.documents.routes import stores_router
from server.documents.source_routes import sources_router
from server.errors import IndexUnavailable
from server.evals.routes import evals_router
from server.evals.runner import Runner
from server.face.hosts import Hosts
from server.face.intake import Intake
from server.face.middleware import Face
from server.face.origins import PageOrigins, admit_origins
from server.http import render_errors
from server.limits.routes import limits_router
from server.model import LECTERN, AuditEvent, Caller, Page, Passage
from server.monitor.metrics import Metrics
from server.monitor.series import Series
from server.ports import Allowed, Engine, Observe
from server.search.routes import search_router
from server.settings import AuditContent, Settings

SAMPLE_STORE = "samples"
TOUCH_SECONDS = 60
LOADED_STORES = 8
KEPT_JOB_SECONDS = 7 * 86_400


def create_app(settings: Settings, started: Callable[[Parts], None] | None = None) -> FastAPI:
    """The web application. `started` is called once it is ready to serve."""

    metrics = Metrics()
    recorder = Recorder(required=settings.audit_required)
    of_keys = PageOrigins()
    opened: list[Parts] = []

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with contextlib.ExitStack() as stack:
            parts = await asyncio.to_thread(stack.enter_context, open_parts(settings, metrics))
            engine, spare = open_engines(settings)
            for one in filter(None, (engine, spare)):
                await one.start()
            opened.append(parts)
            sources, schedule = open_sources(parts)
            access = open_access(parts, of_keys)
            gate = access.gate
            limited = open_limits(parts, gate)
            await asyncio.to_thread(limited.bookkeeper.start)
            stack.callback(limited.bookkeeper.stop)
            runners = _serve(app, parts, engine, spare, gate, limited)
            app.include_router(sources_router(sources, gate))
            add_access(app, access, settings)
            parts.jobs.forget(KEPT_JOB_SECONDS)
            parts.stores.resume()
            parts.worker.start(cores() if settings.workers is None else settings.workers)
            parts.rebuilder.start(builds=settings.workers != 0)
            schedule.start()
            for runner in runners:
                runner.start()
            threading.Thread(target=_load_stores, args=(parts,), name="loading", daemon=True).start()
            # It takes a third of a second, in which no stream would go on if the first who asks for it had it made.
            threading.Thread(target=app.openapi, name="openapi", daemon=True).start()
            if started:
                await asyncio.to_thread(started, parts)
            if settings.audit_content != AuditContent.NONE:
                parts.keys.create(SEALED_BY)
            async with recorder.recording(parts.audit):
                # First of all, for writing finds out whether the record was cut while nobody looked.
                await recorder.record(AuditEvent("start", "lectern serve", LECTERN), durable=True)
                yield
                await recorder.record(AuditEvent("stop", "lectern serve", LECTERN), durable=True)
            for runner in runners:
                await asyncio.to_thread(runner.stop)
            await asyncio.to_thread(schedule.stop)
            await asyncio.to_thread(parts.worker.stop)
            await asyncio.to_thread(parts.rebuilder.stop)
            for one in filter(None, (engine, spare)):
                await one.stop()

    def seal(text: str, request_id: str) -> str:
        return opened[0].keys.seal_text(SEALED_BY, text, request_id, always=True)

    app = FastAPI(title="Lectern", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None)
    render_errors(app)
    describe(app)
    app.add_middleware(JsonBodies)
    app.add_middleware(Recording, recorder=recorder, content=settings.audit_content, seal=seal)
    admit_origins(app, settings.origins, of_keys)
    intake = Intake(settings.request_kb * 1024, settings.upload_mb * BYTES_PER_MB)
    app.add_middleware(Face, note=metrics.request, hosts=Hosts(settings.host, settings.hosts), intake=intake)
    return app


def _load_stores(parts: Parts) -> None:
    """Has the index load the stores that were used last, so that no question waits for it: 100,000 chunks take it many
    seconds. Then has what shows pages be loaded, too."""
    stores = sorted(parts.catalog.stores(Page(1000), LECTERN), key=lambda store: store.last_active_at, reverse=True)
    for store in stores[:LOADED_STORES]:
        with contextlib.suppress(IndexUnavailable):
            parts.index.search(store.collection, np.zeros(store.dimensions, np.float32), None, 1)
    parts.pages.prepare()


def _serve(
    app: FastAPI, parts: Parts, engine: Engine, spare: Engine | None, gate: Gate, limited: Limited
) -> list[Runner | Background | BatchRunner | Series]:
    """Adds the routes; what does the jobs they queue, and what measures, comes back."""
    settings, metrics = parts.settings, parts.metrics
    retriever = retriever_of(parts)

    touched: dict[str, int] = {}

    def search(
        questions: Sequence[str],
        store_ids: Sequence[str],
        limit: int,
        allowed: Allowed,
        *,
        rerank: bool = True,
        observe: Observe | None = None,
    ) -> list[Passage]:
        now = int(time.time())
        for store_id in store_ids:
            # Not with each question: it writes, and a question should not wait for a writer.
            if now - touched.get(store_id, 0) >= TOUCH_SECONDS:
                touched[store_id] = now
                parts.catalog.touch_store(store_id, now)
        return retriever.search(questions, store_ids, limit, allowed, rerank=rerank, observe=observe)

    def split_query(query: str) -> list[str]:
        return questions([{"role": "user", "content": query}])

    def spent(caller: Caller, tokens: int) -> None:
        limited.meter.spent(caller, tokens)
        metrics.tokens(tokens)

    limits = Limits(settings.passages, settings.passage_tokens, settings.min_score)
    # The extractive engine writes nothing.
    rewrite = Rewriter(None if isinstance(engine, ExtractiveEngine) else engine, settings.rewrite_seconds)
    finder = Finder(rewrite, search, parts.rights, parts.stores.allowed, limits, metrics.stage)
    answers = Answers(
        engine=engine,
        spare=spare,
        catalog=parts.catalog,
        find=finder,
        limits=limits,
        watch=Watch(metrics.stage, metrics.markers, spent),
    )
    metrics.watch(parts.jobs.counts, lambda: limited.turnstile.under_way)
    add_files(app, parts, gate)
    shared = settings.stores_shared
    app.include_router(stores_router(parts.stores, search, split_query, parts.rights, gate, shared=shared))
    answering = [Depends(limited.gateway)]
    app.include_router(chat_router(answers, gate), dependencies=answering)
    embeddings = embeddings_of(parts, spent)
    models = models_router(parts, answers, embeddings, retriever.reranking, spent, gate)
    app.include_router(models, dependencies=answering)
    asking = open_responses(parts, answers, limited.gateway)
    add_responses(app, asking, gate, answering)
    app.include_router(limits_router(limited.meter, limited.rows, gate))
    app.include_router(audit_router(parts.audit, parts.audit.signer, gate))
    evaluations, eval_runner = open_evaluations(parts, search, answers, limited.gateway)
    app.include_router(evals_router(evaluations, engine.models, parts.rights, gate))
    request_batches, batch_runner = open_batches(
        parts, Endpoints(endpoints_of(answers, embeddings, asking.responses), limited.gateway, parts.audit)
    )
    app.include_router(batches_router(request_batches, gate))
    request_batches.resume()
    app.include_router(search_router(open_find(parts, retriever.search, asking.conversations), gate))
    add_jobs(app, parts, asking.background, request_batches, evaluations, gate)
    watched = Watched(parts, engine.state, retriever.reranking, lambda: limited.turnstile.under_way)
    return [eval_runner, asking.background, batch_runner, add_machine(app, watched, gate)]
