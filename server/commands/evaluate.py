"""`lectern eval`."""

import tempfile
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console

from server.settings import Settings


def evaluate(
    contexts: Annotated[Path, typer.Option(exists=True, help="JSON lines {context_id, title, text}.")],
    questions: Annotated[Path, typer.Option(exists=True, help="JSON lines {id, question, answers, context_id}.")],
    as_json: Annotated[bool, typer.Option("--json", help="The figures as JSON.")] = False,
) -> None:
    """Measure retrieval on a question set, in a scratch index.

    Example: lectern eval --contexts contexts.jsonl --questions questions.jsonl
    """
    from server.app import open_embedder
    from server.evaluation import evaluate as run

    embedder = open_embedder(Settings.read())
    console = Console(stderr=True)
    with tempfile.TemporaryDirectory(prefix="lectern-eval-") as folder, console.status("starting") as status:
        result = run(contexts, questions, embedder, Path(folder), status.update)
    typer.echo(orjson.dumps(result.as_dict()).decode() if as_json else result.as_table())
