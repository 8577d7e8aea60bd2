"""Sources on real servers: what is found there, read from there, and what happens when they fail."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from server.adapters.sources.folder import Roots
from server.adapters.sources.network import Network
from server.adapters.sources.places import Places
from server.errors import SourceUnavailable
from server.model import Listing, SourceOptions
from server.ports import SourcePlace
from tests.shares import LOOPBACK, PASSWORD, USER, Site, s3_server, smb_server, web_server, webdav_server

# What a person may call a file, in parts that all four kinds of share can hold.
NAMES = (
    "a.md",
    "sub dir/b ü鹤.md",
    "sub dir/deep/c#1 50%.md",
    "README.md",
    "UPPER.MD",
    "sub dir/e\u0301.md",
    "x" * 200,
)
LARGE = "sub dir/large.bin"


class Put(Protocol):
    """Writes a file of the share."""

    def __call__(self, path: str, content: bytes | None) -> None: ...


@dataclass
class Shared:
    """A share with a way to change it from outside."""

    url: str
    credentials: dict[str, str]
    put: Put


def _in(folder: Path) -> Put:
    def put(path: str, content: bytes | None) -> None:
        if content is None:
            (folder / path).unlink()
            return
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)

    return put


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with s3_server() as endpoint:
        yield endpoint


@pytest.fixture(params=["folder", "s3", "webdav", "smb"])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shared]:
    """The same files in a folder, a bucket, a WebDAV and an SMB share."""
    folder, login = tmp_path / "shared", {"username": USER, "password": PASSWORD}
    folder.mkdir()
    with ExitStack() as stack:
        if request.param == "folder":
            found = Shared(str(folder), {}, _in(folder))
        elif request.param == "webdav":
            found = Shared(f"dav://{stack.enter_context(webdav_server(folder))}", login, _in(folder))
        elif request.param == "smb":
            at = stack.enter_context(smb_server(folder, tmp_path / "samba"))
            found = Shared(f"smb://{at}/docs", login, _in(folder))
        else:
            found = _bucket(request.getfixturevalue("endpoint"))
        yield found


def _bucket(endpoint: str) -> Shared:
    import botocore.session

    session = botocore.session.get_session()
    options = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
    s3: Any = session.create_client("s3", endpoint_url=endpoint, **options)
    name = f"bucket-{time.time_ns()}"
    s3.create_bucket(Bucket=name)

    def put(path: str, content: bytes | None) -> None:
        if content is None:
            s3.delete_object(Bucket=name, Key=f"team/{path}")
        else:
            s3.put_object(Bucket=name, Key=f"team/{path}", Body=content)

    url = f"s3://{name}/team?endpoint={endpoint}&region=us-east-1"
    return Shared(url, {"key": "key", "secret": "secret"}, put)


@contextmanager
def opened(shared: Shared, **options: Any) -> Iterator[SourcePlace]:
    places = Places(Roots("/", Path("/nowhere/data")), Network(LOOPBACK), 10**9)
    with places.open(shared.url, SourceOptions(**options), shared.credentials) as place:
        yield place


def scan(shared: Shared, **options: Any) -> Listing:
    with opened(shared, **options) as place:
        return place.scan({}, lambda: None)


def stamps(listing: Listing) -> dict[str, str]:
    return {one.path: one.stamp for one in listing.files}


def test_all_files_are_found_and_read_as_they_are(shared: Shared) -> None:
    contents = {name: f"This is {name}".encode() for name in NAMES} | {LARGE: os.urandom(5_000_000)}
    for name, content in contents.items():
        shared.put(name, content)
    with opened(shared) as place:
        listing = place.scan({}, lambda: None)
        assert {one.path for one in listing.files} == set(contents)
        for one in listing.files:
            assert one.size == len(contents[one.path])
            with place.open(one) as stream:
                assert stream.read(10) == contents[one.path][:10]
                stream.seek(0)
                assert b"".join(iter(lambda: stream.read(100_000), b"")) == contents[one.path]
            assert place.settled(one)


def test_a_stamp_changes_with_its_file_and_with_nothing_else(shared: Shared) -> None:
    for name in ("a.md", "b.md", "c.md"):
        shared.put(name, b"first")
    before = stamps(scan(shared))
    assert stamps(scan(shared)) == before
    time.sleep(1.1)  # WebDAV tells whole seconds
    shared.put("b.md", b"other")  # of the same length
    shared.put("c.md", None)
    after = stamps(scan(shared))
    assert set(after) == {"a.md", "b.md"}
    assert after["a.md"] == before["a.md"]
    assert after["b.md"] != before["b.md"]


def test_globs_choose_and_hidden_files_are_left_out(shared: Shared) -> None:
    for name in ("a.md", "b.txt", "sub/c.md", "old/d.md", "sub/old/e.md", ".hidden.md", ".git/f.md", "~$a.md"):
        shared.put(name, b"text")
    assert set(stamps(scan(shared, include=("*.md",), exclude=("old",)))) == {"a.md", "sub/c.md"}
    assert set(stamps(scan(shared, exclude=("sub/**",)))) == {"a.md", "b.txt", "old/d.md"}


def test_a_file_that_is_gone_when_it_is_opened_is_told_as_such(shared: Shared) -> None:
    shared.put("a.md", b"text")
    with opened(shared) as place:
        (found,) = place.scan({}, lambda: None).files
        shared.put("a.md", None)
        with pytest.raises(FileNotFoundError), place.open(found) as stream:
            stream.read()


def test_a_share_that_is_not_there_is_no_empty_one(shared: Shared) -> None:
    bucket, _, rest = shared.url.removeprefix("s3://").partition("/")
    shared.url = f"s3://{bucket}-none/{rest}" if shared.url.startswith("s3") else f"{shared.url}/none"
    with pytest.raises(SourceUnavailable, match="Nothing was taken for deleted"):
        scan(shared)


@pytest.mark.parametrize("shared", ["webdav", "smb"], indirect=True)
def test_a_wrong_password_is_told_without_it(shared: Shared) -> None:
    shared.credentials["password"] = "a wrong one"
    with pytest.raises(SourceUnavailable) as raised:
        scan(shared)
    assert "a wrong one" not in raised.value.message


@pytest.mark.parametrize("scheme", ["s3", "dav", "smb", "http"])
def test_nobody_listening_is_told(scheme: str) -> None:
    url = {"s3": "s3://bucket?endpoint=http://127.0.0.1:9", "smb": "smb://127.0.0.1:9/docs"}.get(scheme)
    with pytest.raises(SourceUnavailable):
        scan(Shared(url or f"{scheme}://127.0.0.1:9/", {}, lambda path, content: None))


@pytest.fixture
def site() -> Iterator[Site]:
    with web_server() as site:
        site.html("/docs/", "Start", "a.html", "/docs/deep/b", "/other/", "https://elsewhere.example/", "manual.pdf")
        site.html("/docs/a.html", "A", "/docs/", "#top")
        site.html("/docs/deep/b", "B", "c.html", "javascript:void(0)", "http://[bad")
        site.html("/docs/deep/c.html", "C")
        site.html("/other/", "Other")
        site.pages["/docs/manual.pdf"] = "application/pdf", b"%PDF-1.7 manual"
        yield site


def web(site: Site) -> Shared:
    return Shared(f"{site.url}/docs/", {}, lambda path, content: None)


def paths(listing: Listing, site: Site) -> set[str]:
    return {one.path.removeprefix(site.url) for one in listing.files}


def test_pages_below_the_address_are_found_as_deep_as_wished(site: Site) -> None:
    near = {"/docs/", "/docs/a.html", "/docs/deep/b", "/docs/manual.pdf"}
    assert paths(scan(web(site), depth=1), site) == near
    listing = scan(web(site), depth=2)
    assert paths(listing, site) == near | {"/docs/deep/c.html"}
    assert {one.name for one in listing.files} == {"docs.html", "a.html", "b.html", "c.html", "manual.pdf"}
    assert paths(scan(web(site), depth=0, pages=(f"{site.url}/other/",)), site) == {"/docs/", "/other/"}
    assert not any(path.startswith("/other") for path, _ in site.asked[:-3])


def test_a_file_that_did_not_change_is_not_fetched_again(site: Site) -> None:
    site.headers["/docs/manual.pdf"] = {"ETag": '"1"'}
    with opened(web(site)) as place:
        first = place.scan({}, lambda: None)
        site.asked.clear()
        assert place.scan(stamps(first), lambda: None) == first
        assert ("/docs/manual.pdf", 304) in site.asked
        site.headers["/docs/manual.pdf"] = {"ETag": '"2"'}
        site.pages["/docs/manual.pdf"] = "application/pdf", b"%PDF-1.7 new"
        second = place.scan(stamps(first), lambda: None)
        (changed,) = [one for one in second.files if one not in first.files]
        assert changed.path.endswith("manual.pdf")
        for _ in range(2):
            assert place.open(changed).read() == b"%PDF-1.7 new"


def test_robots_are_obeyed(site: Site) -> None:
    site.pages["/robots.txt"] = "text/plain", b"User-agent: *\nDisallow: /docs/deep/\n"
    assert paths(scan(web(site)), site) == {"/docs/", "/docs/a.html", "/docs/manual.pdf"}
    assert not any(path.startswith("/docs/deep") for path, _ in site.asked)
    site.pages["/robots.txt"] = "text/plain", b"User-agent: Lectern\nDisallow: /\n"
    with pytest.raises(SourceUnavailable, match="robots"):
        scan(web(site))
    site.pages["/robots.txt"] = 503
    with pytest.raises(SourceUnavailable):
        scan(web(site))


def test_a_page_that_does_not_answer_and_those_behind_it_are_not_taken_for_deleted(site: Site) -> None:
    first = scan(web(site))
    site.pages["/docs/deep/b"] = 500
    del site.pages["/docs/a.html"]
    with opened(web(site)) as place:
        second = place.scan(stamps(first), lambda: None)
    unread = {path.removeprefix(site.url) for path in second.unread}
    assert {"/docs/deep/b", "/docs/deep/c.html"} <= unread
    for status in (500, 404):
        site.pages["/docs/"] = status
        with pytest.raises(SourceUnavailable):
            scan(web(site))


def test_a_redirect_stays_on_its_site(site: Site) -> None:
    with web_server() as other:
        other.html("/secret", "Secret")
        for path, target in (("/docs/a.html", f"{other.url}/secret"), ("/docs/deep/b", "/docs/deep/b")):
            site.pages[path], site.headers[path] = 302, {"Location": target}
        unread = scan(web(site)).unread
        assert "leads to another site" in unread[f"{site.url}/docs/a.html"]
        assert "in circles" in unread[f"{site.url}/docs/deep/b"]
        assert other.asked == []


def test_a_page_too_large_is_left_out(site: Site) -> None:
    places = Places(Roots("", Path("/nowhere/data")), Network(LOOPBACK), 1000)
    site.pages["/docs/manual.pdf"] = "application/pdf", bytes(5000)
    with places.open(f"{site.url}/docs/", SourceOptions(), {}) as place:
        assert "larger" in place.scan({}, lambda: None).unread[f"{site.url}/docs/manual.pdf"]


def test_private_addresses_are_refused_unless_they_are_allowed(site: Site) -> None:
    places = Places(Roots("", Path("/nowhere/data")), Network("10.0.0.0/8"), 1000)
    for url in (site.url, site.url.replace("127.0.0.1", "localhost"), site.url.replace("http", "dav")):
        with places.open(url, SourceOptions(), {}) as place, pytest.raises(SourceUnavailable, match="private address"):
            place.scan({}, lambda: None)
    for url in ("smb://127.0.0.1/docs", "s3://bucket?endpoint=http://169.254.169.254/", "smb://[::1]/docs"):
        with pytest.raises(SourceUnavailable, match="private address"), places.open(url, SourceOptions(), {}):
            pass


@pytest.mark.parametrize("shared", ["folder", "webdav", "smb"], indirect=True)
def test_a_file_written_while_it_is_read_is_not_settled(shared: Shared) -> None:
    shared.put("a.md", b"first")
    with opened(shared) as place:
        (found,) = place.scan({}, lambda: None).files
        with place.open(found) as stream:
            stream.read()
        time.sleep(1.1)  # WebDAV tells whole seconds
        shared.put("a.md", b"second")
        assert not place.settled(found)


def test_a_listing_that_breaks_off_is_no_listing(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two pages of objects, of which the second cannot be had."""
    from s3fs import S3FileSystem

    shared = _bucket(endpoint)
    for number in range(3):
        shared.put(f"{number}.md", b"text")
    whole = S3FileSystem._list_pages

    async def broken(self: Any, *args: Any, **options: Any) -> Any:
        async for page in whole(self, *args, **options | {"MaxKeys": 2}):
            yield page
            raise ConnectionResetError("the connection was lost")

    monkeypatch.setattr(S3FileSystem, "_list_pages", broken)
    with pytest.raises(SourceUnavailable, match="connection was lost"):
        scan(shared)
