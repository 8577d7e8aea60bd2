"""Pages and files of a web site: those that its pages link to, below the address that the source begins at."""

import hashlib
import io
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import httpx
from lxml import etree, html

from server.adapters.sources.network import AGENT, Network
from server.adapters.sources.selection import Selection
from server.errors import RefusedSource, SourceUnavailable
from server.model import Found, Listing, SourceOptions

MOST_PAGES = 2_000
MOST_DEPTH = 10
MOST_BEGINNINGS = 200
MOST_HTML_BYTES = 16 * 1024**2
MOST_ROBOTS_BYTES = 512 * 1024
MOST_REDIRECTS = 5
MOST_SECONDS_A_PAGE = 300.0
LONGEST_DELAY = 5.0
KEPT_BYTES = 64 * 1024**2
_HTML = {"text/html", "application/xhtml+xml"}
_GONE = {404, 410}
_FAILURES = (OSError, ValueError, httpx.HTTPError, httpx.InvalidURL)
_PORTS = {"http": 80, "https": 443}


class OutOfBoundsError(OSError):
    """A page is too large, too slow, or leads away from its site."""


@dataclass(frozen=True, slots=True)
class _Page:
    """An answer: its content (none if it is what it was), what tells its version from others, whether it has links."""

    content: bytes | None
    stamp: str
    is_html: bool


class Web:
    """The pages of one site. robots.txt is obeyed; other sites are never asked.

    A page stands for itself under its address. Pages whose links may be followed are fetched each time; the rest only
    if they changed, where the site tells (ETag, Last-Modified).
    """

    def __init__(
        self,
        url: str,
        options: SourceOptions,
        selection: Selection,
        credentials: Mapping[str, str],
        network: Network,
        most_bytes: int,
    ) -> None:
        self._beginnings = [urldefrag(one).url for one in (url, *options.pages)]
        self._below = url.rpartition("/")[0] + "/" if urlsplit(url).path else url + "/"
        self._depth = min(options.depth, MOST_DEPTH)
        self._selection = selection
        self._most_bytes = most_bytes
        self._client = network.client()
        if "username" in credentials:
            self._client.auth = credentials["username"], credentials.get("password", "")
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._robots = RobotFileParser()
        self._delay = 0.0

    @staticmethod
    def check(url: str, options: SourceOptions) -> None:
        """Raises RefusedSource if further pages belong to another site, or are too many."""
        if len(options.pages) > MOST_BEGINNINGS:
            raise RefusedSource(url=url, detail=f"at most {MOST_BEGINNINGS} further pages")
        for page in options.pages:
            if _origin(page) != _origin(url):
                raise RefusedSource(url=url, detail=f"{page} belongs to another site")

    def close(self) -> None:
        """Lets go of the connections."""
        self._client.close()

    def scan(self, known: Mapping[str, str], check: Callable[[], None]) -> Listing:
        """All pages that are reached. `known`: address -> stamp of the last run. Raises SourceUnavailable."""
        self._read_robots()
        waiting = deque((url, 0) for url in self._beginnings)
        seen, found, unread = set(self._beginnings), [], dict[str, str]()
        while waiting:
            check()
            url, depth = waiting.popleft()
            if not self._robots.can_fetch(AGENT, url):
                self._insist(url, "robots.txt forbids it")
                continue
            time.sleep(self._delay)
            try:
                page = self._get(url, None if depth < self._depth and _has_links(known, url) else known.get(url))
            except _FAILURES as error:
                unread[url] = str(error) or type(error).__name__
                self._insist(url, unread[url])
                continue
            if page is None:
                self._insist(url, "there is no such page")
                continue
            if self._selection.takes(_path(url)):
                found.append(Found(url, page.stamp, _name(url, is_html=page.is_html), None))
                self._keep(url, page.content)
            if page.is_html and page.content is not None and depth < self._depth:
                for link in self._links(url, page.content):
                    if link not in seen and len(seen) < MOST_PAGES:
                        seen.add(link)
                        waiting.append((link, depth + 1))
        if unread:
            # Links of a page that did not answer lead to pages of which nothing is known either.
            unread |= dict.fromkeys(set(known) - {one.path for one in found}, "a page that may lead there is missing")
        return Listing(tuple(found), unread)

    def open(self, found: Found) -> BinaryIO:
        """The content. Raises OSError."""
        if found.path in self._kept:
            return io.BytesIO(self._kept.pop(found.path))
        try:
            page = self._get(found.path, None)
        except (ValueError, httpx.HTTPError, httpx.InvalidURL) as error:
            raise OSError(str(error) or type(error).__name__) from error
        if page is None or page.content is None:
            raise FileNotFoundError(f"{found.path} is gone")
        return io.BytesIO(page.content)

    def settled(self, found: Found) -> bool:
        """Whether the file is still as it was found."""
        return True

    def _insist(self, url: str, problem: str) -> None:
        """Raises SourceUnavailable if it is the first page that has a problem: without it, nothing is known."""
        if url == self._beginnings[0]:
            raise SourceUnavailable(url=url, detail=problem)

    def _read_robots(self) -> None:
        url = urljoin(self._beginnings[0], "/robots.txt")
        try:
            page = self._get(url, None, most_bytes=MOST_ROBOTS_BYTES)
        except _FAILURES as error:
            # RFC 9309: a site whose rules cannot be asked for is not to be crawled.
            raise SourceUnavailable(url=url, detail=str(error) or type(error).__name__) from error
        rules = b"" if page is None else page.content or b""
        self._robots.parse(rules.decode("utf-8", "replace").splitlines())
        self._delay = min(float(self._robots.crawl_delay(AGENT) or 0), LONGEST_DELAY)

    def _get(self, url: str, stamp: str | None, most_bytes: int | None = None) -> _Page | None:
        """The page; none if there is no such page. Raises OSError, httpx.HTTPError."""
        started, asked = time.monotonic(), url
        for _ in range(MOST_REDIRECTS + 1):
            with self._client.stream("GET", asked, headers=_condition(stamp), follow_redirects=False) as answer:
                if answer.has_redirect_location:
                    asked = urljoin(asked, answer.headers["location"])
                    if _origin(asked) != _origin(url):
                        raise OutOfBoundsError(f"{url} leads to another site")
                    continue
                if answer.status_code in _GONE:
                    return None
                is_html = answer.headers.get("content-type", "").partition(";")[0].strip().lower() in _HTML
                if answer.status_code == 304 and stamp is not None:
                    return _Page(None, stamp, stamp.startswith("html"))
                if answer.status_code != 200:
                    raise OutOfBoundsError(f"{url} answered with status {answer.status_code}")
                most = min(most_bytes or self._most_bytes, MOST_HTML_BYTES if is_html else self._most_bytes)
                content = b"".join(_bounded(answer, url, most, started))
                return _Page(content, _stamp(answer, content, is_html=is_html), is_html)
        raise OutOfBoundsError(f"{url} leads in circles")

    def _links(self, url: str, content: bytes) -> Iterator[str]:
        try:
            document = html.document_fromstring(content, base_url=url)
        except (etree.ParserError, etree.XMLSyntaxError, ValueError):
            return
        base = next(iter(document.xpath("//base/@href")), "")
        for target in document.xpath("//a/@href"):
            try:
                link = urldefrag(urljoin(urljoin(url, base), str(target).strip())).url
                if (
                    _origin(link) == _origin(url)
                    and link.startswith(self._below)
                    and self._selection.enters(_path(link))
                ):
                    yield link
            except ValueError:
                continue

    def _keep(self, url: str, content: bytes | None) -> None:
        """Remembers contents that are likely to be opened next."""
        if content is None:
            return
        self._kept[url] = content
        while sum(map(len, self._kept.values())) > KEPT_BYTES:
            self._kept.popitem(last=False)


