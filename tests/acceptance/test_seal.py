"""The data folder holds no clear text; with sealing off it does, which shows that the search would find it."""

from pathlib import Path

import pytest

from tests.serving import Serving, upload

PLANTED = "zanzibar-violet-corridor-7731 opens the archive"


def found_in(folder: Path, needle: bytes) -> list[str]:
    forms = (needle, needle.decode().encode("utf-16-le"), needle.upper())
    return [
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and any(form in path.read_bytes() for form in forms)
    ]


@pytest.mark.parametrize("seal", [True, False], ids=["sealed", "control"])
def test_a_planted_sentence_is_nowhere_in_the_data_folder(tmp_path: Path, seal: bool) -> None:
    serving = Serving(tmp_path / "data", seal=str(seal).lower()).wait()
    try:
        client = serving.client()
        store = client.vector_stores.create(name="planted")
        path = tmp_path / "planted.md"
        path.write_text(f"# Archive\n\nThe code {PLANTED}.\n")
        upload(client, store.id, path)
        answer = client.chat.completions.create(
            model=f"extractive@{store.id}", messages=[{"role": "user", "content": "Which code opens the archive?"}]
        )
        assert "7731" in (answer.choices[0].message.content or "")
        while_running = found_in(serving.data, PLANTED.encode())
    finally:
        serving.stop()
    places = while_running + found_in(serving.data, PLANTED.encode())
    assert places == [] if seal else places
    assert bool(found_in(serving.data, b"zanzibar")) is not seal
