"""`lectern sources`: what vector stores stay in step with."""

import sys
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from server.commands.client import Client
from server.errors import InvalidRequest
from server.settings import Settings

app = typer.Typer(help="Folders, shares and sites that a store stays in step with.", no_args_is_help=True)

Store = Annotated[str, typer.Option(help="Vector store, by name or id.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of text.")]


@app.command("add")
def add(
    url: Annotated[str, typer.Argument(help="Folder of the server, or s3://, dav(s)://, smb:// or http(s):// URL.")],
    store: Store = "documents",
    include: Annotated[list[str] | None, typer.Option(help="Glob of files to take; may be repeated.")] = None,
    exclude: Annotated[list[str] | None, typer.Option(help="Glob of files to leave out; may be repeated.")] = None,
    interval: Annotated[int | None, typer.Option(help="Seconds between two looks.")] = None,
    depth: Annotated[int, typer.Option(help="Links followed from the first page of a site.")] = 2,
    credentials: Annotated[str, typer.Option(help="JSON file with the credentials; - for standard input.")] = "",
) -> None:
    """Have a store stay in step with a source; the store is made if there is none.

    Example: lectern sources add s3://contracts/signed --store contracts --include '*.pdf' --credentials key.json
    """
    client = Client(Settings.read())
    body: dict[str, Any] = {"url": url, "include": include or [], "exclude": exclude or [], "depth": depth}
    if interval is not None:
        body["interval"] = interval
    if credentials:
        body["credentials"] = _credentials(credentials)
    store_id = client.store_id(store, create=True)
    typer.echo(client.call("POST", f"/v1/vector_stores/{store_id}/sources", json=body)["id"])


@app.command("list")
def list_sources(store: Store = "documents", as_json: AsJson = False) -> None:
    """Show a store's sources, and how they stand.

    Example: lectern sources list --store contracts
    """
    client = Client(Settings.read())
    where = f"/v1/vector_stores/{client.store_id(store, create=False)}/sources"
    for source in client.call("GET", where)["data"]:
        if as_json:
            typer.echo(orjson.dumps(source).decode())
            continue
        files = source["file_counts"]
        typer.echo(
            f"{source['id']}  {source['status']:<9}  {files['completed']}/{files['total']} read  {source['url']}"
        )
        if source["message"]:
            typer.echo(f"    {source['message']}")


@app.command("sync")
def sync(source: Annotated[str, typer.Argument(help="Id of the source.")], store: Store = "documents") -> None:
    """Look through a source now.

    Example: lectern sources sync src_0123 --store contracts
    """
    client = Client(Settings.read())
    client.call("POST", f"/v1/vector_stores/{client.store_id(store, create=False)}/sources/{source}/sync")


@app.command("remove")
def remove(source: Annotated[str, typer.Argument(help="Id of the source.")], store: Store = "documents") -> None:
    """Remove a source, and the files that came from it.

    Example: lectern sources remove src_0123 --store contracts
    """
    client = Client(Settings.read())
    client.call("DELETE", f"/v1/vector_stores/{client.store_id(store, create=False)}/sources/{source}")


def _credentials(path: str) -> dict[str, str]:
    """From a file, as what stands in a command line can be seen by all who use the machine."""
    text = sys.stdin.read() if path == "-" else Path(path).read_text("utf-8")
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError:
        told = None
    if not isinstance(told, dict):
        raise InvalidRequest(detail='the credentials must be a JSON object such as {"username": "…", "password": "…"}')
    return told