def _bounded(answer: httpx.Response, url: str, most: int, started: float) -> Iterator[bytes]:
    size = 0
    for block in answer.iter_bytes():
        size += len(block)
        if size > most:
            raise OutOfBoundsError(f"{url} is larger than {most // 1024} KiB")
        if time.monotonic() - started > MOST_SECONDS_A_PAGE:
            raise OutOfBoundsError(f"{url} took longer than {MOST_SECONDS_A_PAGE:.0f} seconds")
        yield block


def _has_links(known: Mapping[str, str], url: str) -> bool:
    return known.get(url, "html").startswith("html")


def _stamp(answer: httpx.Response, content: bytes, *, is_html: bool) -> str:
    """`html` or `file`, ETag, Last-Modified (each may be empty), hash; joined by tabs."""
    tags: Sequence[str] = [answer.headers.get(name, "") for name in ("etag", "last-modified")]
    if sum(map(len, tags)) > 150:
        tags = ("", "")
    return "\t".join(["html" if is_html else "file", *tags, hashlib.sha256(content).hexdigest()])


def _condition(stamp: str | None) -> dict[str, str]:
    _, etag, changed, _ = stamp.split("\t") if stamp else ("", "", "", "")
    return {name: value for name, value in (("If-None-Match", etag), ("If-Modified-Since", changed)) if value}


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme)


def _path(url: str) -> str:
    """What globs are compared with."""
    return unquote(urlsplit(url).path).strip("/")


def _name(url: str, *, is_html: bool) -> str:
    """A file name for a page: the last part of its path, or its host."""
    name = _path(url).rpartition("/")[2] or urlsplit(url).hostname or "page"
    return name if not is_html or name.lower().endswith((".html", ".htm", ".xhtml")) else f"{name}.html"
