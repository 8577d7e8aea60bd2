"""Everything a Lectern is made of, opened for one process."""

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

import structlog

from ingest.chunk import chunks
from ingest.pipeline import Pipeline
from ingest.ports import Embedder
from ingest.sandbox import Sandbox
from server.adapters.blobs import Blobs
from server.adapters.database.audit import SqlAudit
from server.adapters.database.catalog import SqlCatalog
from server.adapters.database.engine import Database
from server.adapters.database.generations import SqlGenerations
from server.adapters.database.groups import SqlGroups
from server.adapters.database.identities import SqlIdentities
from server.adapters.database.jobs import SqlJobs, worker_name
from server.adapters.database.packed import PackedObjects
from server.adapters.database.rights import SqlRights
from server.adapters.database.sessions import SqlSessions
from server.adapters.database.signatures import SqlSignatures
from server.adapters.database.sources import SqlSources
from server.adapters.database.statistics import SqlStatistics
from server.adapters.database.uploads import SqlUploads
from server.adapters.database.users import SqlUsers
from server.adapters.datafolder import DataFolder
from server.adapters.embedders import KnownEmbedders, Wanted
from server.adapters.milvus import MilvusIndex
from server.adapters.sources.folder import Roots
from server.adapters.sources.network import Network
from server.adapters.sources.places import Places
from server.app.audit import audit_of
from server.app.database import open_database, open_keyring
from server.app.models import open_embedders, open_reranker
from server.app.sizes import BYTES_PER_MB, open_sizes
from server.backup import snapshot, sweep
from server.documents.duplicates import Duplicates
from server.documents.files import Uploads
from server.documents.generations import Generations
from server.documents.ingestion import Ingestion
from server.documents.pages import Pages
from server.documents.part_uploads import PartUploads
from server.documents.passwords import Passwords
from server.documents.rebuild import Rebuild
from server.documents.rebuilder import Rebuilder
from server.documents.schedule import Schedule
from server.documents.sink import IndexSink
from server.documents.sources import Sources
from server.documents.stores import Stores
from server.documents.sync import Sync
from server.documents.text import Texts
from server.documents.worker import Worker
from server.errors import AuditUnavailable
from server.model import LECTERN, AuditEvent, StoreFile
from server.monitor.metrics import Metrics
from server.retrieval.rerank import Reranking
from server.retrieval.retriever import Retriever
from server.settings import Settings
from server.vault.keyring import Keyring

log = structlog.get_logger()

READER_VERSION = "2"
VIEW_SECONDS = 60
"""What showing one page may take."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything a Lectern is made of, opened for one process."""

    settings: Settings
    database: Database
    identities: SqlIdentities
    sessions: SqlSessions
    users: SqlUsers
    groups: SqlGroups
    rights: SqlRights
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
    pages: Pages
    metrics: Metrics
    sandbox: Sandbox
    worker: Worker
    rebuilder: Rebuilder
    audit: SqlAudit


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
        database = open_database(settings)
        stack.callback(database.close)
        keys = open_keyring(settings, database)
        audit = audit_of(settings, database, keys)
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
        rights = SqlRights(database)
        sizes = open_sizes(settings, database, catalog)
        stores = Stores(catalog, index, generations, jobs, passwords, rights, sizes)
        uploads = Uploads(catalog, blobs, keys, stores, sizes.upload)
        texts = Texts(blobs, READER_VERSION, settings.redact)
        sandbox = stack.enter_context(Sandbox(settings.parse_memory_mb, settings.parse_seconds))
        # A sandbox of its own: who looks at a page should not wait for those who read thousands of files.
        viewers = stack.enter_context(Sandbox(settings.parse_memory_mb, VIEW_SECONDS))
        pages = Pages(
            catalog=catalog,
            files=blobs,
            passwords=passwords,
            viewers=viewers,
            options=settings.read_options(),
            most=max(2, cores()),
        )
        metrics = metrics or Metrics()
        ingestion = Ingestion(
            catalog=catalog,
            files=blobs,
            passwords=passwords,
            texts=texts,
            readers=sandbox,
            embedders=embedders,
            pipeline_of=lambda embedder, chunking: Pipeline(
                chunks,
                embedder,
                settings.clean_steps(),
                keys.secret("signatures"),
                chunking.max_tokens,
                chunking.overlap_tokens,
                measure=metrics.cleaned,
            ),
            open_sink=partial(IndexSink, index, statistics, keys),
            forget=generations.clear,
            sizes=sizes,
            duplicates=Duplicates(SqlSignatures(database), catalog),
            options=settings.read_options(),
        )
        worker = Worker(jobs, ingestion, catalog, worker_name(), partial(_observe_file, metrics, audit))
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
            SqlSessions(database, hours=settings.session_hours, idle_minutes=settings.session_idle_minutes),
            SqlUsers(database),
            SqlGroups(database),
            rights,
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
            pages,
            metrics,
            sandbox,
            worker,
            rebuilder,
            audit,
        )


def open_sources(parts: Parts) -> tuple[Sources, Schedule]:
    """What stores stay in step with, and what runs it. Raises WrongSetting."""
    settings, rows = parts.settings, SqlSources(parts.database)
    most_bytes = settings.upload_mb * BYTES_PER_MB
    places = Places(Roots(settings.source_roots, settings.data), Network(settings.source_networks), most_bytes)
    sources = Sources(rows, parts.catalog, parts.keys, places, parts.rights)
    sync = Sync(rows, places, parts.uploads, parts.stores, sources.credentials, most_bytes)
    part_uploads = part_uploads_of(parts)

    def sweep() -> int:
        return parts.stores.sweep(parts.uploads.delete) + parts.uploads.sweep() + part_uploads.sweep()

    return sources, Schedule(parts.jobs, rows, sync, sweep, worker_name())


def part_uploads_of(parts: Parts) -> PartUploads:
    """Uploads in parts."""
    sizes = open_sizes(parts.settings, parts.database, parts.catalog)
    return PartUploads(SqlUploads(parts.database), parts.blobs, parts.keys, parts.uploads, sizes.upload)


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


def take_backup(parts: Parts, out: BinaryIO, include_key: bool) -> None:
    """Writes a backup of everything to a stream, while writers wait."""
    index = None if parts.settings.index_uri else parts.settings.data / "index"
    snapshot(out, parts.settings.data, parts.database, parts.blobs, index, _frozen(parts), include_key)


@contextmanager
def _frozen(parts: Parts) -> Iterator[None]:
    """While the block runs, nobody writes to the index or the database; what is written elsewhere follows from them."""
    with parts.index.frozen(), parts.database.begin():
        yield


def _observe_file(metrics: Metrics, audit: SqlAudit, result: str, entry: StoreFile | None, seconds: float) -> None:
    metrics.file(result, entry.chunks if entry else 0, seconds)
    if entry is None:
        return
    named = (entry.store_id, entry.file_id)
    event = AuditEvent(
        "read_file", "worker", LECTERN, resources=named, code=entry.error_code, detail={"result": result}
    )
    try:
        audit.append([event], durable=False)
    except AuditUnavailable as error:  # the file is read: nothing is left that could be refused
        log.warning("An event is not on record", action=event.action, reason=error.message)
