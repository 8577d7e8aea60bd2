"""Opens the place that a source's URL names."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from server.adapters.sources.folder import Folder, Roots
from server.adapters.sources.network import Network
from server.adapters.sources.remote import Remote, Share
from server.adapters.sources.s3 import Bucket
from server.adapters.sources.selection import Selection
from server.adapters.sources.smb import Smb
from server.adapters.sources.web import Web
from server.adapters.sources.webdav import WebDav
from server.errors import RefusedSource, SourceUnavailable
from server.model import SourceOptions
from server.ports import SourcePlace

MOST_URL_CHARS = 2000
_SHARES: dict[str, Callable[[SplitResult, Mapping[str, str], Network], Share]] = {
    "s3": Bucket,
    "dav": WebDav,
    "davs": WebDav,
    "smb": Smb,
}
_CREDENTIALS = {
    "s3": {"key", "secret", "token"},
    "dav": {"username", "password"},
    "davs": {"username", "password"},
    "smb": {"username", "password"},
    "http": {"username", "password"},
    "https": {"username", "password"},
}


class Places:
    """Folders of this machine, S3, WebDAV and SMB shares, and web sites."""

    def __init__(self, roots: Roots, network: Network, most_bytes: int) -> None:
        self._roots = roots
        self._network = network
        self._most_bytes = most_bytes

    def check(self, url: str, options: SourceOptions, credentials: Mapping[str, str]) -> None:
        """Raises RefusedSource unless this may be a source; whether it can be reached, the first run tells."""
        parts = _split(url)
        refuse = _refusal(url, parts)
        try:
            Selection(options.include, options.exclude)
        except ValueError as error:
            refuse = str(error)
        unknown = set(credentials) - _CREDENTIALS.get(parts.scheme, set())
        if unknown:
            refuse = f"it takes no credentials named {', '.join(sorted(unknown))}"
        if refuse:
            raise RefusedSource(url=_without_password(parts), detail=refuse)
        if parts.scheme == "file":
            self._roots.folder(unquote(parts.path))
        if parts.scheme in {"http", "https"}:
            Web.check(url, options)

    @contextmanager
    def open(self, url: str, options: SourceOptions, credentials: Mapping[str, str]) -> Iterator[SourcePlace]:
        """The place, while the block runs.

        Raises:
            RefusedSource: it may not be a source (any more).
            SourceUnavailable: it cannot be reached.
        """
        self.check(url, options, credentials)
        parts, selection = _split(url), Selection(options.include, options.exclude)
        place: Folder | Web | Remote
        try:
            if parts.scheme == "file":
                place = Folder(self._roots.folder(unquote(parts.path)), selection)
            elif parts.scheme in {"http", "https"}:
                place = Web(url, options, selection, credentials, self._network, self._most_bytes)
            else:
                place = Remote(url, _SHARES[parts.scheme](parts, credentials, self._network), selection)
        except (OSError, ValueError) as error:
            raise SourceUnavailable(url=url, detail=str(error) or type(error).__name__) from error
        with closing(place):
            yield place


def _split(url: str) -> SplitResult:
    """The URL's parts; a path alone is a file's."""
    try:
        parts = urlsplit(Path(url).as_uri() if url.startswith("/") else url)
        _ = parts.port
    except ValueError:
        raise RefusedSource(url=url[:MOST_URL_CHARS], detail="it is no URL") from None
    return parts


def _refusal(url: str, parts: SplitResult) -> str | None:
    if len(url) > MOST_URL_CHARS or any(ord(sign) < 32 or ord(sign) == 127 for sign in url):
        return f"a URL has at most {MOST_URL_CHARS} characters, and no control characters"
    if parts.scheme != "file" and parts.scheme not in _CREDENTIALS:
        return "it must begin with file://, s3://, dav://, davs://, smb://, http:// or https://"
    if parts.username is not None or parts.password is not None:
        return "put the name and password into `credentials`, where they are sealed"
    if parts.scheme == "file" and parts.netloc:
        return "a file URL has three slashes: file:///srv/documents"
    if parts.scheme == "smb" and not parts.path.strip("/"):
        return "name the share: smb://host/share"
    return None if parts.scheme == "file" or parts.hostname else "it names no host"


def _without_password(parts: SplitResult) -> str:
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
