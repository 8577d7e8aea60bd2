"""S3-compatible buckets."""

import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO, cast
from urllib.parse import SplitResult, parse_qs, unquote

from server.adapters.sources.network import CONNECT_SECONDS, READ_SECONDS, Network
from server.adapters.sources.remote import Check, Stream, stamp_of, translated
from server.adapters.sources.selection import Selection
from server.model import Found

_TRIES = 3
_PORTS = {"http": 80, "https": 443}


class Bucket:
    """A bucket, or what lies in it below a prefix: s3://BUCKET/PREFIX?endpoint=URL&region=NAME.

    An object appears whole or not at all, and its ETag tells each version from all others.

    Raises:
        OSError: the endpoint may not be spoken to.
    """

    def __init__(self, url: SplitResult, credentials: Mapping[str, str], network: Network) -> None:
        from s3fs import S3FileSystem

        given = {name: values[0] for name, values in parse_qs(url.query).items()}
        if "endpoint" in given:
            _check_endpoint(given["endpoint"], network)
        self._bucket = url.netloc
        self._root = f"{url.netloc}/{unquote(url.path).strip('/')}".rstrip("/")
        self._files = S3FileSystem(
            key=credentials.get("key"),
            secret=credentials.get("secret"),
            token=credentials.get("token"),
            anon="key" not in credentials,
            endpoint_url=given.get("endpoint"),
            client_kwargs={"region_name": given.get("region")},
            config_kwargs={
                "connect_timeout": CONNECT_SECONDS,
                "read_timeout": READ_SECONDS,
                "retries": {"max_attempts": _TRIES},
            },
            skip_instance_cache=True,
            use_listings_cache=False,
        )

    def walk(self, selection: Selection, check: Check) -> Iterator[Found]:
        """All objects, in one listing."""
        check()
        with translated():
            # A bucket that is not there, or cannot be reached, is not an empty one.
            self._files.call_s3("head_bucket", Bucket=self._bucket)
            listed = self._files.find(self._root, detail=True)
        for key, facts in listed.items():
            path = str(key).removeprefix(self._root).removeprefix("/")
            if path and not path.endswith("/") and selection.takes(path):
                stamp = stamp_of(facts.get("size"), facts.get("ETag"))
                yield Found(path, stamp, path.rpartition("/")[2], facts.get("size"))

    def open(self, path: str) -> BinaryIO:
        """The content."""
        return cast(BinaryIO, Stream(lambda: self._files.open(f"{self._root}/{path}", "rb")))

    def settled(self, found: Found) -> bool:
        """Whether the object is still as it was."""
        return True

    def close(self) -> None:
        """Lets go of the connections."""
        if self._files._s3 is not None:
            self._files.close_session(self._files.loop, self._files._s3)


def _check_endpoint(url: str, network: Network) -> None:
    match = re.match(r"(https?)://([^/:?#@]+|\[[^\]]+\])(?::(\d+))?(?:/|$)", url)
    if match is None:
        raise OSError("the endpoint must be an http or https URL")
    network.addresses(match[2].strip("[]"), int(match[3] or _PORTS[match[1]]))
