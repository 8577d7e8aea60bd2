"""S3-compatible buckets, WebDAV and SMB shares, by fsspec's file systems.

fsspec's own `walk` and `find` take a folder that cannot be listed for an empty one. Here that ends the run: what was
not seen must not be taken for deleted.
"""

import hashlib
import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import BinaryIO, cast
from urllib.parse import SplitResult, parse_qs, unquote

from server.adapters.sources.folder import FRESH_SECONDS, MOST_DEEP
from server.adapters.sources.network import CONNECT_SECONDS, READ_SECONDS, Network
from server.adapters.sources.selection import Selection
from server.errors import SourceUnavailable
from server.model import Found, Listing

MOST_STAMP_CHARS = 200
_S3_OPTIONS = {"endpoint", "region"}
_WEB_PORTS = {"http": 80, "https": 443}
_SMB_PORT = 445
_TRIES = 3

Check = Callable[[], None]


class Bucket:
    """An S3-compatible bucket, or what lies in it below a prefix: s3://BUCKET/PREFIX?endpoint=URL&region=NAME.

    An object appears whole or not at all, and its ETag tells each version from all others.
    """

    def __init__(self, url: SplitResult, credentials: Mapping[str, str], network: Network) -> None:
        from s3fs import S3FileSystem

        given = parse_qs(url.query)
        endpoint = given.get("endpoint", [None])[0]
        if endpoint:
            _reachable(endpoint, network)
        self._root = f"{url.netloc}/{unquote(url.path).strip('/')}".rstrip("/")
        key = credentials.get("key")
        self._files = S3FileSystem(
            key=key,
            secret=credentials.get("secret"),
            token=credentials.get("token"),
            anon=key is None,
            endpoint_url=endpoint,
            client_kwargs={"region_name": given.get("region", [None])[0]},
            config_kwargs={
                "connect_timeout": CONNECT_SECONDS,
                "read_timeout": READ_SECONDS,
                "retries": {"max_attempts": _TRIES},
            },
            skip_instance_cache=True,
            use_listings_cache=False,
        )

    def walk(self, selection: Selection, check: Check) -> Iterator[Found]:
        """All objects, in one listing. Raises OSError."""
        check()
        if not self._files.exists(self._root.partition("/")[0]):
            raise FileNotFoundError("there is no such bucket, or it may not be read")
        for key, facts in self._files.find(self._root, detail=True).items():
            path = str(key).removeprefix(self._root).removeprefix("/")
            if path and not path.endswith("/") and selection.takes(path):
                stamp = _stamp(facts.get("size"), facts.get("ETag"), facts.get("LastModified"))
                yield Found(path, stamp, path.rpartition("/")[2], facts.get("size"))

    def open(self, path: str) -> BinaryIO:
        """The content. Raises OSError."""
        return cast(BinaryIO, self._files.open(f"{self._root}/{path}", "rb"))

    def settled(self, found: Found) -> bool:
        """Whether the file is still as it was found."""
        return True

    def close(self) -> None:
        """Lets go of the connections."""
        if self._files._s3 is not None:
            self._files.close_session(self._files.loop, self._files._s3)


class _Tree:
    """A share that is listed folder by folder."""

    def entries(self, folder: str) -> Iterator[tuple[bool, Found]]:
        """(whether it is a folder, what it is) of all in a folder. Raises OSError."""
        raise NotImplementedError

    def walk(self, selection: Selection, check: Check, folder: str = "") -> Iterator[Found]:
        """All files. Raises OSError."""
        check()
        below = []
        for is_folder, found in self.entries(folder):
            if not found.name or "/" in found.name or found.name in {".", ".."}:
                continue  # nothing that a folder can hold
            if not is_folder:
                if selection.takes(found.path):
                    yield found
            elif selection.enters(found.path):
                below.append(found.path)
        for path in below:
            if path.count("/") >= MOST_DEEP:
                raise OSError(f"{path} lies more than {MOST_DEEP} folders deep")
            yield from self.walk(selection, check, path)

    def settled(self, found: Found) -> bool:
        """Whether the file is still as it was found."""
        folder = found.path.rpartition("/")[0]
        return any(now.name == found.name and now.stamp == found.stamp for _, now in self.entries(folder))


