"""An embedding service with OpenAI's interface and a model of our own: words hashed onto a few dimensions, so that
texts with words in common are near each other. `python -m tests.embedding --port 8100` serves it to a Lectern tried by
hand.
"""

import argparse
import hashlib
import json
import re
import threading
import time
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

import numpy as np

from ingest.ports import Vectors

_WORD = re.compile(r"\w+")


def hashed(texts: Sequence[str], dimensions: int, weights: str) -> Vectors:
    """Unit vectors of the texts; `weights` names the model's weights: others give unrelated vectors."""
    vectors = np.zeros((len(texts), dimensions), np.float32)
    for row, text in enumerate(texts):
        for word in _WORD.findall(text.lower()) or [""]:
            digest = hashlib.sha256(f"{weights} {word}".encode()).digest()
            seed = int.from_bytes(digest[:8], "little")
            vectors[row] += np.random.default_rng(seed).standard_normal(dimensions, np.float32)
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


class EmbeddingService:
    """Serves `embed` (none: hashed words) on a port of its own while the block runs, or until `close`.

    What is public may be changed while it serves: `delay` in seconds per text, `broken` (it answers 500), `key` (it
    asks for it). It may be held, to answer no more until it is released. `asked` holds the texts it was sent.
    """

    def __init__(
        self,
        embed: Callable[[Sequence[str]], Vectors] | None = None,
        *,
        port: int = 0,
        dimensions: int = 64,
        weights: str = "one",
        delay: float = 0.0,
    ) -> None:
        self.embed = embed or (lambda texts: hashed(texts, dimensions, weights))
        self.delay = delay
        self.broken = False
        self.key = ""
        self.asked: list[str] = []
        self.most: int | None = None
        self._free = threading.Condition()
        service = self

        class Answer(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if service.key and self.headers.get("Authorization") != f"Bearer {service.key}":
                    return self._send(401, {"error": {"message": "wrong key"}})
                texts = body["input"]
                if not service.broken:
                    service.asked.extend(texts)
                    service.wait()
                if service.broken:
                    return self._send(500, {"error": {"message": "broken"}})
                time.sleep(service.delay * len(texts))
                vectors = service.embed(texts)
                data = [{"index": number, "embedding": vector.tolist()} for number, vector in enumerate(vectors)]
                return self._send(200, {"object": "list", "model": body["model"], "data": data})

            def _send(self, status: int, body: dict[str, Any]) -> None:
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Answer)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/v1"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def hold(self, after: int) -> None:
        """Has it answer for about so many texts more, and then no more until it is released."""
        self.most = len(self.asked) + after

    def release(self) -> None:
        """Has it answer."""
        with self._free:
            self.most = None
            self._free.notify_all()

    @property
    def is_holding(self) -> bool:
        """Whether somebody waits for an answer."""
        return self.most is not None and len(self.asked) > self.most

    def wait(self) -> None:
        """Until it answers."""
        with self._free:
            self._free.wait_for(lambda: not self.is_holding)

    def close(self) -> None:
        """Stops serving."""
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> "EmbeddingService":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8100)
    parser.add_argument("--dimensions", type=int, default=64)
    parser.add_argument("--weights", default="one")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds per text")
    options = parser.parse_args()
    with EmbeddingService(
        port=options.port, dimensions=options.dimensions, weights=options.weights, delay=options.delay
    ) as service:
        print(service.url, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    _main()
