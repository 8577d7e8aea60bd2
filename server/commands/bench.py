"""`lectern bench`."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console

from server.bench.figure import Figure, machine
from server.monitor.logs import configure_logs
from server.settings import LogFormat

app = typer.Typer(
    help="Measure speed and memory, each against a peer or a limit in the same run.", no_args_is_help=True
)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object per figure.")]


@app.command()
def ingest(
    documents: Annotated[int, typer.Option(min=1, help="Documents of 24 sections each.")] = 20, as_json: AsJson = False
) -> None:
    """Ingestion against the embedder alone on the same chunks, and against dense vectors alone.

    Example: lectern bench ingest --documents 40
    """
    from server.bench.cost import cost_of_index
    from server.bench.ingestion import share_of_embedder

    with _bench() as (folder, say):
        figures = share_of_embedder(folder / "share", documents, say) + cost_of_index(folder / "cost", documents, say)
    _tell(figures, as_json=as_json)


@app.command(name="import")
def import_(
    files: Annotated[int, typer.Option(min=100, max=2000, help="Tiny files imported.")] = 1000,
    docs: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="Folder to read with one reader and with all.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Importing many files: together, on all cores, and what a person's upload waits meanwhile.

    Example: lectern bench import --docs handbook/
    """
    from server.bench import imports

    with _bench() as (folder, say):
        figures = [imports.taking(folder / "taking", files, say), imports.overtaking(folder / "over", files, say)]
        if docs is not None:
            found = [(path.name, path.read_bytes()) for path in sorted(docs.rglob("*")) if path.is_file()]
            figures.append(imports.scaling(folder / "scaling", found, say))
    _tell(figures, as_json=as_json)


@app.command()
def large(
    pages: Annotated[int, typer.Option(min=1, help="Pages of the PDF.")] = 500,
    rows: Annotated[int, typer.Option(min=1, help="Rows of the workbook.")] = 200_000,
    as_json: AsJson = False,
) -> None:
    """Peak memory while a long PDF and a long workbook are ingested.

    Example: lectern bench large --pages 500 --rows 200000
    """
    from server.bench.ingestion import large_files

    with _bench() as (folder, say):
        figures = large_files(folder, pages, rows, say)
    _tell(figures, as_json=as_json)


@app.command()
def load(
    streams: Annotated[int, typer.Option(min=1, help="Streams held at once.")] = 300,
    seconds: Annotated[float, typer.Option(min=1, help="For how long.")] = 60,
    rate: Annotated[float, typer.Option(min=1, help="Tokens per second of each stream.")] = 50,
    port: Annotated[int, typer.Option(help="A free port; the next one is used too.")] = 8775,
    as_json: AsJson = False,
) -> None:
    """Many streams at once through Lectern and directly at a stand-in engine; and how fast too many are refused.

    Example: lectern bench load --streams 300 --seconds 60
    """
    from server.bench.load.load import Load
    from server.bench.load.load import load as measure

    with _bench() as (folder, say):
        figures = measure(folder, (port, port + 1), Load(streams, seconds, rate), say)
    _tell(figures, as_json=as_json)


@app.command()
def portal(
    documents: Annotated[int, typer.Option(min=1000, help="Documents to find among.")] = 10_000,
    pages: Annotated[int, typer.Option(min=20, help="Pages of the long PDF.")] = 400,
    chromium: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Chromium; else that on PATH.")
    ] = None,
    port: Annotated[int, typer.Option(help="A free port.")] = 8765,
    as_json: AsJson = False,
) -> None:
    """The portal in Chromium: its first page with an empty cache, finding while typing, a long PDF at a cited page.

    Example: lectern bench portal --documents 10000 --pages 400
    """
    from server.bench.portal.browser import NoBrowser
    from server.bench.portal.measure import measure

    with _bench() as (folder, say):
        try:
            figures = measure(folder, port, chromium, (documents, pages), say)
        except NoBrowser as error:
            raise typer.BadParameter(str(error), param_hint="--chromium") from error
    _tell(figures, as_json=as_json)


