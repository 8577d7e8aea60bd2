from collections.abc import Iterator
from pathlib import Path

import pytest

from server.samples import documents
from tests.serving import Serving, upload


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
