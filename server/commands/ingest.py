"""`lectern ingest`."""

import signal
import threading
import time
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from server.commands.client import Client, NoServer
from server.commands.mirror import Local, Mirror, Told, UnreadableFolder, files_under
from server.settings import Settings

POLL_SECONDS = 0.3
LOOK_SECONDS = 1.0
# Folders are looked through this often even if nothing was told of them: network shares tell nothing.
RESCAN_SECONDS = 30.0


def ingest(
    paths: Annotated[list[Path], typer.Argument(exists=True, help="Files, or folders with files.")],
    store: Annotated[str, typer.Option(help="Vector store, by name or id; made if there is none.")] = "documents",
    password: Annotated[str, typer.Option(help="Password of protected files.")] = "",
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on: what changes is replaced, what is deleted leaves the store.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per file.")] = False,
) -> None:
    """Upload files and wait until each is answerable; those that did not change since are left out.

    Example: lectern ingest handbook/ price-list.xlsx --store handbook
    """
    client = Client(Settings.read())
    store_id = client.store_id(store, create=True)
    found = [] if watch else [file for path in paths for file in files_under(path)]
    wish = {"priority": "interactive" if len(found) == 1 else "bulk"} | ({"password": password} if password else {})
    mirror = Mirror(client, store_id, wish)
    teller = _Teller(as_json=as_json)
    mirror.load()
    if watch:
        _watch(mirror, paths, teller)
    else:
        _once(mirror, found, teller)
    raise typer.Exit(1 if teller.failed and not watch else 0)


class _Teller:
    """Says how files ended, for people on standard error or for programs as JSON."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.console = Console(stderr=True)
        self.failed = 0

    def tell(self, told: Told | None) -> None:
        """Says it, if there is something to say."""
        if told is None:
            return
        name = Path(told.path).name.encode("utf-8", "replace").decode()
        status = told.entry["status"] if told.entry else "failed" if told.error else "removed"
        self.failed += status not in {"completed", "removed"}
        if self.as_json:
            path = told.path.encode("utf-8", "replace").decode()
            error = {} if told.error is None else {"last_error": {"message": told.error}}
            typer.echo(orjson.dumps({"path": path, "status": status, **error, **(told.entry or {})}).decode())
        elif status == "removed":
            self.say(f"− {name}")
        elif told.entry is None or status != "completed":
            reason = told.error or ((told.entry or {}).get("last_error") or {}).get("message", status)
            self.say(f"✗ {name}: {reason}")
        else:
            self.say(f"✓ {name}: {told.entry['chunks']} chunks")
            for loss in told.entry["losses"]:
                self.say(f"  ! {loss}")

    def say(self, text: str) -> None:
        """A line for people."""
        if not self.as_json:
            self.console.print(text, markup=False, highlight=False)


def _once(mirror: Mirror, found: Sequence[Local], teller: _Teller) -> None:
    columns = (
        TextColumn("{task.description}"),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[now]}"),
    )
    with Progress(*columns, console=teller.console, transient=True, disable=teller.as_json) as progress:
        task = progress.add_task("uploading", total=len(found), now="")
        for told in mirror.push(found):
            teller.tell(told)
            progress.advance(task)
        progress.update(task, description="reading", completed=len(found) - len(mirror.waiting))
        while mirror.waiting:
            ended = list(mirror.poll())
            for one in ended:
                teller.tell(one)
            progress.update(task, completed=len(found) - len(mirror.waiting), now=mirror.now)
            time.sleep(0 if ended else POLL_SECONDS)
    if mirror.unchanged:
        teller.say(f"{mirror.unchanged} unchanged")


def _watch(mirror: Mirror, paths: Sequence[Path], teller: _Teller) -> None:
    """Until it is interrupted: in step with the paths."""
    from watchfiles import watch

    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    roots = [path.absolute() for path in paths]
    teller.say(f"Watching {', '.join(map(str, paths))}; Ctrl-C ends")
    look_at, steps = (
        0.0,
        watch(
            *paths,
            watch_filter=None,
            stop_event=stop,
            rust_timeout=int(LOOK_SECONDS * 1000),
            yield_on_timeout=True,
            debounce=int(LOOK_SECONDS * 1000),
        ),
    )
    for changes in steps:
        if changes or time.monotonic() >= look_at:
            settled = _step(mirror, roots, teller, stop)
            look_at = time.monotonic() + (RESCAN_SECONDS if settled else LOOK_SECONDS)
        try:
            while ended := list(mirror.poll()):
                for told in ended:
                    teller.tell(told)
        except NoServer as error:
            teller.say(error.message)


def _step(mirror: Mirror, roots: Sequence[Path], teller: _Teller, stop: threading.Event) -> bool:
    """Looks through the paths once, unless it is to stop; whether nothing is left to look at again soon."""
    settled = True
    for root in roots:
        try:
            files = files_under(root)
            for told in chain(mirror.push([file for file in files if file.settled]), mirror.remove(root, files)):
                teller.tell(told)
                if stop.is_set():
                    return False
            settled = settled and all(file.settled for file in files)
        except (NoServer, UnreadableFolder) as error:
            teller.say(error.message)
            settled = False
    return settled and not mirror.waiting
