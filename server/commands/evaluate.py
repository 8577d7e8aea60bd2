"""`lectern eval`."""

import shlex
import tempfile
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console

from server.commands import evals
from server.settings import Settings

app = typer.Typer(add_completion=False)
app.command("run")(evals.run)
app.command("show")(evals.show)
app.command("questions")(evals.questions)

AsJson = Annotated[bool, typer.Option("--json", help="The figures as JSON.")]


@app.callback(invoke_without_command=True)
def evaluate(  # noqa: PLR0913 - a command's options
    context: typer.Context,
    contexts: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="JSON lines {context_id, title, text}.")
    ] = None,
    questions: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="JSON lines {id, question, answers, context_id}.")
    ] = None,
    *,
    chunk_words: Annotated[
        int | None, typer.Option(min=10, help="Cut contexts into documents of about so many words.")
    ] = None,
    titles: Annotated[bool, typer.Option(help="Whether the contexts' titles are searched, too.")] = True,
    baselines: Annotated[bool, typer.Option("--baselines", help="Dense, BM25 and their fusions, beside.")] = False,
    against: Annotated[
        str, typer.Option(metavar="SETTINGS", help='A second configuration: "NAME=VALUE NAME=VALUE".')
    ] = "",
    hold_out_share: Annotated[
        float, typer.Option(min=0, max=0.9, help="Leave out a share of the titles: their questions have no answer.")
    ] = 0.0,
    seed: Annotated[int, typer.Option(min=0, help="Chooses which titles are left out.")] = 0,
    roc: Annotated[Path | None, typer.Option(help="Write the ROC of refusing to this SVG file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure retrieval on a question set, in a scratch index; or a store of a running server, by a subcommand.

    Example: lectern eval --contexts contexts.jsonl --questions questions.jsonl --baselines
    """
    if context.invoked_subcommand is not None:
        return
    if contexts is None or questions is None:
        raise typer.BadParameter("both are needed", param_hint="--contexts, --questions")
    from server.evaluation.curve import svg
    from server.evaluation.run import evaluate as run
    from server.evaluation.sets import Shape, load

    asked = load(contexts, questions, Shape(chunk_words, titles, hold_out_share, seed))
    if roc is not None and all(asked.right):
        raise typer.BadParameter("no question is unanswerable; see --hold-out-share", param_hint="--roc")
    console = Console(stderr=True)
    with tempfile.TemporaryDirectory(prefix="lectern-eval-") as folder, console.status("starting") as status:
        changes = shlex.split(against)
        result = run(asked, Settings.read(), Path(folder), status.update, others=baselines, changes=changes)
    if roc is not None and result.roc is not None:
        roc.write_text(svg(result.roc, result.min_score), "utf-8")
    typer.echo(orjson.dumps(result.as_dict()).decode() if as_json else result.as_table())
