"""What readers make of the golden documents, against what was looked at and found right.

`pytest tests/golden --update-golden` writes the expectations anew; look at every difference before you commit it.
"""

import io
import json
from collections.abc import Iterator
from itertools import tee
from pathlib import Path

import pytest
from rapidfuzz.distance import Levenshtein

from ingest.document import to_json, to_markdown
from ingest.errors import UnreadableFile
from ingest.formats import FORMATS
from ingest.model import Event, ReadOptions, Source
from ingest.sandbox import Sandbox
from tests.golden.documents import DOCUMENTS, NOT_YET_RIGHT, PASSWORDS, RECOGNISED

EXPECTED = Path(__file__).parent / "expected"
LIKENESS = 0.97


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(memory_mb=1024, seconds=120) as sandbox:
        yield sandbox


def read(sandbox: Sandbox, name: str, password: str | None = None) -> Iterator[Event]:
    data = DOCUMENTS[name]()
    return sandbox.read(Source(name, io.BytesIO(data), len(data), password), ReadOptions())


def updating(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden", default=False))


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_document_is_read_as_it_was_found_right(sandbox: Sandbox, name: str, request: pytest.FixtureRequest) -> None:
    if name in NOT_YET_RIGHT:
        request.applymarker(pytest.mark.xfail(reason=NOT_YET_RIGHT[name], strict=True, raises=AssertionError))
    for_markdown, for_json = tee(read(sandbox, name, PASSWORDS.get(name)))
    shown = {"md": "".join(to_markdown(for_markdown)), "json": "".join(to_json(for_json))}
    if name in RECOGNISED | NOT_YET_RIGHT.keys():
        del shown["json"]  # boxes and confidence are the engine's
    for form, text in shown.items():
        path = EXPECTED / f"{name}.{form}"
        if updating(request) and name not in NOT_YET_RIGHT:
            path.write_text(text, "utf-8")
        elif name in RECOGNISED:
            assert Levenshtein.normalized_similarity(text, path.read_text("utf-8")) >= LIKENESS
        elif form == "md":
            assert text == path.read_text("utf-8")
        else:
            assert json.loads(text) == json.loads(path.read_text("utf-8"))


def test_nothing_else_is_expected() -> None:
    assert {path.name for path in EXPECTED.iterdir()} == {f"{name}.md" for name in DOCUMENTS} | {
        f"{name}.json" for name in DOCUMENTS.keys() - RECOGNISED - NOT_YET_RIGHT.keys()
    }


@pytest.mark.parametrize("name", sorted(PASSWORDS))
def test_locked_document_asks_for_its_password(sandbox: Sandbox, name: str) -> None:
    for password in (None, "wrong"):
        with pytest.raises(UnreadableFile) as raised:
            list(read(sandbox, name, password))
        assert raised.value.code == "password_needed"


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_document_comes_out_the_same_whenever_it_is_written(name: str) -> None:
    assert DOCUMENTS[name]() == DOCUMENTS[name]()


def test_there_is_a_document_of_every_format() -> None:
    endings = {Path(name).suffix for name in DOCUMENTS}
    alike = {"ingest.parse.image"}  # one reader, whatever the picture's format
    missing = [
        form.label for form in FORMATS.values() if form.module not in alike and not endings & set(form.extensions)
    ]
    assert missing == []
