import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from server.samples import documents
from tests.portal.browsing import Visit, chromium, sign_in, visiting
from tests.serving import Serving, upload


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Of a module, not of the session: while it is open an event loop runs, which tests elsewhere would meet.
    expect.set_options(timeout=20_000)  # on a machine that does much else; what never comes fails all the same
    with chromium() as one:
        yield one


@pytest.fixture(scope="session")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the run keeps its pictures: PORTAL_SHOTS, or a folder of pytest's."""
    chosen = os.environ.get("PORTAL_SHOTS")
    folder = Path(chosen) if chosen else tmp_path_factory.mktemp("shots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def lectern(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A Lectern with the embedded defaults, which somebody has made theirs."""
    serving = Serving(tmp_path_factory.mktemp("portal") / "data").wait()
    with serving.http() as http:
        http.post("/v1/users", json={"name": "Root", "role": "admin"}).raise_for_status()
    yield serving
    assert serving.stop() == 0


@pytest.fixture(scope="session")
def samples(lectern: Serving) -> str:
    """A store with every sample document, named "samples"."""
    client = lectern.client()
    created = client.vector_stores.create(name="samples")
    for path in documents():
        upload(client, created.id, path)
    return created.id


@pytest.fixture
def visit(browser: Browser, lectern: Serving, shots: Path) -> Iterator[Visit]:
    """A visit of the administrator, signed in."""
    with visiting(browser, lectern, shots) as one:
        sign_in(one, lectern.key)
        yield one


@pytest.fixture
def api(lectern: Serving) -> Iterator[httpx.Client]:
    """The API, asked by the administrator."""
    with lectern.http() as http:
        yield http
