"""`lectern ingest`."""

import time
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from server.commands.client import Client
from server.settings import Settings

POLL_SECONDS = 0.3


def ingest(
    paths: Annotated[list[Path], typer.Argument(exists=True, help="Files, or folders with files.")],
    store: Annotated[str, typer.Option(help="Vector store, by name or id; made if there is none.")] = "documents",
    password: Annotated[str, typer.Option(help="Password of protected files.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per file.")] = False,
) -> None:
    """Upload files and wait until each is answerable.

    Example: lectern ingest handbook/ price-list.xlsx --store handbook
    """
    client = Client(Settings.read())
    store_id = client.store_id(store, create=True)
    console = Console(stderr=True)
    found = [file for path in paths for file in files_under(path)]
    wish = {"priority": "interactive" if len(found) == 1 else "bulk"} | ({"password": password} if password else {})
    failed = 0
    columns = (TextColumn("{task.description}"), TimeElapsedColumn(), TextColumn("{task.fields[now]}"))
    with Progress(*columns, console=console, transient=True, disable=as_json) as progress:
        waiting = {}
        for path in found:
            task = progress.add_task(path.name, now="uploading")
            with path.open("rb") as stream:
                file = client.call(
                    "POST", "/v1/files", files={"file": (path.name, stream)}, data={"purpose": "assistants"}
                )
            client.call("POST", f"/v1/vector_stores/{store_id}/files", json={"file_id": file["id"], **wish})
            waiting[str(file["id"])] = (path, task)
        while waiting:
            for file_id, (path, task) in list(waiting.items()):
                entry = client.call("GET", f"/v1/vector_stores/{store_id}/files/{file_id}")
                progress.update(task, now=entry["progress"] or entry["status"])
                if entry["status"] != "in_progress":
                    failed += entry["status"] != "completed"
                    _tell(console, path, entry, as_json=as_json)
                    progress.remove_task(task)
                    del waiting[file_id]
            time.sleep(POLL_SECONDS if waiting else 0)
    raise typer.Exit(1 if failed else 0)


def files_under(path: Path) -> list[Path]:
    """The file itself, or the folder's files in order; hidden ones and links are left out."""
    if path.is_file():
        return [path]
    inside = sorted(path.rglob("*"))
    return [one for one in inside if one.is_file() and not one.is_symlink() and not one.name.startswith(".")]


def _tell(console: Console, path: Path, entry: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(orjson.dumps({"path": str(path), **entry}).decode())
        return
    if entry["status"] != "completed":
        console.print(f"✗ {path.name}: {(entry['last_error'] or {}).get('message', entry['status'])}", markup=False)
        return
    console.print(f"✓ {path.name}: {entry['chunks']} chunks", markup=False)
    for loss in entry["losses"]:
        console.print(f"  ! {loss}", markup=False)
