"""OpenAI's client for Node, unmodified: the usual calls, one after the other, in one process."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.issuer import CLIENTS, node
from tests.serving import Serving

ANSWER = "The price of the rental car is 140 EUR. [1]"


@pytest.fixture(scope="module")
def told(lectern: Serving, handbook: Path) -> dict[str, Any]:
    """What came of the calls."""
    run = subprocess.run(
        [node(), str(CLIENTS / "calls.mjs"), f"{lectern.url}/v1", lectern.key, str(handbook)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def test_a_document_is_uploaded_read_found_and_listed(told: dict[str, Any], handbook: Path) -> None:
    assert told["read"] == ["completed", True]
    assert told["found"] == [["handbook.md", True]]
    assert told["content"] == handbook.read_text()
    assert told["files"].count("handbook.md") >= 2
    assert "extractive@node" in told["models"]


def test_answers_are_the_same_whole_and_streamed_and_cited(told: dict[str, Any]) -> None:
    assert told["answer"] == ANSWER
    assert told["cited"] == [["file_citation", "handbook.md"]]
    assert told["streamed"] == [ANSWER, True]
    assert ("".join(told["pieces"]), len(told["pieces"]) > 1) == (ANSWER, True)


def test_responses_are_cited_kept_and_streamed(told: dict[str, Any]) -> None:
    assert told["response"] == ["completed", ANSWER]
    assert told["annotations"] == [["file_citation", "handbook.md"]]
    assert told["kept"] == ANSWER
    assert told["events"] == ["response.created", "response.completed", ANSWER]
    assert told["numbers"]


def test_a_conversation_is_held_changed_and_forgotten(told: dict[str, Any]) -> None:
    assert told["talk"] == ["What is the price of the rental car?", "file_search_call", ANSWER, "Thank you."]
    assert (told["renamed"], told["left"], told["forgotten"]) == ({"topic": "rent"}, 3, True)


def test_vectors_are_read_from_the_base64_that_the_client_asks_for(told: dict[str, Any]) -> None:
    assert told["vectors"] == [[384, pytest.approx(1, abs=1e-5)]] * 2


def test_batches_and_uploads_in_parts_end(told: dict[str, Any]) -> None:
    assert told["batch"] == ["completed", "one", ANSWER]
    assert told["upload"] == "parts.md"


def test_a_refusal_is_the_clients_own_error_and_things_are_deleted(told: dict[str, Any]) -> None:
    assert told["refused"][:2] == [True, 404]
    assert told["refused"][2]
    assert told["deleted"] == [True, True]
