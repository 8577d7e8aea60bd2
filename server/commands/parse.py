"""`lectern parse`."""

from pathlib import Path
from typing import Annotated

import typer

from server.settings import Settings


def parse(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A file of any format Lectern reads.")],
    form: Annotated[str, typer.Option("--format", help="md or json.")] = "md",
    password: Annotated[str, typer.Option(help="Password of a protected file.")] = "",
) -> None:
    """Show what the reader sees in a file, without server or index.

    Example: lectern parse contract.pdf --format json
    """
    from ingest.document import to_json, to_markdown
    from ingest.model import ReadOptions, Source
    from ingest.sandbox import Sandbox

    if form not in {"md", "json"}:
        raise typer.BadParameter("choose md or json", param_hint="--format")
    settings = Settings.read()
    options = ReadOptions(ocr=settings.ocr, ocr_languages=settings.ocr_languages, max_pages=settings.parse_pages)
    sandbox = Sandbox(settings.parse_memory_mb, settings.parse_seconds)
    try:
        with file.open("rb") as stream:
            source = Source(file.name, stream, file.stat().st_size, password or None)
            events = sandbox.read(source, options)
            rendered = to_json(events, {"name": file.name}) if form == "json" else to_markdown(events)
            for text in rendered:
                typer.echo(text, nl=False)
    finally:
        sandbox.close()
