"""Measures how follow-ups are found: alone, joined with what was asked before, and resolved by the rule.

Usage: python -m tests.conversations WORKDIR CONVERSATIONS.jsonl... [DOCUMENTS...]

Starts a Lectern in WORKDIR, a folder for this alone, reads the sample documents and the documents named into one
store, and prints recall@1 and recall@3 per half, language and kind.
"""

import sys
from collections import defaultdict
from pathlib import Path

from server.samples import documents
from tests.conversations import WAYS, load, rank, recall
from tests.serving import Serving


def main(workdir: Path, sets: list[Path], folders: list[Path]) -> None:
    """Prints the table."""
    files = [path for folder in folders for path in sorted(folder.rglob("*") if folder.is_dir() else [folder])]
    workdir.mkdir(parents=True, exist_ok=True)
    serving = Serving(workdir / "data").wait()
    try:
        client = serving.client()
        store = client.vector_stores.create(name="conversations").id
        for path in [*documents(), *(path for path in files if path.is_file())]:
            client.vector_stores.files.upload_and_poll(vector_store_id=store, file=path, poll_interval_ms=20)
        places: dict[tuple[str, str, str], dict[str, list[int | None]]] = defaultdict(lambda: defaultdict(list))
        for row in (row for path in sets for row in load(path)):
            for way, ask in WAYS.items():
                place = rank(client, store, ask(row), row)
                for kind in ("all", row["kind"]):
                    places[row["split"], row["lang"], kind][way].append(place)
    finally:
        serving.stop()
    print("half    lang  kind         count" + "".join(f"{way:>24}" for way in WAYS))
    for (half, lang, kind), found in sorted(places.items()):
        shares = "".join(f"{recall(found[way], 1):>16.3f} / {recall(found[way], 3):.3f}" for way in WAYS)
        print(f"{half:8}{lang:6}{kind:13}{len(found['rule']):>5}{shares}")


if __name__ == "__main__":
    named = [Path(argument) for argument in sys.argv[2:]]
    main(
        Path(sys.argv[1]),
        [path for path in named if path.suffix == ".jsonl"],
        [p for p in named if p.suffix != ".jsonl"],
    )
