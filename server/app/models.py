"""The models it calls: embedders, rerankers, engines."""

from functools import partial
from pathlib import Path

from server.adapters.database.embedders import SqlEmbedders
from server.adapters.database.engine import Database
from server.adapters.embedders import KnownEmbedders, Service
from server.adapters.extractive import ExtractiveEngine
from server.adapters.minilm import MiniLm
from server.adapters.remote import RemoteEngine
from server.adapters.rerankers.cross_encoder import CrossEncoder
from server.adapters.rerankers.remote import RemoteReranker
from server.adapters.vllm import VllmEngine
from server.ports import Engine, Reranker
from server.settings import Settings, WhenEngineDown
from server.vault.keyring import Keyring


def open_embedders(settings: Settings, database: Database, keys: Keyring, *, chooses: bool) -> KnownEmbedders:
    """The embedders of the stores, and which one is wanted. Raises EmbedderUnavailable: the packaged one is missing."""
    service = None
    if settings.embedder_url:
        url, key = settings.embedder_url.rstrip("/"), settings.embedder_key
        service = Service(url, settings.embedder_model, key, settings.embedder_max_tokens)
    packaged = partial(MiniLm, settings.data / "embedder", threads=settings.embedder_threads)
    return KnownEmbedders(SqlEmbedders(database), keys, packaged, service, chooses=chooses)


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
