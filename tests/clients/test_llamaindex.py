"""LlamaIndex's classes for OpenAI, pointed at Lectern: the usual calls, in LlamaIndex's own environment."""

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.saying import whole
from tests.serving import Serving
from tests.upstream import Upstream

QUESTION = "What is the price of the rental car?"
EMBEDDER = "all-MiniLM-L6-v2"
ANSWER = "The price of the rental car is 140 EUR. [1]"
CALL = {"id": "call_1", "type": "function", "function": {"name": "price", "arguments": '{"of": "car"}'}}
HERE = Path(__file__).parent
PYTHON = HERE.parents[1] / ".venv-clients" / "bin" / "python"


def made(part: str, serving: Serving) -> dict[str, Any]:
    """What came of the calls of one part."""
    command = [str(PYTHON), str(HERE / "llamaindex_calls.py"), part, f"{serving.url}/v1", serving.key]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(run.stdout)
    return found


@pytest.fixture(scope="module")
def told(lectern: Serving) -> dict[str, Any]:
    """What a store answered."""
    return made("store", lectern)


def test_a_store_chosen_as_model_answers_chats_and_prompts(told: dict[str, Any]) -> None:
    assert told["chat"] == told["complete"] == ANSWER


def test_streams_come_in_pieces(told: dict[str, Any]) -> None:
    for pieces in (told["pieces"], told["async_pieces"]):
        assert "".join(pieces) == ANSWER
        assert len([piece for piece in pieces if piece]) > 1


def test_responses_answer_and_stream(told: dict[str, Any]) -> None:
    assert told["response"] == "".join(told["response_pieces"]) == ANSWER


def test_an_unknown_store_is_the_clients_own_error(told: dict[str, Any]) -> None:
    assert told["refused"]


def test_texts_are_embedded_alone_and_together(told: dict[str, Any], lectern: Serving) -> None:
    direct = lectern.client().embeddings.create(model=EMBEDDER, input=[QUESTION, "停车"]).data
    assert np.allclose(told["vectors"], [one.embedding for one in direct], atol=1e-6)
    assert np.allclose(told["vector"], told["vectors"][0], atol=1e-6)


def test_a_tool_is_called_and_its_result_goes_back(fronting: Serving, model_server: Upstream) -> None:
    model_server.answer = whole({"tool_calls": [CALL]}, finish="tool_calls")
    assert made("call", fronting) == {"calls": [["call_1", "price", {"of": "car"}]]}
    model_server.answer = whole({"content": "It costs 140 EUR."})
    assert made("result", fronting) == {"answer": "It costs 140 EUR."}
    sent: Any = model_server.requests[-1][1]
    assert [one["role"] for one in sent["messages"]] == ["user", "assistant", "tool"]
