import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import openai
import pytest
import pytest_asyncio

from server.samples import documents
from tests.serving import Serving, upload
from tests.upstream import Upstream, running

RENTAL = "# Travel\n\nThe price of the rental car is 140 EUR. Reports are sent every month.\n"
QUESTION = [{"role": "user", "content": "What is the price of the rental car?"}]
NOWHERE = [{"role": "user", "content": "Who painted the ceiling of the chapel?"}]


@pytest.fixture(scope="session")
def lectern(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A Lectern with the embedded defaults and no documents."""
    serving = Serving(tmp_path_factory.mktemp("lectern") / "data")
    yield serving.wait()
    assert serving.stop() == 0


@pytest.fixture(scope="session")
def sampled(lectern: Serving) -> str:
    """A store with every sample document."""
    client = lectern.client()
    created = client.vector_stores.create(name="hanlin")
    for path in documents():
        upload(client, created.id, path)
    return created.id


@pytest.fixture
def note(tmp_path: Path) -> Path:
    """A small document."""
    path = tmp_path / "note.md"
    path.write_text(
        "# Cantina\n\nThe cantina opens at 11:45 and closes at 14:15.\n\n# 停车\n\n访客停车位在北门,共十二个。\n"
    )
    return path


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def model_server() -> AsyncIterator[Upstream]:
    """A stand-in for a model server."""
    async with running() as one:
        yield one


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def fronting(model_server: Upstream, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Serving]:
    """A Lectern in front of it."""
    started = Serving(tmp_path_factory.mktemp("fields") / "data", engine_url=model_server.url)
    await asyncio.to_thread(started.wait)
    yield started
    assert await asyncio.to_thread(started.stop) == 0


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def cars(fronting: Serving, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store there of one small document."""
    path = tmp_path_factory.mktemp("documents") / "rental.md"
    path.write_text(RENTAL)

    def make() -> str:
        client = fronting.client()
        made = client.vector_stores.create(name="cars").id
        upload(client, made, path)
        return made

    return await asyncio.to_thread(make)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def official(fronting: Serving) -> AsyncIterator[openai.AsyncOpenAI]:
    """The official client of it."""
    url = f"{fronting.url}/v1"
    async with openai.AsyncOpenAI(base_url=url, api_key=fronting.key, max_retries=0, timeout=60) as one:
        yield one
