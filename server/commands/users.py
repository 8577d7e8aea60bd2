"""`lectern users`."""

import dataclasses
import sys
from collections.abc import Iterator
from typing import Annotated

import orjson
import typer

from server.commands.accounts import address_of, open_accounts, record
from server.errors import InvalidRequest
from server.model import Page, Role, User, UserKind, all_in_turn
from server.ports import Users
from server.settings import Settings

app = typer.Typer(help="Create, list and disable users; set their passwords.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
Name = Annotated[str, typer.Argument(help="The user's name or id.")]


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="The name to sign in with.")],
    role: Annotated[Role, typer.Option(help="What the user may do.")] = Role.READER,
    email: Annotated[str, typer.Option(help="An e-mail address.")] = "",
    service: Annotated[bool, typer.Option("--service", help="A service: it has keys only.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a user. A person then needs a password (`lectern users password`) or a link (`lectern users link`).

    Example: lectern users create "Li Wei" --role editor --email li@example.org
    """
    kind = UserKind.SERVICE if service else UserKind.PERSON
    settings = Settings.read()
    with open_accounts(settings) as accounts:
        user = accounts.users.create(name, role, kind, email or None)
    record(settings, "lectern users create", "create_user", user.id)
    _show(user, as_json=as_json)


@app.command("list")
def list_users(as_json: AsJson = False) -> None:
    """List all users.

    Example: lectern users list
    """
    with open_accounts(Settings.read()) as accounts:
        for user in _all(accounts.users):
            _show(user, as_json=as_json)


@app.command()
def disable(name: Name, as_json: AsJson = False) -> None:
    """Keep a user out: sessions end, keys and tokens are refused. A running server knows within 5 seconds.

    Example: lectern users disable "Li Wei"
    """
    _switch(name, as_json=as_json, disabled=True)


@app.command()
def enable(name: Name, as_json: AsJson = False) -> None:
    """Let a disabled user in again, with the keys it had.

    Example: lectern users enable "Li Wei"
    """
    _switch(name, as_json=as_json, disabled=False)


@app.command()
def password(name: Name, as_json: AsJson = False) -> None:
    """Set a user's password: asked for twice, or read from standard input. All sessions of the user end.

    Example: lectern users password "Li Wei"
    """
    from server.access.passwords import Passwords

    settings = Settings.read()
    with open_accounts(settings) as accounts:
        user = _person(accounts.users, name)
        if sys.stdin.isatty():
            chosen = typer.prompt("New password", hide_input=True, confirmation_prompt=True, err=True)
        else:
            chosen = sys.stdin.readline().rstrip("\n")
        accounts.users.set_password(user.id, Passwords().hash(chosen, user))
        user = accounts.users.user(user.id)
    record(settings, "lectern users password", "set_password", user.id)
    _show(user, as_json=as_json)


@app.command()
def link(name: Name) -> None:
    """Make a link at which a user chooses a password, once, within a day.

    Example: lectern users link "Li Wei"
    """
    settings = Settings.read()
    with open_accounts(settings) as accounts:
        user = _person(accounts.users, name)
        token = accounts.sessions.create_password_link(user.id)
    record(settings, "lectern users link", "create_password_link", user.id)
    typer.echo(f"{address_of(settings)}/#password={token}")


def _switch(name: str, *, as_json: bool, disabled: bool) -> None:
    settings, verb = Settings.read(), "disable" if disabled else "enable"
    with open_accounts(settings) as accounts:
        user = accounts.users.change(accounts.users.named(name).id, disabled=disabled)
    record(settings, f"lectern users {verb}", f"{verb}_user", user.id)
    _show(user, as_json=as_json)


def _person(users: Users, name: str) -> User:
    user = users.named(name)
    if user.kind != UserKind.PERSON:
        raise InvalidRequest(detail=f"{user.name} is a service and has keys only: lectern keys create --user")
    return user


def _all(users: Users) -> Iterator[User]:
    page: Page | None = all_in_turn()
    while page:
        found = users.users(page)
        yield from found
        page = all_in_turn(found[-1].id) if len(found) == page.limit else None


def _show(user: User, *, as_json: bool) -> None:
    if as_json:
        typer.echo(orjson.dumps(dataclasses.asdict(user)).decode())
        return
    state = "disabled" if user.disabled_at else "password" if user.has_password else user.issuer or "no password"
    typer.echo(f"{user.id}  {user.kind.value:7} {user.role.value:7} {state:12} {user.name}")
