"""The `lectern` command, one module per verb."""

import sys

import typer

from ingest.errors import UnreadableFile
from server.commands import ask, audit, backup, bench, doctor, evaluate, ingest, keys, parse, serve, sources, users
from server.errors import LecternError

app = typer.Typer(
    name="lectern",
    help="A knowledge appliance: ask your Word, Excel, PDF and image files.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(serve.serve)
app.command()(serve.worker)
app.command("ingest")(ingest.ingest)
app.add_typer(sources.app, name="sources")
app.command("ask")(ask.ask)
app.command("parse")(parse.parse)
app.add_typer(evaluate.app, name="eval")
app.add_typer(bench.app, name="bench")
app.command("doctor")(doctor.doctor)
app.add_typer(keys.app, name="keys")
app.add_typer(users.app, name="users")
app.add_typer(audit.app, name="audit")
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)


def main() -> None:
    """Runs the command; an error of Lectern's is told in one line, and the exit status is 1."""
    try:
        app()
    except (LecternError, UnreadableFile) as error:
        sys.stderr.write(f"lectern: {error.message}\n")
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(141)
