"""What every reranker does alike. The remote one asks a server whose scores are those of the one in a folder."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from server.adapters.rerankers.cross_encoder import CrossEncoder
from server.adapters.rerankers.remote import RemoteReranker
from server.errors import RerankerUnavailable
from server.ports import Reranker
from tests.cross_encoder import write_cross_encoder

QUESTION = "How long is the journey to Zurich?"
TEXTS = ["The train takes two hours.", "Bread is baked daily.", "年假 is 15 days long", "short"]


class Service:
    """A server of /v1/rerank that answers as a test tells it."""

    def __init__(self) -> None:
        self.url = ""
        self.bodies: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.status = 200
        self.answer: Any = {"results": []}
        self.source: Reranker | None = None
        self.refuses: str | None = None

    def reply(self, path: str, key: str | None, body: dict[str, Any]) -> tuple[int, bytes]:
        self.bodies.append(body)
        self.keys.append(key)
        if path != "/v1/rerank":
            return 404, b"no such address"
        if self.refuses in body:
            return 400, b"extra fields are not permitted"
        if self.source is not None:
            scores = self.source.score(body["query"], body["documents"])
            found = [{"index": index, "relevance_score": score} for index, score in enumerate(scores)]
            return 200, json.dumps({"results": sorted(found, key=lambda one: -one["relevance_score"])}).encode()
        answer = self.answer
        return self.status, answer if isinstance(answer, bytes) else json.dumps(answer).encode()


@contextmanager
def serving() -> Iterator[Service]:
    service = Service()

    class Face(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, answer = service.reply(self.path, self.headers["Authorization"], body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Face)
    service.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cross_encoder(tmp_path_factory.mktemp("rerankers") / "tiny")


@pytest.fixture(scope="module", params=["folder", "remote"])
def reranker(request: pytest.FixtureRequest, folder: Path) -> Iterator[Reranker]:
    local = CrossEncoder(folder, 30.0, threads=2)
    if request.param == "folder":
        yield local
        return
    with serving() as service:
        service.source = local
        remote = RemoteReranker(service.url, "tiny", "key", 30.0)
        yield remote
        remote.close()


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as found:
        yield found


def test_each_text_gets_its_score_whatever_stands_beside_it(reranker: Reranker) -> None:
    scores = reranker.score(QUESTION, TEXTS)
    assert all(0 <= score <= 1 for score in scores)
    assert len(set(scores)) == len(TEXTS)
    assert reranker.score(QUESTION, TEXTS[::-1]) == pytest.approx(scores[::-1])
    assert [reranker.score(QUESTION, [text])[0] for text in TEXTS] == pytest.approx(scores)


def test_the_question_counts(reranker: Reranker) -> None:
    assert reranker.score(QUESTION, TEXTS) != pytest.approx(reranker.score("What is baked?", TEXTS))


@pytest.mark.parametrize("text", ["", " ", "\x00", "half \ud800", "word " * 5_000, "年" * 5_000, "A" * 50_000])
def test_odd_texts_and_questions_are_scored(reranker: Reranker, text: str) -> None:
    scores = [*reranker.score(QUESTION, [text, TEXTS[0]]), *reranker.score(text, TEXTS[:1])]
    assert all(0 <= score <= 1 for score in scores)


def test_of_a_long_passage_the_end_is_not_read_and_a_long_question_leaves_room(reranker: Reranker) -> None:
    beginning = "The train takes two hours. " * 40
    one, other = reranker.score(QUESTION, [beginning + "Bread.", beginning + "Something else."])
    assert one == pytest.approx(other)
    one, other = reranker.score("long question " * 500, TEXTS[:2])
    assert one != pytest.approx(other)


def test_nothing_is_scored_as_nothing(reranker: Reranker) -> None:
    assert reranker.score(QUESTION, []) == []


def test_several_may_ask_at_once(reranker: Reranker) -> None:
    alone = reranker.score(QUESTION, TEXTS)
    with ThreadPoolExecutor(8) as pool:
        for scores in pool.map(lambda _: reranker.score(QUESTION, TEXTS), range(16)):
            assert scores == pytest.approx(alone)


def test_it_has_a_name(reranker: Reranker) -> None:
    assert "tiny" in reranker.name


def test_a_service_is_told_model_key_and_texts(service: Service) -> None:
    service.answer = {"results": [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.2}]}
    with closing(RemoteReranker(f"{service.url}/", "org/model", "secret")) as reranker:
        assert reranker.score("q", ["a", "b"]) == [0.2, 0.9]
    (body,) = service.bodies
    assert body == {
        "model": "org/model",
        "query": "q",
        "documents": ["a", "b"],
        "top_n": 2,
        "truncate_prompt_tokens": -1,
    }
    assert service.keys == ["Bearer secret"]


def test_a_service_that_knows_no_cutting_is_asked_without(service: Service) -> None:
    service.refuses = "truncate_prompt_tokens"
    service.answer = {"results": [{"index": 0, "relevance_score": 0.2}]}
    with closing(RemoteReranker(service.url, "m")) as reranker:
        assert [reranker.score("q", ["a"]) for _ in range(2)] == [[0.2], [0.2]]
    assert ["truncate_prompt_tokens" in body for body in service.bodies] == [True, False, False]


def test_logits_become_scores_for_good(service: Service) -> None:
    service.answer = {"results": [{"index": 0, "relevance_score": 0.0}, {"index": 1, "relevance_score": -900.0}]}
    with closing(RemoteReranker(service.url, "m")) as reranker:
        assert reranker.score("q", ["a", "b"]) == pytest.approx([0.5, 0.0])
        service.answer = {"results": [{"index": 0, "relevance_score": 0.0}]}
        assert reranker.score("q", ["a"]) == [0.5]


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (500, b"out of memory"),
        (401, b"no key"),
        (200, b"<html>"),
        (200, []),
        (200, {"results": None}),
        (200, {"results": []}),
        (200, {"results": [{"index": 0}]}),
        (200, {"results": [{"index": 7, "relevance_score": 0.5}]}),
        (200, b'{"results": [{"index": 0, "relevance_score": NaN}]}'),
        (200, {"results": [{"index": 0, "relevance_score": "high"}]}),
    ],
)
def test_what_is_no_answer_is_named(service: Service, status: int, answer: Any) -> None:
    service.status, service.answer = status, answer
    said = f"m at {service.url} does not answer"
    with closing(RemoteReranker(service.url, "m")) as reranker, pytest.raises(RerankerUnavailable, match=said):
        reranker.score("q", ["a"])


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/v1", "no url at all", "http://"])
def test_who_cannot_be_reached_is_named(url: str) -> None:
    with closing(RemoteReranker(url, "m")) as reranker, pytest.raises(RerankerUnavailable, match="LECTERN_RERANKER"):
        reranker.score("q", ["a"])


def test_a_folder_that_takes_too_long_is_given_up(folder: Path) -> None:
    with pytest.raises(RerankerUnavailable, match=r"tiny does not answer.*2 passages took longer"):
        CrossEncoder(folder, 1e-9).score("q", ["a", "b"])
