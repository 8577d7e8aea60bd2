"""What `lectern doctor` finds out about the parts."""

import contextlib
import time
from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError

from server.adapters.database.catalog import SqlCatalog
from server.adapters.database.embedders import SqlEmbedders
from server.adapters.database.engine import Database
from server.adapters.database.generations import SqlGenerations
from server.adapters.presets import choose, find_gpus, fits
from server.adapters.vllm import find_python
from server.app.database import database_url, open_keyring
from server.app.models import open_embedders, open_reranker
from server.errors import LecternError
from server.model import Generation
from server.monitor.doctor import Finding, Verdict
from server.settings import Settings

# A question, and what answers it beside what does not.
_RERANKER_PAIRS = (
    ("How long may a visitor park?", ("Guests may leave their car here for two hours.", "The canteen opens at noon.")),
    ("Who signs the contract?", ("The contract is signed by the director.", "The contract has twelve pages.")),
    ("What does a night in a hotel cost?", ("Rooms are 120 euros per night.", "The hotel was built in 1920.")),
)


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
    database = Database(database_url(settings))
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