@app.command()
def read(
    docs: Annotated[Path, typer.Option(exists=True, file_okay=False, help="Folder of the files.")],
    manifest: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="Table of the files: docs/howto/formats.md.")
    ],
    peers: Annotated[bool, typer.Option(help="Read with the peers, too (bash docker/setup.sh peers).")] = True,
    only: Annotated[list[str] | None, typer.Option(help="A format of the table, or hostile; may be repeated.")] = None,
    each: Annotated[bool, typer.Option("--each", help="Show every file, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Reading: likeness to the truth, table cells and speed per format, beside the peers; and hostile files.

    Example: lectern bench read --docs corpus/docs --manifest corpus/MANIFEST.tsv
    """
    from server.bench.reading import table
    from server.bench.reading.manifest import cases
    from server.bench.reading.measure import figures, measure
    from server.bench.reading.peers import HOW_TO_INSTALL, PYTHON

    if peers and not PYTHON.exists():
        raise typer.BadParameter(HOW_TO_INSTALL, param_hint="--peers")
    with _bench() as (_, say):
        found = [case for case in cases(docs, manifest) if not only or case.group in only]
        rows, ended = measure(found, peers, say)
    if as_json:
        for row in rows:
            typer.echo(orjson.dumps(row).decode())
    else:
        console = Console(width=140)
        console.print(table.shown(rows), *([table.each(rows)] if each else []))
        for line in table.failures(rows):
            typer.echo(line)
    _tell(figures(rows, ended), as_json=as_json)


@app.command()
def search(
    docs: Annotated[Path, typer.Option(exists=True, file_okay=False, help="Folder of .md, .txt or .jsonl texts.")],
    chunks: Annotated[list[int] | None, typer.Option(min=100, help="Chunks in the index; may be repeated.")] = None,
    queries: Annotated[int, typer.Option(min=10, help="Questions asked at each size.")] = 100,
    plot: Annotated[Path | None, typer.Option(dir_okay=False, help="Draw latency and memory here, as SVG.")] = None,
    as_json: AsJson = False,
) -> None:
    """Whole searches at 1,000, 10,000 and 100,000 chunks: latency, memory, filters, and recall against exact search.

    Example: lectern bench search --docs corpus/qa --plot search.svg
    """
    from server.bench.plot import plot as drawn
    from server.bench.search import figures, growing

    with _bench() as (folder, say):
        try:
            measured = growing(folder, docs, chunks or [1_000, 10_000, 100_000], queries, say)
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--docs") from error
    if plot is not None:
        plot.write_text(drawn(measured, f"{queries} questions at each size."), "utf-8")
    _tell(figures(measured), as_json=as_json)


@app.command()
def start(port: Annotated[int, typer.Option(help="A free port.")] = 8765, as_json: AsJson = False) -> None:
    """Time to ready and memory of a second start.

    Example: lectern bench start
    """
    from server.bench.startup import start as measure

    with _bench() as (folder, say):
        figures = measure(folder, port, say)
    _tell(figures, as_json=as_json)


@app.command()
def stream(
    upstream: Annotated[str, typer.Option(help="Base URL of the model server behind Lectern (…/v1).")],
    upstream_key: Annotated[str, typer.Option(help="Its API key.")] = "",
    store: Annotated[str, typer.Option(help="Vector store, by name or id.")] = "samples",
    rounds: Annotated[int, typer.Option(min=3, help="Questions asked.")] = 40,
    as_json: AsJson = False,
) -> None:
    """First streamed byte through a running Lectern against the model server's own.

    Example: lectern bench stream --upstream http://127.0.0.1:8001/v1
    """
    from server.bench.streaming import first_byte
    from server.commands.client import Client
    from server.settings import Settings

    client = Client(Settings.read())
    store_id = client.store_id(store, create=False)
    key = client.http.headers["Authorization"].removeprefix("Bearer ")
    with _bench() as (_, say):
        figures = first_byte(client.url, key, upstream, upstream_key, store_id, rounds, say)
    _tell(figures, as_json=as_json)


@contextmanager
def _bench() -> Iterator[tuple[Path, Callable[[str], None]]]:
    configure_logs("warning", LogFormat.CONSOLE)  # to standard error, where they do not mix with the figures
    with (
        tempfile.TemporaryDirectory(prefix="lectern-bench-") as folder,
        Console(stderr=True).status("starting") as status,
    ):
        yield Path(folder) / "data", status.update


def _tell(figures: list[Figure], *, as_json: bool) -> None:
    if not as_json:
        typer.echo(machine())
    for figure in figures:
        typer.echo(orjson.dumps({**_record(figure), "machine": machine()}).decode() if as_json else figure.line())
    raise typer.Exit(not all(figure.met for figure in figures))


def _record(figure: Figure) -> dict[str, object]:
    return {
        "name": figure.name,
        "value": figure.value,
        "unit": figure.unit,
        "limit": figure.limit,
        "at_most": figure.at_most,
        "met": figure.met,
        "detail": figure.detail,
    }
