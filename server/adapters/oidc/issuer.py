"""Signing in at an OpenID Connect issuer, and the tokens of those who did."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from server.adapters.oidc.published import REQUEST_SECONDS, Published
from server.adapters.oidc.tokens import Tokens
from server.errors import IssuerUnavailable, SignInFailed, WrongToken
from server.model import Claimed
from server.ports import Pending

_MOST_GROUPS = 1000
_METHODS = ("client_secret_basic", "client_secret_post")


@dataclass(frozen=True, slots=True)
class Client:
    """As what Lectern is registered at the issuer. Access tokens count if they are for `audience`; empty: none does.
    `groups_claim` names the claim that holds a user's groups; dots lead into objects."""

    id: str
    secret: str
    scopes: str
    groups_claim: str
    audience: str


class OidcIssuer:
    """The port `Issuer`: authorization code with PKCE for people, JWT access tokens for programs."""

    def __init__(self, published: Published, client: Client) -> None:
        self._published = published
        self._tokens = Tokens(published)
        self._client = client

    @property
    def name(self) -> str:
        """The issuer's host."""
        return urlsplit(self._published.url).netloc

    async def authorization_url(self, back: str, pending: Pending) -> str:
        """Where a browser signs in; it then comes to `back` with a code. Raises IssuerUnavailable."""
        metadata = await self._published.metadata()
        async with self._oauth(metadata, back) as client:
            url, _ = client.create_authorization_url(
                metadata["authorization_endpoint"],
                state=pending.state,
                nonce=pending.nonce,
                code_verifier=pending.verifier,
            )
        return str(url)

    async def redeem(self, code: str, back: str, pending: Pending) -> Claimed:
        """Who signed in. Raises SignInFailed, IssuerUnavailable."""
        metadata = await self._published.metadata()
        try:
            async with self._oauth(metadata, back) as client:
                token = await client.fetch_token(
                    metadata["token_endpoint"],
                    code=code,
                    code_verifier=pending.verifier,
                    grant_type="authorization_code",
                )
                access_token = token.get("access_token")
                claims = await self._tokens.id_claims(
                    str(token.get("id_token", "")), self._client.id, pending.nonce, access_token
                )
                claims = await self._completed(client, metadata, claims)
        except WrongToken as error:
            raise SignInFailed(detail=f"the token that came back cannot be used: {error.facts['detail']}") from None
        except AuthlibBaseError as error:
            raise SignInFailed(detail=f"the sign-in service said {error.error!r}") from None
        except (httpx2.HTTPError, ValueError) as error:
            raise IssuerUnavailable(detail=type(error).__name__) from None
        # Issuers leave the claim out where there is no group: nobody keeps what a group gave.
        return self._claimed(claims, frozenset())

    async def verify(self, token: str) -> Claimed:
        """Whom an access token is of (RFC 9068). Raises WrongToken, IssuerUnavailable."""
        if not self._client.audience:
            raise WrongToken(detail="access tokens are not accepted here; LECTERN_OIDC_AUDIENCE names whose are")
        return self._claimed(await self._tokens.access_claims(token, self._client.audience), None)

    async def logout_url(self, back: str) -> str | None:
        """Where a browser signs out of the issuer, too, and comes to `back` (OpenID Connect RP-Initiated Logout 1.0);
        None: nowhere, or it does not answer."""
        try:
            endpoint = (await self._published.metadata()).get("end_session_endpoint")
        except IssuerUnavailable:
            return None
        query = urlencode({"client_id": self._client.id, "post_logout_redirect_uri": back})
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{query}" if endpoint else None

    def _oauth(self, metadata: Mapping[str, Any], back: str) -> AsyncOAuth2Client:
        known = metadata.get("token_endpoint_auth_methods_supported") or _METHODS[:1]
        method = next((one for one in _METHODS if one in known), _METHODS[0]) if self._client.secret else "none"
        return AsyncOAuth2Client(
            self._client.id,
            self._client.secret or None,
            scope=self._client.scopes,
            redirect_uri=back,
            token_endpoint_auth_method=method,
            code_challenge_method="S256",
            timeout=REQUEST_SECONDS,
        )

    async def _completed(
        self, client: AsyncOAuth2Client, metadata: Mapping[str, Any], claims: dict[str, Any]
    ) -> dict[str, Any]:
        """The claims with those that the issuer tells at its userinfo endpoint only."""
        wanted = {"preferred_username", "email", self._client.groups_claim.partition(".")[0]}
        if wanted <= set(claims) or "userinfo_endpoint" not in metadata:
            return claims
        response = await client.get(metadata["userinfo_endpoint"])
        response.raise_for_status()
        more = response.json()
        if not isinstance(more, dict) or more.get("sub") != claims["sub"]:
            raise WrongToken(detail="the userinfo endpoint tells of somebody else")
        return {**more, **claims}

    def _claimed(self, claims: Mapping[str, Any], without_groups: frozenset[str] | None) -> Claimed:
        named = (claims.get(name) for name in ("preferred_username", "email", "name", "sub"))
        name = next((found for one in named if isinstance(one, str) and (found := _plain(one))), "user")
        email = claims.get("email")
        groups: Any = claims
        for step in self._client.groups_claim.split("."):
            groups = groups.get(step) if isinstance(groups, Mapping) else None
        if isinstance(groups, str):
            groups = [groups]
        found_groups = without_groups
        if isinstance(groups, list):
            plain = (_plain(one) for one in groups[:_MOST_GROUPS] if isinstance(one, str))
            found_groups = frozenset(one for one in plain if one)
        email = email[:320] if isinstance(email, str) and "@" in email and email.isprintable() else None
        return Claimed(self._published.url, claims["sub"], name, email, found_groups)


def _plain(text: str) -> str:
    return "".join(one for one in text if one.isprintable()).strip()[:200]
