"""The composition root: the one place that knows every adapter.

`create_app` makes the web application, `worker_of` a worker without it; both are built from the same parts, which live
as long as the block that opened them.
"""

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from fastapi import FastAPI
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from ingest.chunk import chunks
from ingest.pipeline import Pipeline
from ingest.ports import Embedder
from ingest.sandbox import Sandbox
from server import __version__
from server.access.auth import Gate
from server.access.routes import api_key_routes
from server.adapters.blobs import Blobs
from server.adapters.database.catalog import SqlCatalog
from server.adapters.database.embedders import SqlEmbedders
from server.adapters.database.engine import Database
from server.adapters.database.evals import SqlEvals
from server.adapters.database.file_keys import FileKeys
from server.adapters.database.generations import SqlGenerations
from server.adapters.database.identities import SqlIdentities
from server.adapters.database.jobs import SqlJobs, worker_name
from server.adapters.database.packed import PackedObjects
from server.adapters.database.signatures import SqlSignatures
from server.adapters.database.sources import SqlSources
from server.adapters.database.statistics import SqlStatistics
from server.adapters.datafolder import DataFolder
from server.adapters.embedders import KnownEmbedders, Service, Wanted
from server.adapters.extractive import ExtractiveEngine
from server.adapters.milvus import MilvusIndex
from server.adapters.minilm import MiniLm
from server.adapters.presets import choose, find_gpus, fits
from server.adapters.remote import RemoteEngine
from server.adapters.remote_embedder import RemoteEmbedder
from server.adapters.rerankers.cross_encoder import CrossEncoder
from server.adapters.rerankers.remote import RemoteReranker
from server.adapters.sources.folder import Roots
from server.adapters.sources.network import Network
from server.adapters.sources.places import Places
from server.adapters.vllm import VllmEngine, find_python
from server.backup import snapshot, sweep
from server.chat.answer import Answers
from server.chat.find import Finder, Limits
from server.chat.follow_up import questions
from server.chat.rewrite import Rewriter
from server.chat.routes import chat_router
from server.chat.wire import ChatRequest
from server.documents.duplicates import Duplicates
from server.documents.files import Uploads
from server.documents.generations import Generations
from server.documents.ingestion import Ingestion
from server.documents.passwords import Passwords
from server.documents.rebuild import Rebuild
from server.documents.rebuilder import Rebuilder
from server.documents.routes import files_router, store_files_router, stores_router
from server.documents.schedule import Schedule
from server.documents.sink import IndexSink
from server.documents.source_routes import sources_router
from server.documents.sources import Sources
from server.documents.stores import Stores
from server.documents.sync import Sync
from server.documents.text import Texts
from server.documents.worker import Worker
from server.errors import DatabaseUnavailable, IndexUnavailable, LecternError
from server.evals.evaluations import Evaluations
from server.evals.examiner import Examiner
from server.evals.routes import evals_router
from server.evals.runner import Runner
from server.http import Face, render_errors
from server.model import Generation, Passage, StoreFile
from server.monitor.doctor import Finding, Verdict
from server.monitor.metrics import Metrics
from server.monitor.routes import backup_router, monitor_router
from server.portal.routes import mount_portal
from server.ports import Allowed, Engine, Identities, Reranker
from server.retrieval.rerank import Reranking
from server.retrieval.retriever import Retriever
from server.settings import Settings, WhenEngineDown
from server.vault.keyring import Keyring
from server.vault.master import open_master_key

