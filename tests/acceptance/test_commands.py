"""The `lectern` command, by hand: ingest, ask, parse, doctor, keys, backup and restore."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.serving import Serving


def lectern_command(data: Path, port: int, *arguments: str, code: int = 0) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LECTERN_")}
    environment |= {"LECTERN_DATA": str(data), "LECTERN_PORT": str(port)}
    run = subprocess.run(
        [sys.executable, "-m", "server", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == code, (run.stdout, run.stderr)
    return run.stdout if code == 0 else run.stderr


def test_ingest_then_ask_by_command(lectern: Serving, note: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.pdf").touch()
    (tmp_path / "link.md").symlink_to("/etc/hostname")
    environment = (lectern.data, lectern.port)
    told = lectern_command(*environment, "ingest", str(tmp_path), "--store", "by hand", code=1)
    assert "✗ empty.pdf: empty.pdf is empty" in " ".join(told.split())
    assert "✓ note.md" in told
    assert "link.md" not in told
    answer = lectern_command(*environment, "ask", "When does the cantina open?", "--store", "by hand")
    assert "11:45" in answer
    assert "[1] note.md" in answer
    refused = lectern_command(*environment, "ask", "Why?", "--store", "no such store", code=1)
    assert "no such store" in refused


def test_a_running_lectern_is_backed_up_and_restored(lectern: Serving, note: Path, tmp_path: Path) -> None:
    lectern_command(lectern.data, lectern.port, "ingest", str(note), "--store", "kept")
    archive, restored = tmp_path / "backup.tar", tmp_path / "restored"
    lectern_command(lectern.data, lectern.port, "backup", str(archive))
    assert "master.key" in lectern_command(restored, 1, "restore", str(archive), code=1)
    assert not restored.exists() or not any(restored.iterdir())
    lectern_command(restored, 1, "restore", str(archive), "--key", str(lectern.data / "master.key"))
    second = Serving(restored).wait()
    try:
        with second.http(lectern.key) as http:
            store = next(one for one in http.get("/v1/vector_stores?limit=100").json()["data"] if one["name"] == "kept")
            found = http.post(f"/v1/vector_stores/{store['id']}/search", json={"query": "When does the cantina open?"})
        assert "11:45" in found.json()["data"][0]["content"][0]["text"]
    finally:
        assert second.stop() == 0


def test_a_second_server_on_the_same_data_is_refused_by_name(lectern: Serving) -> None:
    told = lectern_command(lectern.data, 1, "serve", code=1)
    assert f"process {lectern.process.pid}" in told
    assert "Traceback" not in told


def test_a_setting_that_cannot_be_used_stops_the_start(tmp_path: Path) -> None:
    told = lectern_command(tmp_path / "data", 99_999, "serve", code=1)
    assert "LECTERN_PORT" in told
    assert "Traceback" not in told


def test_parse_shows_what_the_reader_sees(note: Path, tmp_path: Path) -> None:
    shown = json.loads(lectern_command(tmp_path, 1, "parse", str(note), "--format", "json"))
    assert [element["type"] for element in shown["elements"]] == ["Title", "NarrativeText"] * 2
    assert "北门" in lectern_command(tmp_path, 1, "parse", str(note))


def test_parse_shows_what_cleaning_leaves_and_what_each_step_did(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text(
        "ＡＢＣ is the name of the system.\n\n" + 2 * ("It keeps every letter that was ever sent. " * 4 + "\n\n")
    )
    raw = json.loads(lectern_command(tmp_path, 1, "parse", str(page), "--format", "json"))
    clean = json.loads(lectern_command(tmp_path, 1, "parse", str(page), "--format", "json", "--clean"))
    assert (len(raw["elements"]), len(clean["elements"])) == (3, 2)
    assert clean["elements"][0]["text"].startswith("ABC is")
    assert clean["cleaned"]["characters"] == {"seen": 3, "changed": 1, "dropped": 0}
    assert clean["cleaned"]["duplicates"]["dropped"] == 1
    assert clean["quality"]["reasons"][0].endswith("only repeats what the document says before")


def test_doctor_tells_what_is_wrong_and_what_to_do(lectern: Serving) -> None:
    findings = [json.loads(line) for line in lectern_command(lectern.data, 1, "doctor", "--json").splitlines()]
    assert {"tesseract", "embedder", "disk", "database", "index", "engine", "GPU", "preset 8B"} <= {
        one["name"] for one in findings
    }
    key = lectern.data / "master.key"
    key.chmod(0o644)
    try:
        told = [json.loads(line) for line in lectern_doctor_failing(lectern)]
    finally:
        key.chmod(0o600)
    assert [one["advice"] for one in told if one["verdict"] == "fail"] == [f"chmod 600 {key}"]


def lectern_doctor_failing(lectern: Serving) -> list[str]:
    run = subprocess.run(
        [sys.executable, "-m", "server", "doctor", "--json"],
        env={"LECTERN_DATA": str(lectern.data), "PATH": os.environ["PATH"]},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 1
    return run.stdout.splitlines()


def test_a_database_that_is_away_is_told_in_one_line(tmp_path: Path) -> None:
    environment = {"LECTERN_DATA": str(tmp_path / "data"), "LECTERN_DATABASE_URL": "postgresql://127.0.0.1:1/none"}
    run = subprocess.run(
        [sys.executable, "-m", "server", "serve"],
        env={**environment, "PATH": os.environ["PATH"]},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 1
    assert "LECTERN_DATABASE_URL" in run.stderr
    assert "Traceback" not in run.stderr
