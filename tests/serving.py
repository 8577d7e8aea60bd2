"""A Lectern run by a test as its user would run it: as a process, spoken to by the official client."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

import httpx
import openai
import psutil

START_SECONDS = 120


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Serving:
    """A running `lectern serve` on a data folder of its own. Settings are given without their prefix."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.trust: ssl.SSLContext | bool = True
        self._settings = settings
        self.log = data.parent / f"{data.name}.log"
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LECTERN_")}
        environment |= {f"LECTERN_{name.upper()}": value for name, value in self._settings.items()}
        environment |= {"LECTERN_DATA": str(self.data), "LECTERN_PORT": str(self.port)}
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "server", "serve"],
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait(self, seconds: float = START_SECONDS, *, ready: bool = True) -> "Serving":
        """Until it is ready (or at least alive)."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            assert self.process.poll() is None, self.log.read_text()[-4000:]
            try:
                probe = f"{self.url}/{'readyz' if ready else 'healthz'}"
                if httpx.get(probe, verify=self.trust).status_code == 200:
                    return self
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError(self.log.read_text()[-4000:])

    def restart(self) -> "Serving":
        """A new process on the same data and port."""
        self.process = self._start()
        return self

    @property
    def key(self) -> str:
        """The administrator's key."""
        return (self.data / "admin.key").read_text().strip()

    def client(self, key: str | None = None) -> openai.OpenAI:
        """The official client."""
        return openai.OpenAI(base_url=f"{self.url}/v1", api_key=key or self.key, max_retries=0, timeout=120)

    def http(self, key: str | None = None) -> httpx.Client:
        """A plain client, for what the official one does not know or would not send."""
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {key or self.key}"}, timeout=120)

    def kill(self) -> None:
        """kill -9 of the process alone; what it started must end by itself."""
        self.process.kill()
        self.process.wait(30)

    def stop(self) -> int:
        """Asks it to end; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def family(self) -> list[psutil.Process]:
        """The processes it started."""
        return psutil.Process(self.process.pid).children(recursive=True)


def upload(client: openai.OpenAI, store_id: str, path: Path) -> str:
    """Uploads a file, waits until it is read, and returns its id."""
    entry = client.vector_stores.files.upload_and_poll(vector_store_id=store_id, file=path, poll_interval_ms=100)
    assert entry.status == "completed", entry
    return entry.id