READER_VERSION = "2"
SAMPLE_STORE = "samples"
TOUCH_SECONDS = 60
LOADED_STORES = 8
KEPT_JOB_SECONDS = 7 * 86_400
BYTES_PER_MB = 1024**2
# A question, and what answers it beside what does not.
_RERANKER_PAIRS = (
    ("How long may a visitor park?", ("Guests may leave their car here for two hours.", "The canteen opens at noon.")),
    ("Who signs the contract?", ("The contract is signed by the director.", "The contract has twelve pages.")),
    ("What does a night in a hotel cost?", ("Rooms are 120 euros per night.", "The hotel was built in 1920.")),
)


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything a Lectern is made of, opened for one process."""

    settings: Settings
    database: Database
    identities: SqlIdentities
    catalog: SqlCatalog
    jobs: SqlJobs
    keys: Keyring
    blobs: Blobs
    index: MilvusIndex
    statistics: SqlStatistics
    embedder: Embedder
    embedders: KnownEmbedders
    stores: Stores
    uploads: Uploads
    texts: Texts
    metrics: Metrics
    sandbox: Sandbox
    worker: Worker
    rebuilder: Rebuilder


@contextmanager
def open_identities(settings: Settings) -> Iterator[Identities]:
    """API keys and sessions, without the rest; for commands beside a running server."""
    database = _database(settings)
    try:
        yield SqlIdentities(database)
    finally:
        database.close()


@contextmanager
def open_parts(settings: Settings, metrics: Metrics | None = None, *, chooses: bool = True) -> Iterator[Parts]:
    """Opens the data folder and all that works on it. Who `chooses` has the settings' embedder become that of all
    stores.

    Raises:
        DataInUse, MissingMasterKey, WrongMasterKey, IndexUnavailable, EmbedderUnavailable: it cannot be opened.
    """
    with contextlib.ExitStack() as stack:
        if not settings.index_uri:  # Milvus Lite admits one process
            stack.enter_context(DataFolder(settings.data).locked())
        database = _database(settings)
        stack.callback(database.close)
        keys = open_keyring(settings, database)
        blobs = Blobs(settings.data / "files", keys, keys.secret("object names"), PackedObjects(database))
        blobs.sweep()
        sweep(settings.data)
        catalog, jobs, statistics = SqlCatalog(database), SqlJobs(database), SqlStatistics(database)
        index = MilvusIndex(settings.index_uri or str(settings.data / "index" / "milvus.db"), settings.index_token)
        stack.callback(index.close)
        embedders = open_embedders(settings, database, keys, chooses=chooses)
        stack.callback(embedders.close)
        embedders.look()
        passwords = Passwords(blobs)
        rows = SqlGenerations(database)
        generations = Generations(rows, catalog, embedders, index, statistics, jobs)
        stores = Stores(catalog, index, generations, jobs, passwords)
        uploads = Uploads(catalog, blobs, keys, stores, settings.upload_mb * BYTES_PER_MB)
        texts = Texts(blobs, READER_VERSION, settings.redact)
        sandbox = stack.enter_context(Sandbox(settings.parse_memory_mb, settings.parse_seconds))
        metrics = metrics or Metrics()
        ingestion = Ingestion(
            catalog=catalog,
            files=blobs,
            passwords=passwords,
            texts=texts,
            readers=sandbox,
            embedders=embedders,
            pipeline_of=lambda embedder: Pipeline(
                chunks, embedder, settings.clean_steps(), keys.secret("signatures"), measure=metrics.cleaned
            ),
            open_sink=partial(IndexSink, index, statistics, keys),
            forget=generations.clear,
            duplicates=Duplicates(SqlSignatures(database), catalog),
            options=settings.read_options(),
        )
        worker = Worker(jobs, ingestion, catalog, worker_name(), partial(_observe_file, metrics))
        stack.callback(worker.stop)
        rebuild = Rebuild(
            rows=rows,
            catalog=catalog,
            embedders=embedders,
            index=index,
            statistics=statistics,
            keys=keys,
            reader=ingestion,
        )
        rebuilder = Rebuilder(jobs, generations, rebuild, worker_name())
        stack.callback(rebuilder.stop)
        yield Parts(
            settings,
            database,
            SqlIdentities(database),
            catalog,
            jobs,
            keys,
            blobs,
            index,
            statistics,
            Wanted(embedders),
            embedders,
            stores,
            uploads,
            texts,
            metrics,
            sandbox,
            worker,
            rebuilder,
        )


def open_sources(parts: Parts) -> tuple[Sources, Schedule]:
    """What stores stay in step with, and what runs it. Raises WrongSetting."""
    settings, rows = parts.settings, SqlSources(parts.database)
    most_bytes = settings.upload_mb * BYTES_PER_MB
    places = Places(Roots(settings.source_roots, settings.data), Network(settings.source_networks), most_bytes)
    sources = Sources(rows, parts.catalog, parts.keys, places)
    sync = Sync(rows, places, parts.uploads, parts.stores, sources.credentials, most_bytes)
    sweep = partial(parts.stores.sweep, parts.uploads.delete)
    return sources, Schedule(parts.jobs, rows, sync, sweep, worker_name())


def cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0))


def retriever_of(parts: Parts) -> Retriever:
    """What finds passages. Raises WrongSetting."""
    settings, metrics = parts.settings, parts.metrics
    reranker = open_reranker(settings)
    reranking = Reranking(reranker, settings.reranker_passages, metrics.stage) if reranker else None
    if reranking:
        metrics.watch_reranker(reranking.name, lambda: not reranking.problem)
    return Retriever(
        parts.index,
        parts.statistics,
        parts.keys,
        parts.catalog,
        parts.embedder,
        metrics.stage,
        reranking,
        others=parts.embedders.of,
    )


def sink_of(parts: Parts, store_id: str, file_id: str) -> IndexSink:
    """What takes the chunks of one file."""
    return IndexSink(parts.index, parts.statistics, parts.keys, store_id, file_id)


def open_keyring(settings: Settings, database: Database) -> Keyring:
    """The keys of this data folder. Raises MissingMasterKey, WrongMasterKey."""
    wrapped = FileKeys(database)
    master, root = open_master_key(settings.data, sealed_elsewhere=wrapped.any())
    return Keyring(master, root, wrapped, seal=settings.seal)


def open_embedders(settings: Settings, database: Database, keys: Keyring, *, chooses: bool) -> KnownEmbedders:
    """The embedders of the stores, and which one is wanted. Raises EmbedderUnavailable: the packaged one is missing."""
    service = None
    if settings.embedder_url:
        url, key = settings.embedder_url.rstrip("/"), settings.embedder_key
        service = Service(url, settings.embedder_model, key, settings.embedder_max_tokens)
    packaged = partial(MiniLm, settings.data / "embedder", threads=settings.embedder_threads)
    return KnownEmbedders(SqlEmbedders(database), keys, packaged, service, chooses=chooses)


def open_embedder(settings: Settings) -> Embedder:
    """The embedder the settings name. Raises EmbedderUnavailable."""
    if settings.embedder_url:
        return RemoteEmbedder(
            settings.embedder_url, settings.embedder_model, settings.embedder_key, settings.embedder_max_tokens
        )
    return MiniLm(settings.data / "embedder", threads=settings.embedder_threads)


def open_reranker(settings: Settings) -> Reranker | None:
    """The reranker the settings name, if they do. Raises WrongSetting."""
    place = settings.reranker
    if place.startswith(("http://", "https://")):
        return RemoteReranker(place, settings.reranker_model, settings.reranker_key, settings.reranker_seconds)
    return CrossEncoder(Path(place), settings.reranker_seconds) if place else None


def open_engines(settings: Settings) -> tuple[Engine, Engine | None]:
    """The engine that answers, and the one that steps in while it does not."""
    extractive = ExtractiveEngine()
    spare = extractive if settings.engine_down == WhenEngineDown.EXTRACTIVE else None
    if settings.engine_url:
        return RemoteEngine(settings.engine_url, settings.engine_key), spare
    if settings.model:
        return VllmEngine(settings), spare
    return extractive, None


def create_app(settings: Settings, started: Callable[[Parts], None] | None = None) -> FastAPI:
    """The web application. `started` is called once it is ready to serve."""

    metrics = Metrics()

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with contextlib.ExitStack() as stack:
            parts = await asyncio.to_thread(stack.enter_context, open_parts(settings, metrics))
            engine, spare = open_engines(settings)
            for one in filter(None, (engine, spare)):
                await one.start()
            sources, schedule = open_sources(parts)
            gate = Gate(parts.identities)
            runner = _serve(app, parts, engine, spare, gate)
            app.include_router(sources_router(sources, gate.needs))
            parts.jobs.forget(KEPT_JOB_SECONDS)
            parts.stores.resume()
            parts.worker.start(cores() if settings.workers is None else settings.workers)
            parts.rebuilder.start(builds=settings.workers != 0)
            schedule.start()
            runner.start()
            threading.Thread(target=_load_stores, args=(parts,), name="loading", daemon=True).start()
            if started:
                await asyncio.to_thread(started, parts)
            yield
            await asyncio.to_thread(runner.stop)
            await asyncio.to_thread(schedule.stop)
            await asyncio.to_thread(parts.worker.stop)
            await asyncio.to_thread(parts.rebuilder.stop)
            for one in filter(None, (engine, spare)):
                await one.stop()

    app = FastAPI(title="Lectern", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None)
    render_errors(app)
    app.add_middleware(Face, note=metrics.request, most_json_bytes=settings.request_kb * 1024)
    return app


def _impairments(retriever: Retriever) -> dict[str, str]:
    """What makes answers worse than they could be, without keeping Lectern from answering."""
    problem = retriever.reranking.problem if retriever.reranking else ""
    return {"reranker": problem} if problem else {}


def _load_stores(parts: Parts) -> None:
    """Has the index load the stores that were used last, so that no question waits for it: 100,000 chunks take it many
    seconds."""
    stores = sorted(parts.catalog.stores(None, 1000, "desc"), key=lambda store: store.last_active_at, reverse=True)
    for store in stores[:LOADED_STORES]:
        with contextlib.suppress(IndexUnavailable):
            parts.index.search(store.collection, np.zeros(store.dimensions, np.float32), None, 1)


def _serve(app: FastAPI, parts: Parts, engine: Engine, spare: Engine | None, gate: Gate) -> Runner:
    """Adds the routes; what asks the questions of evaluations comes back."""
    settings, metrics = parts.settings, parts.metrics
    retriever = retriever_of(parts)

    touched: dict[str, int] = {}

    def search(questions: Sequence[str], store_ids: Sequence[str], limit: int, allowed: Allowed) -> list[Passage]:
        now = int(time.time())
        for store_id in store_ids:
            # Not with each question: it writes, and a question should not wait for a writer.
            if now - touched.get(store_id, 0) >= TOUCH_SECONDS:
                touched[store_id] = now
                parts.catalog.touch_store(store_id, now)
        return retriever.search(questions, store_ids, limit, allowed)

    def split_query(query: str) -> list[str]:
        return questions([{"role": "user", "content": query}])

    limits = Limits(settings.passages, settings.passage_tokens, settings.min_score, settings.max_streams)
    # The extractive engine writes nothing.
    rewrite = Rewriter(None if isinstance(engine, ExtractiveEngine) else engine, settings.rewrite_seconds)
    finder = Finder(parts.catalog, rewrite, search, parts.stores.allowed, limits, metrics.stage)
    answers = Answers(
        engine=engine,
        spare=spare,
        catalog=parts.catalog,
        find=finder,
        limits=limits,
        observe=metrics.stage,
        note=metrics.markers,
    )
    metrics.watch(parts.jobs.counts, lambda: answers.under_way)
    app.include_router(files_router(parts.uploads, gate.needs))
    app.include_router(stores_router(parts.stores, search, split_query, gate.needs))
    app.include_router(store_files_router(parts.stores, parts.texts, gate.needs))
    app.include_router(chat_router(answers, gate.needs, int(time.time())))
    app.include_router(api_key_routes(parts.identities, gate))
    health = partial(_problems, parts), partial(_impairments, retriever)
    app.include_router(monitor_router(metrics, engine.state, health, gate.needs))
    app.include_router(backup_router(partial(take_backup, parts), gate.needs))
    evaluations = Evaluations(SqlEvals(parts.database), parts.catalog, parts.keys, parts.jobs, parts.uploads.open)
    app.include_router(evals_router(evaluations, engine.models, gate.needs))
    mount_portal(app, parts.identities, gate)
    examiner = Examiner(
        search,
        lambda store_id: parts.stores.allowed(store_id, None),
        partial(_answer, answers, asyncio.get_running_loop()),
        settings.min_score,
    )
    return Runner(parts.jobs, evaluations, examiner, worker_name())


def _answer(
    answers: Answers, loop: asyncio.AbstractEventLoop, model: str, store_id: str, question: str
) -> dict[str, Any]:
    """The whole answer to a question from a thread, as a user of the API gets it."""
    body = {
        "model": model,
        "messages": [{"role": "user", "content": question}],
        "knowledge": {"vector_store_ids": [store_id]},
    }
    request = ChatRequest.model_validate(body)

    async def answer() -> dict[str, Any]:
        return await answers.complete(await answers.prepare(request))

    return asyncio.run_coroutine_threadsafe(answer(), loop).result()


def take_backup(parts: Parts, out: BinaryIO, include_key: bool) -> None:
    """Writes a backup of everything to a stream, while writers wait."""
    index = None if parts.settings.index_uri else parts.settings.data / "index"
    snapshot(out, parts.settings.data, parts.database, parts.blobs, index, _frozen(parts), include_key)


@contextmanager
def _frozen(parts: Parts) -> Iterator[None]:
    """While the block runs, nobody writes to the index or the database; what is written elsewhere follows from them."""
    with parts.index.frozen(), parts.database.begin():
        yield


def engine_finding(settings: Settings) -> Finding:
    """Which engine would answer, and whether it can be started, for `lectern doctor`."""
    if settings.engine_url:
        return Finding("engine", Verdict.OK, f"remote, at {settings.engine_url}")
    if not settings.model:
        detail = "extractive: quotes sentences; set LECTERN_MODEL to have a model answer"
        return Finding("engine", Verdict.OK, detail)
    preset = choose(settings.preset, settings.model, find_gpus())
    python = find_python(settings.vllm_python)
    if python is None:
        return Finding("engine", Verdict.FAIL, "vLLM is not installed", "run `LECTERN_MODEL=… make run` once")
    return Finding("engine", Verdict.OK, f"vLLM with {settings.model}, preset {preset.name}")


def reranker_finding(settings: Settings) -> Finding:
    """Whether the reranker answers, and tells answers from other texts, for `lectern doctor`."""
    try:
        reranker = open_reranker(settings)
        if reranker is None:
            return Finding("reranker", Verdict.OK, "none; LECTERN_RERANKER names one")
        started = time.perf_counter()
        right = sum(answer > other for answer, other in (reranker.score(*pair) for pair in _RERANKER_PAIRS))
        seconds = time.perf_counter() - started
    except LecternError as error:
        return Finding("reranker", Verdict.FAIL, error.message, "see docs/howto/rerank.md")
    verdict = Verdict.OK if right == len(_RERANKER_PAIRS) else Verdict.WARN
    detail = f"{reranker.name} puts {right} of {len(_RERANKER_PAIRS)} plain answers first ({seconds * 1000:.0f} ms)"
    return Finding("reranker", verdict, detail, "is it a model trained to rerank, and for English?")


def store_findings(settings: Settings) -> Iterator[Finding]:
    """Which stores are changing their embedder, how far they are, and whether the old one is still to be had, for
    `lectern doctor`."""
    if not settings.database_url and not (settings.data / "lectern.db").exists():
        yield Finding("stores", Verdict.OK, "none yet")
        return
    database = Database(_database_url(settings))
    try:
        under_way = SqlGenerations(database).under_way()
        for generation in under_way:
            yield _change_of_embedder(settings, database, generation)
        if not under_way:
            yield Finding("stores", Verdict.OK, "each answers from its embedder's newest vectors")
    except SQLAlchemyError as error:
        yield Finding(
            "stores", Verdict.WARN, f"nothing is known of them ({type(error).__name__})", "start Lectern once"
        )
    finally:
        database.close()


def _change_of_embedder(settings: Settings, database: Database, generation: Generation) -> Finding:
    store = SqlCatalog(database).store(generation.store_id)
    building = SqlGenerations(database).building([store.id]).get(store.id)
    done = f"{building.files_done} of {building.files} files" if building else "all files"
    told = f"{store.name}: changes its embedder from {store.fingerprint} to {generation.fingerprint}; {done} so far"
    record = SqlEmbedders(database).of(store.fingerprint)
    if record is None or not record.url:
        return Finding("stores", Verdict.OK, told)
    try:
        embedders = open_embedders(settings, database, open_keyring(settings, database), chooses=False)
        with contextlib.closing(embedders):
            embedders.recognise(store.fingerprint)
    except LecternError as error:
        advice = f"have the old embedder run until the new one is ready: {error.message}"
        return Finding("stores", Verdict.WARN, f"{told}. Until then questions are answered by words alone", advice)
    return Finding("stores", Verdict.OK, told)


def gpu_findings() -> Iterator[Finding]:
    """The GPUs, and which preset fits them and why, for `lectern doctor`."""
    gpus = find_gpus()
    seen = ", ".join(f"{gpu.name} ({gpu.memory:.0f} GiB)" for gpu in gpus)
    yield Finding("GPU", Verdict.OK, seen or "none found; models run on the CPU")
    for preset, fitting, why in fits(gpus):
        yield Finding(f"preset {preset.name}", Verdict.OK, f"{'fits' if fitting else 'does not fit'}: {why}")


def _problems(parts: Parts) -> dict[str, str]:
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


def _observe_file(metrics: Metrics, result: str, entry: StoreFile | None, seconds: float) -> None:
    metrics.file(result, entry.chunks if entry else 0, seconds)


def _database_url(settings: Settings) -> str:
    return settings.database_url or f"sqlite:///{settings.data / 'lectern.db'}"


def _database(settings: Settings) -> Database:
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = Database(_database_url(settings))
    try:
        database.migrate()
    except OperationalError as error:
        database.close()
        raise DatabaseUnavailable(detail=str(error.orig).splitlines()[0]) from None
    return database