class WebDav(_Tree):
    """A WebDAV share: dav://HOST/PATH, or davs:// over TLS."""

    def __init__(self, url: SplitResult, credentials: Mapping[str, str], network: Network) -> None:
        from webdav4.client import Client
        from webdav4.fsspec import WebdavFileSystem
        from webdav4.http import Client as HttpClient

        base = url._replace(scheme="https" if url.scheme == "davs" else "http", query="", fragment="").geturl()
        http = network.client(HttpClient)
        if "username" in credentials:
            http.auth = credentials["username"], credentials.get("password", "")
        self._http = http
        client = Client(base, http_client=http, retry=False)
        self._files = WebdavFileSystem(base, client=client, skip_instance_cache=True)

    def entries(self, folder: str) -> Iterator[tuple[bool, Found]]:
        """What lies in a folder. Raises OSError."""
        import httpx
        from webdav4.client import ClientError

        try:
            listed = self._files.ls(folder, detail=True)
        except (httpx.HTTPError, ClientError) as error:
            raise OSError(str(error)) from error
        for facts in listed:
            path, size = str(facts["name"]).strip("/"), facts.get("size")
            name = path.rpartition("/")[2]
            stamp = _stamp(size, facts.get("etag"), facts.get("modified"))
            found = Found(f"{folder}/{name}".lstrip("/"), stamp, name, size, _fresh(facts.get("modified")))
            yield facts["type"] == "directory", found

    def open(self, path: str) -> BinaryIO:
        """The content. Raises OSError."""
        return cast(BinaryIO, self._files.open(path, "rb"))

    def close(self) -> None:
        """Lets go of the connections."""
        self._http.close()


class Smb(_Tree):
    """A share of Windows or Samba: smb://HOST/SHARE/PATH."""

    def __init__(self, url: SplitResult, credentials: Mapping[str, str], network: Network) -> None:
        from fsspec.implementations.smb import SMBFileSystem

        self._host, self._port = url.hostname or "", url.port or _SMB_PORT
        self._root = unquote(url.path).rstrip("/")
        network.addresses(self._host, self._port)
        self._files = SMBFileSystem(
            self._host,
            port=self._port,
            username=credentials.get("username"),
            password=credentials.get("password"),
            timeout=int(CONNECT_SECONDS),
            register_session_retries=0,
            share_access="rwd",  # people go on working with the files
            skip_instance_cache=True,
        )

    def entries(self, folder: str) -> Iterator[tuple[bool, Found]]:
        """What lies in a folder, in one listing (fsspec asks once more for each file). Raises OSError."""
        import smbclient

        place = f"{self._root}/{folder}".rstrip("/").replace("/", "\\")
        with smbclient.scandir(f"\\\\{self._host}{place}", port=self._port) as entries:
            for entry in entries:
                if entry.is_symlink():
                    continue
                facts = entry.smb_info
                stamp = _stamp(facts.end_of_file, None, f"{facts.last_write_time} {facts.change_time}")
                path = f"{folder}/{entry.name}".lstrip("/")
                yield (
                    entry.is_dir(),
                    Found(path, stamp, entry.name, facts.end_of_file, _fresh(facts.change_time)),
                )

    def open(self, path: str) -> BinaryIO:
        """The content. Raises OSError."""
        return cast(BinaryIO, self._files.open(f"{self._root}/{path}", "rb"))

    def close(self) -> None:
        """Lets go of the connections."""
        import smbclient

        smbclient.delete_session(self._host, port=self._port)


class Remote:
    """The files of a share.

    Raises:
        SourceUnavailable: from `scan`.
    """

    def __init__(self, url: str, share: Bucket | WebDav | Smb, selection: Selection) -> None:
        self._url = url
        self._share = share
        self._selection = selection

    def scan(self, known: Mapping[str, str], check: Check) -> Listing:
        """All files."""
        try:
            return Listing(tuple(self._share.walk(self._selection, check)))
        except OSError as error:
            raise SourceUnavailable(url=self._url, detail=str(error) or type(error).__name__) from error

    def open(self, found: Found) -> BinaryIO:
        """The content. Raises OSError."""
        return self._share.open(found.path)

    def settled(self, found: Found) -> bool:
        """Whether the file is still as it was found: else it was read while somebody wrote it."""
        return self._share.settled(found)

    def close(self) -> None:
        """Lets go of the share."""
        self._share.close()


def _reachable(url: str, network: Network) -> None:
    """Raises OSError unless the URL leads to an address that may be spoken to."""
    match = re.match(r"(https?)://([^/:?#@]+|\[[^\]]+\])(?::(\d+))?(?:/|$)", url)
    if match is None:
        raise OSError("the endpoint must be an http or https URL")
    network.addresses(match[2].strip("[]"), int(match[3] or _WEB_PORTS[match[1]]))


def _stamp(size: object, etag: object, changed: object) -> str:
    told = f"{size} {etag or changed}"
    return told if len(told) <= MOST_STAMP_CHARS else hashlib.sha256(told.encode()).hexdigest()


def _fresh(changed: datetime | None) -> bool:
    return changed is None or time.time() - changed.timestamp() < FRESH_SECONDS
