"""The packaged embedder with its real weights, and the remote one against a real HTTP server."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from server.adapters.bert_graph import Precision
from server.adapters.minilm import MiniLm
from server.adapters.remote_embedder import RemoteEmbedder
from server.errors import EmbedderUnavailable
from server.retrieval.calibration import calibrate

TEXTS = [
    "The warranty of the pump ends after three years.",
    "How long is the pump guaranteed?",
    "Carrots grow in sandy soil.",
    "年假有多少天？",
    "x",
    "",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("embedder")


@pytest.fixture(scope="module")
def embedder(folder: Path) -> MiniLm:
    return MiniLm(folder, threads=2)


def test_vectors_are_unit_vectors_in_order(embedder: MiniLm) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), embedder.dimensions)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)
    assert vectors[0] @ vectors[1] > 0.5
    assert vectors[0] @ vectors[2] < 0.2
    assert embedder.embed([]).shape == (0, embedder.dimensions)


def test_a_text_has_the_same_vector_in_any_company(embedder: MiniLm) -> None:
    together = embedder.embed(TEXTS)
    for number, text in enumerate(TEXTS):
        assert np.array_equal(embedder.embed([text])[0], together[number])


def test_small_integers_change_vectors_little(embedder: MiniLm, folder: Path) -> None:
    exact = MiniLm(folder, threads=1, precision=Precision.FP32)
    assert exact.fingerprint != embedder.fingerprint
    similar = (exact.embed(TEXTS) * embedder.embed(TEXTS)).sum(axis=1)
    assert similar.min() > 0.97


def test_tokens_are_counted_beyond_the_limit(embedder: MiniLm) -> None:
    assert embedder.count_tokens(["", "pump", "pump " * 1000]) == [2, 3, 1002]
    assert embedder.max_tokens == 256


def test_what_is_beyond_the_limit_does_not_count(embedder: MiniLm) -> None:
    start = "pump " * 254
    long, longer = embedder.embed([start, start + "carrots " * 5000])
    assert np.array_equal(long, longer)


def test_it_serves_several_threads(embedder: MiniLm) -> None:
    wanted = embedder.embed(TEXTS)
    with ThreadPoolExecutor(6) as pool:
        for vectors in pool.map(lambda _: embedder.embed(TEXTS), range(12)):
            assert np.array_equal(vectors, wanted)


def test_hostile_text_is_embedded(embedder: MiniLm) -> None:
    vectors = embedder.embed(["\x00\u202e", "half \ud800", "\U0001f600" * 5000, "\ufffd" * 10])
    assert np.isfinite(vectors).all()


@pytest.mark.parametrize("damage", ["truncated", "emptied", "overwritten"])
def test_a_damaged_graph_is_made_anew(embedder: MiniLm, tmp_path: Path, folder: Path, damage: str) -> None:
    (graph,) = folder.glob("*int8*.onnx")
    copy = tmp_path / graph.name
    content = graph.read_bytes()
    copy.write_bytes({"truncated": content[:-1000], "emptied": b"", "overwritten": b"\xff" * 4096}[damage])
    again = MiniLm(tmp_path, threads=1)
    assert again.fingerprint == embedder.fingerprint
    assert np.array_equal(again.embed(TEXTS), embedder.embed(TEXTS))
    assert [path.name for path in tmp_path.iterdir()] == [graph.name]


def test_calibration_finds_out_what_it_knows(embedder: MiniLm) -> None:
    found = calibrate(embedder)
    assert found.latin.trust == 1
    assert found.other.trust == 0
    assert found.latin.unrelated < 0.1
    assert found.latin.answer > 0.4


class _Service(ThreadingHTTPServer):
    """An embeddings service that counts letters, and fails on demand."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.failures: list[tuple[int, bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class _Answer(BaseHTTPRequestHandler):
    server: _Service

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(body)
        self.server.keys.append(self.headers["Authorization"])
        if self.server.failures:
            self._send(*self.server.failures.pop(0))
            return
        rows = [
            {"index": number, "embedding": [text.count("a") + 1.0, text.count("b"), 0.0]}
            for number, text in enumerate(body["input"])
        ]
        self._send(200, json.dumps({"data": rows[::-1]}).encode())

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing."""


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Service]:
    monkeypatch.setattr("server.adapters.remote_embedder._FIRST_WAIT_SECONDS", 0.01)
    service = _Service()
    thread = threading.Thread(target=service.serve_forever, args=(0.02,))
    thread.start()
    yield service
    service.shutdown()
    thread.join()
    service.server_close()


@pytest.fixture
def remote(service: _Service) -> Iterator[RemoteEmbedder]:
    remote = RemoteEmbedder(service.url, "letters", "secret", max_tokens=100)
    yield remote
    remote.close()


def test_a_remote_embedder_learns_its_dimensions_once(remote: RemoteEmbedder, service: _Service) -> None:
    assert (remote.dimensions, remote.dimensions, remote.max_tokens) == (3, 3, 100)
    assert len(service.asked) == 1
    assert service.keys == ["Bearer secret"]
    assert service.asked[0]["model"] == "letters"


def test_remote_vectors_come_as_unit_vectors_in_order_and_in_batches(remote: RemoteEmbedder, service: _Service) -> None:
    vectors = remote.embed(["a" * number for number in range(150)])
    assert vectors.shape == (150, 3)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(150))
    assert [len(body["input"]) for body in service.asked] == [64, 64, 22]
    assert remote.embed(["bbb \ud800"])[0][1] > remote.embed([""])[0][1]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_service_is_asked_again(remote: RemoteEmbedder, service: _Service, status: int) -> None:
    service.failures = [(status, b"busy")] * 2
    assert remote.embed(["a"]).shape == (1, 3)
    assert len(service.asked) == 3


def test_a_refusal_is_told_at_once(remote: RemoteEmbedder, service: _Service) -> None:
    service.failures = [(401, b"wrong key")]
    with pytest.raises(EmbedderUnavailable, match="status 401: wrong key"):
        remote.embed(["a"])
    assert len(service.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>",
        b"{}",
        b'{"data": []}',
        b'{"data": [{"index": 0, "embedding": [NaN, 1]}]}',
        b'{"data": [{"index": 0}]}',
    ],
)
def test_nonsense_is_not_taken_for_vectors(remote: RemoteEmbedder, service: _Service, answer: bytes) -> None:
    service.failures = [(200, answer)]
    with pytest.raises(EmbedderUnavailable):
        remote.embed(["a"])


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/v1", "nonsense", "http://[::bad"])
def test_an_unreachable_service_is_named(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setattr("server.adapters.remote_embedder._FIRST_WAIT_SECONDS", 0.01)
    remote = RemoteEmbedder(url, "m")
    with pytest.raises(EmbedderUnavailable, match=r"The embedding service at"):
        remote.embed(["a"])
    remote.close()


def test_a_fingerprint_tells_service_and_model() -> None:
    one, two = RemoteEmbedder("http://a/v1/", "m"), RemoteEmbedder("http://a/v1", "m")
    other = RemoteEmbedder("http://a/v1", "n" * 500)
    assert one.fingerprint == two.fingerprint != other.fingerprint
    assert len(other.fingerprint) < 128
    for embedder in (one, two, other):
        embedder.close()


def test_remote_tokens_are_estimated_on_the_safe_side(remote: RemoteEmbedder, embedder: MiniLm) -> None:
    texts = ["The warranty of the pump ends after three years (see AB-1234).", "年假有多少天？", ""]
    for estimate, real in zip(remote.count_tokens(texts), embedder.count_tokens(texts), strict=True):
        assert estimate >= real
