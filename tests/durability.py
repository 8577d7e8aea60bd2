"""Kills Lectern with kill -9 while it reads files, again and again, and compares with a run that nobody disturbed.

`python -m tests.durability FOLDER --rounds 50` is the long form; the test suite runs a short one.
"""

import argparse
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from server.app import open_parts
from server.model import FileStatus
from server.settings import Settings
from tests.serving import Serving

MOST_SECONDS = 3600


@dataclass(frozen=True)
class Standing:
    """How a file ended: its status and reason, the chunks the store tells, and the rows that lie in the index."""

    status: str
    reason: str | None
    told: int
    rows: int


def start_reading(data: Path, files: list[Path]) -> tuple[Serving, str]:
    """A Lectern with all the files on their way into one store."""
    serving = Serving(data).wait()
    client = serving.client()
    ids = [client.files.create(file=path, purpose="assistants").id for path in files]
    return serving, client.vector_stores.create(name="all", file_ids=ids).id


def wait_until_read(serving: Serving, store_id: str) -> None:
    """Until no file is in progress."""
    client, until = serving.client(), time.monotonic() + MOST_SECONDS
    while client.vector_stores.retrieve(store_id).file_counts.in_progress:
        assert time.monotonic() < until, "the files are not read after an hour"
        time.sleep(0.5)


def standings(data: Path, store_id: str) -> dict[str, Standing]:
    """File name -> how it stands, read from the stopped Lectern's own data."""
    with open_parts(Settings.read(data=data)) as parts:
        found = {}
        for entry in parts.catalog.all_store_files(store_id):
            rows = len(parts.index.ids(store_id, entry.file_id))
            name = parts.catalog.file(entry.file_id).filename
            found[name] = Standing(entry.status.value, entry.error_message, entry.chunks, rows)
        assert parts.index.count(store_id) == sum(one.rows for one in found.values())
        assert parts.statistics.look_up(store_id, [])[0] == sum(one.told for one in found.values())
        return found


def undisturbed(folder: Path, files: list[Path]) -> dict[str, Standing]:
    """How the files stand when nobody kills anything."""
    serving, store_id = start_reading(folder / "calm", files)
    wait_until_read(serving, store_id)
    assert serving.stop() == 0
    return standings(folder / "calm", store_id)


def killed(folder: Path, files: list[Path], rounds: int, seed: int, longest: float) -> dict[str, Standing]:
    """How the files stand after so many kills at random moments of at most `longest` seconds."""
    chance = random.Random(seed)
    serving, store_id = start_reading(folder / "killed", files)
    for number in range(rounds):
        time.sleep(chance.uniform(0.05, longest))
        serving.kill()
        serving.restart()
        if number % 3:
            serving.wait()
        print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
    serving.wait()
    wait_until_read(serving, store_id)
    assert serving.stop() == 0
    return standings(folder / "killed", store_id)


def compare(calm: dict[str, Standing], after: dict[str, Standing]) -> list[str]:
    """What is wrong, one line each."""
    wrong = [f"{name}: missing" for name in calm if name not in after]
    for name, one in after.items():
        if one.status == FileStatus.FAILED and not one.reason:
            wrong.append(f"{name}: failed without a reason")
        if one.status not in {FileStatus.COMPLETED, FileStatus.FAILED}:
            wrong.append(f"{name}: {one.status}")
        if one.told != one.rows:
            wrong.append(f"{name}: {one.told} chunks told, {one.rows} in the index")
        if one != calm[name] and not _given_up(one):
            wrong.append(f"{name}: {one}, undisturbed {calm[name]}")
    return wrong


def _given_up(one: Standing) -> bool:
    """Whether reading was stopped so often that it failed, with that reason and nothing left in the index."""
    return one.status == FileStatus.FAILED and "interrupted" in (one.reason or "") and one.rows == 0


def main() -> int:
    """The long form."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--files", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--longest", type=float, default=6.0, help="seconds between kills, at most")
    given = parser.parse_args()
    files = sorted(path for path in given.folder.rglob("*") if path.is_file())
    chosen = random.Random(given.seed).sample(files, min(given.files, len(files)))
    with tempfile.TemporaryDirectory(prefix="lectern-durability-") as folder:
        calm = undisturbed(Path(folder), chosen)
        after = killed(Path(folder), chosen, given.rounds, given.seed, given.longest)
    wrong = compare(calm, after)
    completed = sum(one.status == FileStatus.COMPLETED for one in after.values())
    rows = sum(one.rows for one in after.values())
    print(
        f"{given.rounds} kills, {len(after)} files: {completed} completed, {len(after) - completed} failed; {rows} rows"
    )
    print("\n".join(wrong) if wrong else "nothing lost, nothing twice")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
