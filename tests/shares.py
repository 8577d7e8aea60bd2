"""Real servers on loopback that sources are read from: S3 (moto), WebDAV (wsgidav), SMB (Samba), a web site."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.serving import free_port

LOOPBACK = "127.0.0.0/8,::1/128"
USER, PASSWORD = "lectern", "a long passphrase 7"
_NO_SAMBA = "These tests need Samba's smbd; on Debian: apt-get install samba"


@contextmanager
def s3_server() -> Iterator[str]:
    """The endpoint of an S3 server without buckets."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@contextmanager
def webdav_server(folder: Path) -> Iterator[str]:
    """The address (host:port) of a WebDAV share of the folder, for USER and PASSWORD."""
    from cheroot.wsgi import Server
    from wsgidav.wsgidav_app import WsgiDAVApp

    port = free_port()
    config = {
        "host": "127.0.0.1",
        "port": port,
        "provider_mapping": {"/": str(folder)},
        "simple_dc": {"user_mapping": {"*": {USER: {"password": PASSWORD}}}},
        "http_authenticator": {"accept_basic": True, "accept_digest": False, "default_to_digest": False},
        "dir_browser": {"enable": False},
        "logging": {"enable": False},
        "verbose": 0,
    }
    server = Server(("127.0.0.1", port), WsgiDAVApp(config))
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop()
        thread.join(10)


@contextmanager
def smb_server(folder: Path, state: Path) -> Iterator[str]:
    """The address (host:port) of a Samba server with the folder as its share `docs`, for USER and PASSWORD."""
    smbd = shutil.which("smbd", path=f"{os.environ['PATH']}:/usr/sbin")
    if smbd is None:
        pytest.fail(_NO_SAMBA, pytrace=False)
    port, owner = free_port(), _owner()
    for name in ("private", "lock", "cache", "run", "ncalrpc"):
        (state / name).mkdir(parents=True)
    config = state / "smb.conf"
    config.write_text(
        f"""[global]
        server role = standalone server
        smb ports = {port}
        interfaces = 127.0.0.1
        bind interfaces only = yes
        disable netbios = yes
        load printers = no
        private dir = {state}/private
        lock directory = {state}/lock
        state directory = {state}/lock
        cache directory = {state}/cache
        pid directory = {state}/run
        ncalrpc dir = {state}/ncalrpc
        log file = {state}/log
        username map = {state}/users
        [docs]
        path = {folder}
        force user = {owner}
        read only = yes
        """
    )
    (state / "users").write_text(f"{owner} = {USER}\n")
    added = subprocess.run(
        ["smbpasswd", "-c", str(config), "-s", "-a", owner],
        input=f"{PASSWORD}\n{PASSWORD}\n", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert added.returncode == 0, added.stderr
    with (state / "output").open("wb") as output:
        # In a session of its own: smbd ends by a signal to its whole process group.
        process = subprocess.Popen(
            [smbd, "--foreground", "--no-process-group", "-s", str(config)],
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        _until_listening(port)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def _owner() -> str:
    import pwd

    return pwd.getpwuid(os.getuid()).pw_name


def _until_listening(port: int) -> None:
    import socket

    until = time.monotonic() + 30
    while time.monotonic() < until:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the server does not listen")


@dataclass
class Site:
    """A web site: path -> (content type, body) or a status; what was asked is kept, with the answer's status."""

    pages: dict[str, tuple[str, bytes] | int] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)
    url: str = ""

    def html(self, path: str, text: str, *links: str) -> None:
        """A page with links."""
        anchors = "".join(f'<a href="{link}">more</a>' for link in links)
        self.pages[path] = "text/html; charset=utf-8", f"<html><body><p>{text}</p>{anchors}</body></html>".encode()


@contextmanager
def web_server() -> Iterator[Site]:
    """A web site on loopback."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page: Any = site.pages.get(self.path, 404)
            headers = site.headers.get(self.path, {})
            status = page if isinstance(page, int) else 200
            if "ETag" in headers and self.headers.get("If-None-Match") == headers["ETag"]:
                status = 304
            site.asked.append((self.path, status))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            body = b"" if isinstance(page, int) or status == 304 else page[1]
            if not isinstance(page, int):
                self.send_header("Content-Type", page[0])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
