from collections.abc import Iterator
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal

from tests.serving import Serving, upload
from tests.upstream import Upstream, running

HANDBOOK = "# Travel\n\nThe price of the rental car is 140 EUR. Reports are sent every month.\n"


@pytest.fixture(scope="session")
def handbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small document."""
    path = tmp_path_factory.mktemp("documents") / "handbook.md"
    path.write_text(HANDBOOK)
    return path


@pytest.fixture(scope="session")
def lectern(tmp_path_factory: pytest.TempPathFactory, handbook: Path) -> Iterator[Serving]:
    """A Lectern with the embedded defaults, and a store "handbook" of the small document."""
    serving = Serving(tmp_path_factory.mktemp("lectern") / "data").wait()
    client = serving.client()
    upload(client, client.vector_stores.create(name="handbook").id, handbook)
    yield serving
    assert serving.stop() == 0


@pytest.fixture(scope="session")
def model_server() -> Iterator[Upstream]:
    """A stand-in for a model server: a small model would not call a tool when a test wants it to."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(running()) as upstream:
        yield upstream


@pytest.fixture(scope="session")
def fronting(model_server: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A Lectern in front of it."""
    serving = Serving(tmp_path_factory.mktemp("fronting") / "data", engine_url=model_server.url).wait()
    yield serving
    assert serving.stop() == 0
