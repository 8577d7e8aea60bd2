"""`lectern keys`."""

import dataclasses
import time
from datetime import UTC, datetime
from typing import Annotated

import orjson
import typer

from server.access.pages import check_page_key, origins_of
from server.commands.accounts import address_of, open_accounts, record
from server.model import ApiKey, KeyLimits, Role, Scope
from server.settings import Settings

app = typer.Typer(help="Create, list and revoke API keys; make a sign-in link for the portal.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command()
def create(  # noqa: PLR0913, PLR0917 - each is an option
    name: Annotated[str, typer.Argument(help="Who or what the key is for.")],
    role: Annotated[Role, typer.Option(help="What it may do.")] = Role.READER,
    days: Annotated[int, typer.Option(min=0, help="Days until it expires; 0: never.")] = 0,
    user: Annotated[str, typer.Option(help="Whose it is, by name or id; nobody's if empty.")] = "",
    scope: Annotated[list[Scope] | None, typer.Option(help="A scope it is limited to; may be repeated.")] = None,
    store: Annotated[list[str] | None, typer.Option(help="A store's id it is limited to; may be repeated.")] = None,
    model: Annotated[list[str] | None, typer.Option(help="A model it is limited to; may be repeated.")] = None,
    origin: Annotated[list[str] | None, typer.Option(help="A web page's origin it is for; may be repeated.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key; it is shown this once. What it may do is never more than what its user may.

    Example: lectern keys create "Ms Li's script" --role editor --days 90 --user "Li Wei" --scope chat --scope search
    """
    expires_at = int(time.time()) + days * 86_400 if days else None
    limits = KeyLimits(*(frozenset(one) if one else None for one in (scope, store, model)))
    if origin:
        limits = dataclasses.replace(limits, origins=origins_of(origin))
        check_page_key(role, limits)
    settings = Settings.read()
    with open_accounts(settings) as accounts:
        user_id = accounts.users.named(user).id if user else None
        key, secret = accounts.keys.create_key(name, role, expires_at, user_id, limits)
    record(settings, "lectern keys create", "create_key", key.id)
    _tell(key, secret, as_json=as_json)


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
def rotate(
    key_id: Annotated[str, typer.Argument(help="The key's id, as `lectern keys list` shows it.")],
    overlap: Annotated[int, typer.Option(min=0, help="Seconds for which the present secret works, too.")] = 86_400,
    as_json: AsJson = False,
) -> None:
    """Give a key a new secret, shown this once; the present one works for a while more.

    Example: lectern keys rotate key-18eb5a7d --overlap 3600
    """
    settings = Settings.read()
    with open_accounts(settings) as accounts:
        key, secret = accounts.keys.rotate_key(key_id, overlap)
    record(settings, "lectern keys rotate", "rotate_key", key.id)
    _tell(key, secret, as_json=as_json)


@app.command()
def revoke(key_id: Annotated[str, typer.Argument(help="The key's id, as `lectern keys list` shows it.")]) -> None:
    """End a key, at once.

    Example: lectern keys revoke key-18eb5a7d
    """
    settings = Settings.read()
    with open_accounts(settings) as accounts:
        key = accounts.keys.revoke_key(key_id)
    record(settings, "lectern keys revoke", "revoke_key", key.id)
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
    record(settings, "lectern keys link", "create_link", key_id)
    typer.echo(f"{address_of(settings)}/portal/open?token={token}")


def _tell(key: ApiKey, secret: str, *, as_json: bool) -> None:
    typer.echo(orjson.dumps({**_shown(key), "key": secret}).decode() if as_json else secret)


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def _shown(key: ApiKey) -> dict[str, object]:
    limits = {name: value and sorted(value) for name, value in dataclasses.asdict(key.limits).items()}
    return {**dataclasses.asdict(key), "limits": limits}
