"""What an issuer publishes: where it does what (OpenID Connect Discovery 1.0), and its keys (RFC 7517)."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from typing import Any

import httpx2
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, RSAKey, import_key

from server.errors import IssuerUnavailable

REQUEST_SECONDS = 5.0

_FRESH_SECONDS = 3600.0
# How soon after a look another one is worth its while: tokens with invented key ids shall not send us to the issuer.
_PAUSE_SECONDS = 20.0
# The same while nothing is known yet, as when both start together.
_FIRST_PAUSE_SECONDS = 2.0
_MOST_BYTES = 1024 * 1024


class Published:
    """Reads what the issuer at `url` publishes, and keeps it for an hour; while it does not answer, for longer."""

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.url = url
        self._clock = clock
        self._lock = asyncio.Lock()
        self._metadata: dict[str, Any] = {}
        self._keys: list[Key] = []
        self._read_at = -_FRESH_SECONDS
        self._tried_at = -_FRESH_SECONDS
        self._problem = ""

    async def metadata(self) -> dict[str, Any]:
        """The issuer's metadata. Raises IssuerUnavailable."""
        if not self._metadata or self._clock() - self._read_at >= _FRESH_SECONDS:
            await self._read(self._clock())
        return self._metadata

    async def key(self, key_id: str | None) -> Key | None:
        """The key of this id that signs; without an id, the only one there is. An unknown one is looked for again, but
        not each time. Raises IssuerUnavailable."""
        await self.metadata()
        found = self._find(key_id)
        if found is None:
            await self._read(self._clock())
            found = self._find(key_id)
        return found

    def _find(self, key_id: str | None) -> Key | None:
        if key_id is None:
            return self._keys[0] if len(self._keys) == 1 else None
        return next((key for key in self._keys if key.kid == key_id), None)

    async def _read(self, asked_at: float) -> None:
        async with self._lock:
            pause = _PAUSE_SECONDS if self._metadata else _FIRST_PAUSE_SECONDS
            if self._tried_at >= asked_at or self._clock() - self._tried_at < pause:
                self._fail_without_any()
                return
            self._tried_at = self._clock()
            try:
                async with httpx2.AsyncClient(timeout=REQUEST_SECONDS) as client:
                    metadata = await self._get(client, f"{self.url.rstrip('/')}/.well-known/openid-configuration")
                    if metadata.get("issuer") != self.url:
                        raise ValueError(f"it says that it is {metadata.get('issuer')!r}, not {self.url!r}")
                    keys = _signing((await self._get(client, metadata["jwks_uri"]))["keys"])
            except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, KeyError, TypeError, JoseError) as error:
                self._problem = f"{type(error).__name__}: {error}"
                self._fail_without_any()
            else:
                self._metadata, self._keys, self._read_at, self._problem = metadata, keys, self._clock(), ""

    def _fail_without_any(self) -> None:
        if not self._metadata:
            raise IssuerUnavailable(detail=self._problem or "it was not reached yet")

    async def _get(self, client: httpx2.AsyncClient, url: str) -> dict[str, Any]:
        response = await client.get(url, headers={"Accept": "application/json"})
        response.raise_for_status()
        if len(response.content) > _MOST_BYTES:
            raise ValueError("it is longer than 1 MiB")
        found = response.json()
        if not isinstance(found, dict):
            raise TypeError("it is no JSON object")
        return found


def _signing(published: Sequence[dict[str, Any]]) -> list[Key]:
    """The keys that verify signatures. Those of a kind that is not known here do not spoil the others."""
    keys: list[Key] = []
    for one in published:
        with contextlib.suppress(JoseError, ValueError, KeyError, TypeError):
            key = import_key(one)
            if isinstance(key, RSAKey | ECKey) and one.get("use", "sig") == "sig":
                keys.append(key)
    return keys
