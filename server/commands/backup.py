"""`lectern backup` and `lectern restore`."""

from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console

from server.commands.client import Client, NoClientKey, NoServer, ServerSaid, told
from server.settings import Settings

BLOCK_BYTES = 1024 * 1024


def backup(
    out: Annotated[Path, typer.Argument(help="The archive to write; it must not exist.")],
    with_key: Annotated[
        bool, typer.Option("--with-key", help="Put the master key in. Whoever has the archive can then read it.")
    ] = False,
) -> None:
    """Save the data folder into one archive, while Lectern runs or not. The master key stays out: keep it apart.

    Example: lectern backup /mnt/backup/lectern-2026-11-23.tar
    """
    if out.exists():
        raise typer.BadParameter(f"{out} exists already", param_hint="OUT")
    settings = Settings.read()
    part = out.with_name(out.name + ".part")
    try:
        with Console(stderr=True).status(f"saving {settings.data}"):
            try:
                _from_server(settings, part, with_key=with_key)
            except (NoServer, NoClientKey):
                _from_folder(settings, part, with_key=with_key)
        part.rename(out)
    finally:
        part.unlink(missing_ok=True)
    size = out.stat().st_size / 1024**2
    typer.echo(f"Saved {size:.1f} MiB to {out}.")
    if not with_key:
        typer.echo(f"Restoring needs {settings.data / 'master.key'} too: keep a copy of it in another place.")


def restore(
    archive: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="An archive of `lectern backup`.")],
    key: Annotated[Path | None, typer.Option(exists=True, help="The master key file, if it is not inside.")] = None,
) -> None:
    """Make the data folder LECTERN_DATA, which must be empty or absent, of a backup.

    Example: LECTERN_DATA=/srv/lectern lectern restore lectern-2026-11-23.tar --key master.key
    """
    from server.app import record_command
    from server.backup import restore as run
    from server.vault.master import read_master_key

    settings = Settings.read()
    with archive.open("rb") as stream, Console(stderr=True).status(f"restoring to {settings.data}"):
        manifest = run(stream, settings.data, read_master_key(key) if key else None)
    if not settings.database_url:  # else the record is a server's, and restored by other means
        record_command(settings, "lectern restore", "restore")
    typer.echo(f"Restored to {settings.data}. Start it with `lectern serve`.")
    for what in manifest.left_out:
        typer.echo(f"Not in this archive: {what}")


def _from_server(settings: Settings, part: Path, *, with_key: bool) -> None:
    client = Client(settings)
    try:
        with client.http.stream("POST", "/v1/backup", json={"include_key": with_key}) as response:
            if response.is_error:
                response.read()
                raise ServerSaid(detail=told(response))
            with part.open("xb") as file:
                for block in response.iter_bytes(BLOCK_BYTES):
                    file.write(block)
    except httpx.ConnectError as error:
        raise NoServer(url=client.url, detail=error) from None
    except httpx.TransportError as error:
        raise ServerSaid(detail=f"The backup broke off ({error}). See Lectern's log.") from None


def _from_folder(settings: Settings, part: Path, *, with_key: bool) -> None:
    from server.app import open_parts, operator, take_backup
    from server.model import AuditEvent

    with open_parts(settings) as parts, part.open("xb") as file:
        take_backup(parts, file, with_key)
        parts.audit.append([AuditEvent("backup", "lectern backup", operator())])
