"""`lectern ingest` twice, and `lectern ingest --watch`, by hand; and `lectern sources`."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.test_commands import lectern_command
from tests.serving import Serving

QUESTION = "What is the code of the gate?"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "watched"
    (folder / "sub").mkdir(parents=True)
    for number in range(12):
        (folder / "sub" / f"{number}.md").write_text(f"Note {number} tells of room {number * 17}.")
    (folder / "gate.md").write_text("The code of the gate is 000001.")
    (folder / ".hidden.md").write_text("Hidden.")
    _age(folder)
    return folder


def _age(folder: Path) -> None:
    """As if nobody had written there for a while."""
    for path in folder.rglob("*.md"):
        os.utime(path, (time.time() - 60, time.time() - 60))


def ingest(lectern: Serving, folder: Path, store: str) -> list[dict[str, Any]]:
    told = lectern_command(lectern.data, lectern.port, "ingest", str(folder), "--store", store, "--json")
    return [json.loads(line) for line in told.splitlines()]


def store_id(lectern: Serving, name: str) -> str:
    stores = lectern.client().vector_stores.list(limit=100)
    return next(store.id for store in stores if store.name == name)


def codes(lectern: Serving, name: str) -> list[str]:
    found = lectern.client().vector_stores.search(store_id(lectern, name), query=QUESTION, max_num_results=20)
    texts = [part.text for one in found.data for part in one.content]
    return [one.partition("gate is ")[2][:6] for one in texts if "gate is " in one]


def total(lectern: Serving, name: str) -> int:
    return lectern.client().vector_stores.retrieve(store_id(lectern, name)).file_counts.total


@contextmanager
def watching(lectern: Serving, folder: Path, store: str) -> Iterator[subprocess.Popen[str]]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LECTERN_")}
    environment |= {"LECTERN_DATA": str(lectern.data), "LECTERN_PORT": str(lectern.port)}
    process = subprocess.Popen(
        [sys.executable, "-m", "server", "ingest", str(folder), "--store", store, "--watch"],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0, process.communicate()[1]
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
    finally:
        process.kill()
        process.communicate()


def until(lectern: Serving, store: str, expected: list[str]) -> None:
    end = time.monotonic() + 90
    while codes(lectern, store) != expected:
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_second_call_uploads_what_changed_and_replaces_it(lectern: Serving, folder: Path) -> None:
    assert len(ingest(lectern, folder, "twice")) == 13
    assert ingest(lectern, folder, "twice") == []
    (folder / "gate.md").write_text("The code of the gate is 000002.")
    os.utime(folder / "sub" / "1.md")
    (told,) = ingest(lectern, folder, "twice")
    assert told["path"].endswith("gate.md")
    assert codes(lectern, "twice") == ["000002"]
    assert total(lectern, "twice") == 13


def test_a_watched_folder_is_followed_and_a_restart_goes_on(lectern: Serving, folder: Path) -> None:
    ingest(lectern, folder, "watched")
    (folder / "gate.md").write_text("The code of the gate is 000003.")
    (folder / "sub" / "0.md").unlink()
    _age(folder)
    with watching(lectern, folder, "watched"):
        until(lectern, "watched", ["000003"])
        assert total(lectern, "watched") == 12
        (folder / "gate.md").write_text("The code of the gate is 000004.")
        until(lectern, "watched", ["000004"])
        (folder / "gate.md").rename(folder / "sub" / "door.md")
        end = time.monotonic() + 60
        while not any(
            one.attributes == {"folder": str(folder), "path": "sub/door.md"} | _hash(one) for one in _files(lectern)
        ):
            assert time.monotonic() < end
            time.sleep(0.1)
        until(lectern, "watched", ["000004"])
        (folder / "sub" / "door.md").unlink()
        until(lectern, "watched", [])
    end = time.monotonic() + 30
    while "door.md" in [file.filename for file in lectern.client().files.list()]:
        assert time.monotonic() < end  # the file itself is deleted a moment after it has left the store
        time.sleep(0.1)
    assert ingest(lectern, folder, "watched") == []


def _files(lectern: Serving) -> list[Any]:
    return list(lectern.client().vector_stores.files.list(store_id(lectern, "watched"), limit=100))


def _hash(one: Any) -> dict[str, str]:
    return {"sha256": one.attributes["sha256"]}


def test_sources_by_command(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("shared")
    (folder / "gate.md").write_text("The code of the gate is 000001.")
    (folder / "other.txt").write_text("Not wanted.")
    serving = Serving(tmp_path_factory.mktemp("by-command") / "data", source_roots=str(folder)).wait()
    try:

        def command(*arguments: str, code: int = 0) -> str:
            return lectern_command(
                serving.data, serving.port, "sources", *arguments, "--store", "ours", code=code
            ).strip()

        source = command("add", str(folder), "--include", "*.md", "--interval", "5")
        until(serving, "ours", ["000001"])
        shown = json.loads(command("list", "--json"))
        assert (shown["id"], shown["include"], shown["has_credentials"]) == (source, ["*.md"], False)
        assert f"{source}  completed  1/1 read" in command("list")
        command("sync", source)
        assert "LECTERN_SOURCE_ROOTS" in command("add", "/etc", code=1)
        key = folder.parent / "key.json"
        key.write_text("not JSON")
        assert "JSON object" in command("add", "s3://bucket", "--credentials", str(key), code=1)
        command("remove", source)
        until(serving, "ours", [])
        assert command("list") == ""
    finally:
        assert serving.stop() == 0
