"""Whether a signed token is what it claims to be: signature, issuer, audience, time."""

from collections.abc import Mapping
from typing import Any

from authlib.oauth2.rfc9068.claims import JWTAccessTokenClaims
from authlib.oidc.core.claims import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import JoseError

from server.adapters.oidc.published import Published
from server.errors import WrongToken

LEEWAY_SECONDS = 60

# Only signatures that need the issuer's private key: with HS256 its public key would do as the secret.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
_MOST_CHARACTERS = 16_384


class Tokens:
    """Checks tokens that the issuer signed."""

    def __init__(self, published: Published) -> None:
        self._published = published

    async def id_claims(self, token: str, client_id: str, nonce: str, access_token: str | None) -> dict[str, Any]:
        """The claims of an ID token for this client, asked for with this nonce (OpenID Connect Core 1.0, 3.1.3.7).
        Raises WrongToken, IssuerUnavailable."""
        header, claims = await self._signed(token)
        options = {"iss": self._is(self._published.url), "aud": self._is(client_id), "exp": {"essential": True}}
        params = {"nonce": nonce, "client_id": client_id, "access_token": access_token}
        return _valid(CodeIDToken(claims, header, options, params))

    async def access_claims(self, token: str, audience: str) -> dict[str, Any]:
        """The claims of an access token for this audience (RFC 9068, 4). Raises WrongToken, IssuerUnavailable."""
        header, claims = await self._signed(token)
        if str(header.get("typ", "")).lower() not in {"at+jwt", "application/at+jwt"}:
            raise WrongToken(detail="it is no access token by RFC 9068 (typ at+jwt)")
        options: dict[str, Any] = {"iss": self._is(self._published.url), "aud": self._is(audience)}
        options |= {name: {"essential": True} for name in ("exp", "sub", "client_id", "iat", "jti")}
        return _valid(JWTAccessTokenClaims(claims, header, options, {}))

    def _is(self, value: str) -> dict[str, Any]:
        return {"essential": True, "values": [value]}

    async def _signed(self, token: str) -> tuple[Mapping[str, Any], dict[str, Any]]:
        if len(token) > _MOST_CHARACTERS:
            raise WrongToken(detail="it is too long")
        try:
            header = jws.extract_compact(token.encode()).headers()
        except (JoseError, ValueError, TypeError, AttributeError):
            raise WrongToken(detail="it is no signed token") from None
        if header.get("alg") not in ALGORITHMS:
            raise WrongToken(detail="its signature is of a kind that is not accepted")
        key_id = header.get("kid")
        key = await self._published.key(key_id if isinstance(key_id, str) else None)
        if key is None or key.get("alg", header["alg"]) != header["alg"]:
            raise WrongToken(detail="it is signed with a key that the issuer does not publish")
        try:
            decoded = jwt.decode(token, key, algorithms=list(ALGORITHMS))
        except (JoseError, ValueError, TypeError):
            raise WrongToken(detail="its signature is wrong") from None
        return decoded.header, decoded.claims


def _valid(claims: Any) -> dict[str, Any]:
    try:
        claims.validate(leeway=LEEWAY_SECONDS)
        subject = claims["sub"]
    except JoseError as error:
        raise WrongToken(detail=f"{error.error}: {error.description}".rstrip(": ")) from None
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        raise WrongToken(detail="its claims cannot be read") from None
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise WrongToken(detail="it does not say whose it is")
    return dict(claims)
