"""Who comes in, and how: keys, sessions, local users, and an issuer where there is one."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import FastAPI

from server.access.auth import Gate
from server.access.callers import Callers
from server.access.key_routes import api_key_routes
from server.access.passwords import Passwords
from server.access.principal_routes import principal_routes
from server.access.sign_in import SignIn
from server.access.throttle import SignInThrottle
from server.access.user_routes import group_routes, user_routes
from server.access.vouched import Vouched
from server.adapters.database.attempts import SqlAttempts
from server.adapters.database.principals import SqlPrincipals
from server.adapters.oidc.issuer import Client, OidcIssuer
from server.adapters.oidc.published import Published
from server.app.parts import Parts
from server.errors import WrongSetting
from server.face.origins import PageOrigins
from server.limits.visitors import Visitors
from server.model import Role
from server.portal.doors import Doors
from server.portal.routes import mount_portal
from server.ports import Accounts, Principals
from server.settings import Settings


@dataclass(frozen=True, slots=True)
class Access:
    """What decides who comes in. `vouched` is None where there is no issuer."""

    accounts: Accounts
    callers: Callers
    gate: Gate
    sign_in: SignIn
    vouched: Vouched | None
    principals: Principals


def open_access(parts: Parts, of_keys: PageOrigins) -> Access:
    """Puts it together; the origins of keys are read anew whenever a key changes. Raises WrongSetting."""
    accounts = Accounts(parts.identities, parts.sessions, parts.users, parts.groups)
    vouched = open_vouched(parts.settings, accounts)
    of_keys.open(accounts.keys.origins)
    visitors = Visitors(parts.settings.page_requests_per_minute)
    callers = Callers(
        accounts.keys,
        accounts.sessions,
        vouched.caller_of_token if vouched else None,
        visited=visitors.admit,
        changed=of_keys.forget,
    )
    throttle = SignInThrottle(SqlAttempts(parts.database), parts.keys.secret("sign-in attempts"))
    sign_in = SignIn(accounts.users, accounts.sessions, Passwords(), throttle)
    return Access(accounts, callers, Gate(callers, parts.rights), sign_in, vouched, SqlPrincipals(parts.database))


def add_access(app: FastAPI, access: Access, settings: Settings) -> None:
    """Adds the routes of keys, users and groups, and the portal."""
    app.include_router(api_key_routes(access.accounts, access.gate))
    app.include_router(user_routes(access.accounts, access.gate, settings.public_url))
    app.include_router(group_routes(access.accounts, access.gate))
    app.include_router(principal_routes(access.principals, access.gate))
    doors = Doors(access.accounts, access.callers, access.gate, access.sign_in, access.vouched, settings.public_url)
    mount_portal(app, doors)


def open_vouched(settings: Settings, accounts: Accounts) -> Vouched | None:
    """Whom the issuer of the settings vouches for; None without one. Raises WrongSetting."""
    if not settings.oidc_issuer:
        return None
    if not _safe(settings.oidc_issuer):
        raise WrongSetting(setting="LECTERN_OIDC_ISSUER", detail="it must be an https:// address without query")
    if not settings.oidc_client_id:
        raise WrongSetting(setting="LECTERN_OIDC_CLIENT_ID", detail="LECTERN_OIDC_ISSUER needs it")
    client = Client(
        settings.oidc_client_id,
        settings.oidc_client_secret,
        settings.oidc_scopes,
        settings.oidc_groups_claim,
        settings.oidc_audience,
    )
    issuer = OidcIssuer(Published(settings.oidc_issuer), client)
    role = Role(settings.oidc_role) if settings.oidc_role != "none" else None
    return Vouched(issuer, accounts.users, accounts.keys, _roles(settings.oidc_roles), role)


def _roles(setting: str) -> dict[str, Role]:
    roles = {}
    for pair in filter(None, map(str.strip, setting.split(","))):
        group, _, role = pair.rpartition("=")
        if not group.strip() or role.strip() not in list(Role):
            raise WrongSetting(setting="LECTERN_OIDC_ROLES", detail=f"{pair!r} is not GROUP=ROLE with a role there is")
        roles[group.strip()] = Role(role.strip())
    return roles


def _safe(url: str) -> bool:
    try:
        parts = urlsplit(url)
        local = parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        local = False
    return not parts.query and bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and local))
