"""An OpenID Connect issuer that people sign in with."""

from dataclasses import dataclass
from typing import Protocol

from server.model import Claimed


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in under way at the issuer, kept in the browser that began it: what must come back (`state`), what the
    token must hold (`nonce`), and what proves that who redeems the code asked for it (`verifier`, RFC 7636)."""

    state: str
    nonce: str
    verifier: str


class Issuer(Protocol):
    """Signs people in, and vouches for those who send its tokens."""

    @property
    def name(self) -> str:
        """What a person is told that it signs in with."""
        ...

    async def authorization_url(self, back: str, pending: Pending) -> str:
        """Where a browser signs in; it then comes to `back` with a code. Raises IssuerUnavailable."""
        ...

    async def redeem(self, code: str, back: str, pending: Pending) -> Claimed:
        """Who signed in. Raises SignInFailed, IssuerUnavailable."""
        ...

    async def verify(self, token: str) -> Claimed:
        """Whom an access token is of (RFC 9068). Raises WrongToken, IssuerUnavailable."""
        ...

    async def logout_url(self, back: str) -> str | None:
        """Where a browser signs out of the issuer, too, and comes to `back`; None: nowhere, or it does not answer."""
        ...
