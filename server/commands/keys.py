"""`lectern keys`."""

import time
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Annotated

import orjson
import typer

from server.model import ApiKey, Role
from server.ports import Accounts
from server.settings import Settings

app = typer.Typer(help="Create, list and revoke API keys; make a sign-in link for the portal.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def open_accounts(settings: Settings) -> AbstractContextManager[Accounts]:
    """The accounts of a data folder, also while a server uses it."""
    from server.app import open_accounts as opened

    return opened(settings)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Who or what the key is for.")],
    role: Annotated[Role, typer.Option(help="What it may do.")] = Role.READER,
    days: Annotated[int, typer.Option(min=0, help="Days until it expires; 0: never.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Make a key; it is shown this once.

    Example: lectern keys create "Ms Li" --role editor --days 90
    """
    expires_at = int(time.time()) + days * 86_400 if days else None
    with open_accounts(Settings.read()) as accounts:
        key, secret = accounts.keys.create_key(name, role, expires_at)
    if as_json:
        typer.echo(orjson.dumps({**_shown(key), "key": secret}).decode())
    else:
        typer.echo(secret)


@app.command("list")
def list_keys(as_json: AsJson = False) -> None:
    """List all keys; never the keys themselves.

    Example: lectern keys list
    """
    with open_accounts(Settings.read()) as accounts:
        keys = accounts.keys.list_keys()
    for key in keys:
        if as_json:
            typer.echo(orjson.dumps(_shown(key)).decode())
            continue
        state = "revoked" if key.revoked_at else f"expires {_day(key.expires_at)}" if key.expires_at else "valid"
        typer.echo(f"{key.id}  {key.role.value:7} {key.prefix}…  {state:20} {key.name}")


@app.command()
def revoke(key_id: Annotated[str, typer.Argument(help="The key's id, as `lectern keys list` shows it.")]) -> None:
    """End a key, at once.

    Example: lectern keys revoke key_5f2c
    """
    with open_accounts(Settings.read()) as accounts:
        key = accounts.keys.revoke_key(key_id)
    typer.echo(f"{key.id} ({key.name}) is revoked.")


@app.command()
def link(
    key_id: Annotated[str, typer.Argument(help="Whose session it opens; the first administrator's if empty.")] = "",
) -> None:
    """Make a link that opens the portal, once, within ten minutes.

    Example: lectern keys link
    """
    settings = Settings.read()
    with open_accounts(settings) as accounts:
        if not key_id:
            key_id = next(k.id for k in accounts.keys.list_keys() if k.role == Role.ADMIN and not k.revoked_at)
        token = accounts.sessions.create_link(key_id)
    typer.echo(f"http://{settings.host}:{settings.port}/portal/open?token={token}")


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def _shown(key: ApiKey) -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.name,
        "role": key.role.value,
        "prefix": key.prefix,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "last_used_at": key.last_used_at,
    }
