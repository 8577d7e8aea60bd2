"""Reranking through the retriever, and the real vLLM beside the model in a folder: same weights, same scores."""

import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from server.adapters.rerankers.cross_encoder import CrossEncoder
from server.adapters.rerankers.remote import RemoteReranker
from server.adapters.vllm import find_python
from server.errors import RerankerUnavailable
from tests.cross_encoder import write_cross_encoder

QUESTION = "How long is the journey to Zurich?"
TEXTS = [
    "The train takes two hours.",
    "Bread is baked daily.",
    "年假 is 15 days long",
    "A long passage. " * 100,
    "",
    "half \ud800 of a pair",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cross_encoder(tmp_path_factory.mktemp("rerankers") / "tiny")


@pytest.fixture
def vllm(folder: Path, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """URL and key of a vLLM that serves the model."""
    python = find_python(None)
    if python is None:
        pytest.fail("vLLM is not installed: `make test` makes .venv-engine, or set LECTERN_VLLM_PYTHON", pytrace=False)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    key, log = secrets.token_urlsafe(16), tmp_path / "vllm.log"
    arguments = ["--model", str(folder), "--served-model-name", "tiny", "--runner", "pooling", "--dtype", "float32"]
    environment = {
        **os.environ,
        "VLLM_API_KEY": key,
        "VLLM_CPU_KVCACHE_SPACE": "1",
        "VLLM_CPU_OMP_THREADS_BIND": "nobind",
        "VLLM_NO_USAGE_STATS": "1",
    }
    with log.open("wb") as out:
        process = subprocess.Popen(
            [python, "-m", "vllm.entrypoints.openai.api_server", *arguments, "--enforce-eager", "--port", str(port)],
            stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment, start_new_session=True,
        )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        while not _is_ready(url):
            assert process.poll() is None, log.read_text()[-4000:]
            time.sleep(0.3)
        yield f"{url}/v1", key
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health").is_success
    except httpx.TransportError:
        return False


@pytest.mark.engine
@pytest.mark.timeout(600)
def test_vllm_and_the_folder_give_the_same_scores(vllm: tuple[str, str], folder: Path) -> None:
    url, key = vllm
    local = CrossEncoder(folder, 60.0)
    with closing(RemoteReranker(url, "tiny", key, 60.0)) as remote:
        scores = remote.score(QUESTION, TEXTS)
    assert scores == pytest.approx(local.score(QUESTION, TEXTS), abs=0.002)
    assert max(scores) - min(scores) > 0.2
    with closing(RemoteReranker(url, "tiny", "x")) as stranger, pytest.raises(RerankerUnavailable, match="401"):
        stranger.score(QUESTION, TEXTS)
    with closing(RemoteReranker(url, "another", key)) as astray, pytest.raises(RerankerUnavailable, match="404"):
        astray.score(QUESTION, TEXTS)
