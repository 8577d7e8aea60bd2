from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from server.face.origins import PageOrigins, admit_origins

WIKI, OTHER = "https://wiki.example", "https://other.example"


class Pages:
    """A small API, whose keys' origins are in `origins`, and how often they were read."""

    def __init__(self) -> None:
        self.now = 0.0
        self.origins: frozenset[str] | None = frozenset({WIKI})
        self.read = 0
        self.of_keys = PageOrigins(5, lambda: self.now)
        self.of_keys.open(self._read)
        self.app = FastAPI()
        for path in ("/v1/models", "/portal/session"):
            self.app.get(path)(lambda: "here")
        admit_origins(self.app, "https://setting.example/", self.of_keys)
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://lectern")

    def _read(self) -> frozenset[str]:
        self.read += 1
        if self.origins is None:
            raise OSError
        return self.origins

    async def allowed(self, origin: str, path: str = "/v1/models") -> bool:
        """Whether a page of this origin may ask, by preflight and by request alike."""
        wanted = {
            "Origin": origin,
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "authorization",
        }
        before = await self.client.options(path, headers=wanted)
        answer = await self.client.get(path, headers={"Origin": origin})
        told: set[bool] = {one.headers.get("access-control-allow-origin") == origin for one in (before, answer)}
        assert len(told) == 1
        assert "access-control-allow-credentials" not in before.headers
        return True in told


@pytest.fixture
async def pages() -> AsyncIterator[Pages]:
    pages = Pages()
    async with pages.client:
        yield pages


async def test_pages_of_keys_and_of_the_setting_may_ask_the_api_and_nothing_else(pages: Pages) -> None:
    assert await pages.allowed(WIKI)
    assert await pages.allowed("https://setting.example")
    for origin in (
        OTHER,
        "null",
        "https://wiki.example.evil.example",
        "http://wiki.example",
        "https://wiki.example:444",
    ):
        assert not await pages.allowed(origin), origin
    assert not await pages.allowed(WIKI, "/portal/session")


async def test_they_are_read_once_until_a_key_changes_or_time_is_over(pages: Pages) -> None:
    for _ in range(3):
        assert await pages.allowed(WIKI)
        await pages.allowed(OTHER)
    assert pages.read == 1
    pages.origins = frozenset({OTHER})
    pages.of_keys.forget()
    assert await pages.allowed(OTHER)
    assert not await pages.allowed(WIKI)
    assert pages.read == 2
    pages.now = 5.0
    assert await pages.allowed(OTHER)
    assert pages.read == 3


async def test_requests_of_programs_read_nothing(pages: Pages) -> None:
    answer = await pages.client.get("/v1/models")
    assert answer.headers["vary"] == "Origin"
    assert pages.read == 0


async def test_what_cannot_be_read_leaves_what_was_known(pages: Pages) -> None:
    assert await pages.allowed(WIKI)
    pages.origins = None
    pages.of_keys.forget()
    assert await pages.allowed(WIKI)
