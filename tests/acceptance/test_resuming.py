"""kill -9 in the middle of a long scan."""

import shutil
import time
from pathlib import Path

import pytest

from tests.scans import scan
from tests.serving import Serving

PAGES = 12
MOST_IN_FLIGHT = 4  # pages that may be recognised but not kept yet when the process is killed


def spy_on_tesseract(folder: Path, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts a program before Tesseract that notes the digest of every picture it is given."""
    real = shutil.which("tesseract")
    assert real is not None
    folder.mkdir()
    spy = folder / "tesseract"
    spy.write_text(f'#!/bin/sh\n[ -f "$1" ] && sha256sum < "$1" >> {log}\nexec {real} "$@"\n')
    spy.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


def test_no_page_of_a_scan_is_recognised_again_after_a_kill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "pictures"
    log.touch()
    spy_on_tesseract(tmp_path / "bin", log, monkeypatch)
    serving = Serving(tmp_path / "data", ocr_languages="eng", ocr_engine="tesseract").wait()
    client = serving.client()
    file = client.files.create(file=("scan.pdf", scan(PAGES, "PDF")), purpose="assistants")
    store_id = client.vector_stores.create(name="scans", file_ids=[file.id]).id
    while len(set(log.read_text().split("\n"))) < PAGES // 2 + MOST_IN_FLIGHT // 2:
        time.sleep(0.05)
    serving.kill()
    before = set(log.read_text().split()) - {"-"}
    log.write_text("")
    serving.restart().wait()
    client = serving.client()
    while client.vector_stores.retrieve(store_id).file_counts.in_progress:
        time.sleep(0.2)
    again = before & set(log.read_text().split())
    assert len(again) <= MOST_IN_FLIGHT < len(before)
    with serving.http() as http:
        parts = http.get(f"/v1/vector_stores/{store_id}/files/{file.id}/content").json()["data"]
    assert {part["page"] for part in parts} == set(range(1, PAGES + 1))
    assert serving.stop() == 0
