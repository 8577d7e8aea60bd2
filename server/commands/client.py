"""How commands speak to a running Lectern: as any client of its API does."""

import os
import ssl
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from server.errors import LecternError
from server.settings import Settings


class NoServer(LecternError):
    """No Lectern answers at {url} ({detail}). Start it with `lectern serve`, or set LECTERN_URL."""

    code = "no_server"


class NoClientKey(LecternError):
    """There is no API key to use: set LECTERN_API_KEY, or run this where {path} can be read."""

    code = "no_client_key"


class ServerSaid(LecternError):
    """{detail}"""

    code = "server_said"


class Client:
    """An HTTP client of the API at LECTERN_URL with the key LECTERN_API_KEY (by default: this machine's own)."""

    def __init__(self, settings: Settings) -> None:
        self.url = os.environ.get("LECTERN_URL") or settings.base_url
        path = settings.data / "admin.key"
        key = os.environ.get("LECTERN_API_KEY")
        if not key:
            try:
                key = path.read_text().strip()
            except OSError:
                raise NoClientKey(path=path) from None
        self.http = httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {key}"},
            timeout=httpx.Timeout(600, connect=5),
            verify=_trust(settings) if self.url == settings.base_url else True,
        )

    def call(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        """One call; its JSON.

        Raises:
            NoServer, ServerSaid: nobody answered, or the answer is an error.
        """
        try:
            response = self.http.request(method, path, **arguments)
        except httpx.TransportError as error:
            raise NoServer(url=self.url, detail=error) from None
        if response.is_error:
            raise ServerSaid(detail=told(response), answered=response.status_code)
        body: dict[str, Any] = response.json()
        return body

    def pages(self, path: str, **query: str) -> Iterator[dict[str, Any]]:
        """Everything a list holds, oldest first. Raises NoServer, ServerSaid."""
        after: Mapping[str, str] = {}
        while True:
            page = self.call("GET", path, params={"limit": 100, "order": "asc", **query, **after})
            yield from page["data"]
            if not page["has_more"]:
                return
            after = {"after": page["last_id"]}

    def store_id(self, name: str, *, create: bool) -> str:
        """The id of the store of that name or id."""
        for store in self.pages("/v1/vector_stores"):
            if name in {store["id"], store["name"]}:
                return str(store["id"])
        if not create:
            raise ServerSaid(detail=f"There is no vector store {name!r}. `lectern ingest --store NAME` makes one.")
        return str(self.call("POST", "/v1/vector_stores", json={"name": name})["id"])


def _trust(settings: Settings) -> ssl.SSLContext | bool:
    """For this machine's own Lectern: its certificate itself is trusted, which is made for another name than the
    address it is called by here."""
    if settings.tls_cert is None:
        return True
    context = ssl.create_default_context(cafile=str(settings.tls_cert))
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    context.check_hostname = False
    return context


def told(response: httpx.Response) -> str:
    """The message of an error response."""
    try:
        return str(response.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"{response.status_code} {response.text[:200]}"
