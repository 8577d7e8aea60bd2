"""WebDAV shares."""

import io
from collections.abc import Iterator, Mapping
from typing import BinaryIO, cast
from urllib.parse import SplitResult, quote

import httpx

from server.adapters.sources.network import Network
from server.adapters.sources.remote import Check, is_fresh, stamp_of, translated, walk_tree
from server.adapters.sources.selection import Selection
from server.model import Found

_VERSION = ("etag", "last-modified", "content-length")


class WebDav:
    """A WebDAV share: dav://HOST/PATH, or davs:// over TLS."""

    def __init__(self, url: SplitResult, credentials: Mapping[str, str], network: Network) -> None:
        from webdav4.client import Client
        from webdav4.fsspec import WebdavFileSystem
        from webdav4.http import Client as HttpClient

        scheme = "https" if url.scheme == "davs" else "http"
        self._base = url._replace(scheme=scheme, query="", fragment="").geturl().rstrip("/")
        self._http = network.client(HttpClient)
        if "username" in credentials:
            self._http.auth = credentials["username"], credentials.get("password", "")
        client = Client(self._base, http_client=self._http, retry=False)
        self._files = WebdavFileSystem(self._base, client=client, skip_instance_cache=True)
        self._versions: dict[str, tuple[str | None, ...]] = {}

    def walk(self, selection: Selection, check: Check) -> Iterator[Found]:
        """All files."""
        return walk_tree(self._entries, selection, check)

    def open(self, path: str) -> BinaryIO:
        """The content."""
        # Not by webdav4, which cannot open names with a # in them.
        stream = _Download(self._http, self._address(path))
        self._versions[path] = stream.version
        return cast(BinaryIO, stream)

    def settled(self, found: Found) -> bool:
        """Whether the file is still what was read."""
        with translated():
            answer = self._http.head(self._address(found.path))
        return _version(answer) == self._versions.pop(found.path, None)

    def close(self) -> None:
        """Lets go of the connections."""
        self._http.close()

    def _entries(self, folder: str) -> Iterator[tuple[bool, Found]]:
        with translated():
            listed = self._files.ls(quote(folder), detail=True)
        for facts in listed:
            name, size = str(facts["name"]).strip("/").rpartition("/")[2], facts.get("size")
            stamp = stamp_of(size, facts.get("etag"), facts.get("modified"))
            found = Found(f"{folder}/{name}".lstrip("/"), stamp, name, size, is_fresh(facts.get("modified")))
            yield facts["type"] == "directory", found

    def _address(self, path: str) -> str:
        return f"{self._base}/{quote(path)}"


class _Download(io.RawIOBase):
    """A file that is read by HTTP; the only way back is to its beginning."""

    def __init__(self, http: httpx.Client, address: str) -> None:
        self._http = http
        self._address = address
        self._begin()

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        with translated():
            while size < 0 or len(self._buffer) < size:
                block = next(self._blocks, b"")
                if not block:
                    break
                self._buffer += block
        end = len(self._buffer) if size < 0 else size
        taken = bytes(self._buffer[:end])
        del self._buffer[:end]
        return taken

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Goes back to the beginning."""
        if (offset, whence) != (0, io.SEEK_SET):
            raise io.UnsupportedOperation("only back to the beginning")
        self._answer.close()
        self._begin()
        return 0

    def close(self) -> None:
        """Lets go of the connection."""
        self._answer.close()
        super().close()

    def _begin(self) -> None:
        self._buffer = bytearray()
        with translated():
            self._answer = self._http.send(self._http.build_request("GET", self._address), stream=True)
        if self._answer.status_code != httpx.codes.OK:
            self._answer.close()
            problem = FileNotFoundError if self._answer.status_code == httpx.codes.NOT_FOUND else OSError
            raise problem(f"the server answered with status {self._answer.status_code}")
        self.version = _version(self._answer)
        self._blocks = self._answer.iter_bytes()


def _version(answer: httpx.Response) -> tuple[str | None, ...]:
    return tuple(answer.headers.get(name) for name in _VERSION)
