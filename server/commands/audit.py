"""`lectern audit`."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from server.settings import Settings

app = typer.Typer(help="Check, read, export and prune the record of who did what.", no_args_is_help=True)

PAGE = 500
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
Since = Annotated[
    datetime | None, typer.Option(help="From this time on (UTC).", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"])
]
Until = Annotated[datetime | None, typer.Option(help="Before this time (UTC).", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"])]


@app.command()
def verify(
    export: Annotated[
        Path | None, typer.Argument(exists=True, dir_okay=False, help="An export to check; empty: the data folder.")
    ] = None,
    key: Annotated[
        str, typer.Option(help="Public key of the installation, in hexadecimal; empty: the one the export names.")
    ] = "",
    head: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="A head that was kept apart (`lectern audit head`)."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check whether anything of the record was removed, changed or put in another order. The exit status is 1 if so.

    Example: lectern audit verify
    Example: lectern audit verify audit.jsonl --key 5c1f… --head audit.head
    """
    from server.audit.export import Checked, check_export
    from server.audit.verify import Verification
    from server.model import AuditHead

    kept = AuditHead(**orjson.loads(head.read_bytes())) if head else None
    if export is not None:
        from server.audit.chain import Verifier

        with export.open("rb") as lines:
            checked = check_export(lines, Verifier(bytes.fromhex(key)) if key else None, kept)
    else:
        from server.app import open_audit

        with open_audit(Settings.read()) as (audit, _):
            verification = Verification(audit.signer.public, kept or audit.head())
            verification.run(audit.entries(*audit.bounds()))
            checked = Checked(verification.checked, verification.faults, audit.signer.public.hex)
    if as_json:
        typer.echo(orjson.dumps(checked).decode())
    else:
        _tell(checked.entries, [(one.sequence, one.kind, one.detail) for one in checked.faults], checked.public_key)
    raise typer.Exit(bool(checked.faults))


@app.command()
def show(
    since: Since = None,
    until: Until = None,
    who: Annotated[
        str | None, typer.Option(help="An owner (user:ID, key:ID, os:NAME), the id of a key, or a name.")
    ] = None,
    action: Annotated[str | None, typer.Option(help="What was done.")] = None,
    resource: Annotated[str | None, typer.Option(help="Id of a file, a store, … that the entry names.")] = None,
    content: Annotated[
        bool, typer.Option("--content", help="Also what was asked and answered, where it is kept.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List who did what, oldest first.

    Example: lectern audit show --resource file-18f2 --since 2026-11-01
    """
    from server.app import SEALED_BY, open_audit
    from server.audit.chain import entry_object
    from server.model import AuditFilter, Page

    wanted = AuditFilter(_seconds(since), _seconds(until), who, action, resource)
    with open_audit(Settings.read()) as (audit, keys):
        after: str | None = None
        while entries := audit.page(wanted, Page(PAGE, "asc", after)):
            for entry in map(entry_object, entries):
                if content and entry["content"] is not None:
                    entry["content"] = keys.open_text(SEALED_BY, entry["content"], entry["request_id"])
                typer.echo(orjson.dumps(entry).decode() if as_json else _line(entry))
                if content and not as_json and entry["content"]:
                    typer.echo(f"      {entry['content']}")
            after = f"audit-{entries[-1].sequence}"


@app.command()
def export(
    out: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")],
    since: Since = None,
    until: Until = None,
) -> None:
    """Write the record as JSON lines that `lectern audit verify` can check on any machine.

    Example: lectern audit export audit-2026-11.jsonl --since 2026-11-01 --until 2026-12-01
    """
    from server.app import open_audit
    from server.audit.export import export_lines

    if out.exists():
        raise typer.BadParameter(f"{out} exists already", param_hint="OUT")
    settings = Settings.read()

    def lines() -> Iterator[bytes]:
        with open_audit(settings) as (audit, _):
            yield from export_lines(audit, audit.signer, _seconds(since), _seconds(until))

    with out.open("xb") as file:
        count = sum(file.write(line + b"\n") > 0 for line in lines()) - 1
    from server.app import record_command

    record_command(settings, "lectern audit export", "export_audit")
    typer.echo(f"{count} entries are in {out}.")


@app.command()
def head() -> None:
    """Print where the record ends now. Keep it on another machine: whoever then cuts the record, and the head beside
    it, is found out.

    Example: lectern audit head | ssh elsewhere 'cat > audit.head'
    """
    from server.app import open_audit

    with open_audit(Settings.read()) as (audit, _):
        typer.echo(orjson.dumps(audit.head()).decode())


@app.command()
def key() -> None:
    """Print the public key with which exports can be checked elsewhere.

    Example: lectern audit key
    """
    from server.app import open_audit

    with open_audit(Settings.read()) as (audit, _):
        typer.echo(audit.signer.public.hex)


@app.command()
def prune(
    before: Annotated[
        datetime, typer.Option(help="Remove what is older (UTC).", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"])
    ],
) -> None:
    """Remove old entries for good; a signed entry says how far. Nothing else ever removes one.

    Example: lectern audit prune --before 2025-11-25
    """
    from server.app import open_audit, operator
    from server.model import AuditEvent

    with open_audit(Settings.read()) as (audit, _):
        event = AuditEvent("prune_audit", "lectern audit prune", operator())
        count = audit.prune(int(before.replace(tzinfo=UTC).timestamp()), event)
    typer.echo(f"{count} entries were removed.")


def _tell(entries: int, faults: list[tuple[int, str, str]], public_key: str) -> None:
    if not faults:
        typer.echo(f"The record is whole: {entries} entries, signed by {public_key}.")
        return
    typer.echo(f"The record is not whole. Of {entries} entries, the first that is wrong is {faults[0][0]}.")
    for sequence, kind, detail in faults:
        typer.echo(f"  entry {sequence}: {kind}: {detail}")


def _line(entry: dict[str, Any]) -> str:
    when = datetime.fromtimestamp(entry["time"], UTC).strftime("%Y-%m-%d %H:%M:%S")
    who = entry["actor"]["name"] or entry["actor"]["owner"] or "nobody known"
    where = entry["source"]["address"] or "here"
    how = entry["outcome"]["code"] or entry["outcome"]["status"] or ""
    named = " ".join([*entry["resources"], *(one["file_id"] for one in entry["documents"])])
    repeats = f" (+{entry['repeats']} alike)" if entry["repeats"] else ""
    return f"{entry['sequence']:>7}  {when}  {who} @ {where}  {entry['action']}  {how}{repeats}  {named}"


def _seconds(time: datetime | None) -> int | None:
    return None if time is None else int(time.replace(tzinfo=UTC).timestamp())
