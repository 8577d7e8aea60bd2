from pathlib import Path

import pytest

from server.adapters.sources.folder import Roots
from server.adapters.sources.network import ForbiddenAddressError, Network
from server.adapters.sources.places import Places
from server.errors import RefusedSource, WrongSetting
from server.model import SourceOptions


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(Roots(str(tmp_path), tmp_path / "elsewhere" / "data"), Network(""), 1000)


@pytest.mark.parametrize(
    "url",
    ["s3://bucket", "s3://bucket/a/b?endpoint=https://minio.example:9000", "dav://host/x", "davs://host", "smb://h/s/x",
     "https://example.com/docs/", "http://[2001:db8::1]:8080/"],
)  # fmt: skip
def test_known_places_may_be_sources(places: Places, url: str) -> None:
    places.check(url, SourceOptions(), {})


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://host/x", "must begin with"),
        ("github://a/b", "must begin with"),
        ("docs", "must begin with"),
        ("https:///x", "no host"),
        ("https://user:secret@host/", "credentials"),
        ("smb://secret@host/share", "credentials"),
        ("smb://host/", "share"),
        ("file://host/x", "three slashes"),
        ("file:///etc", "LECTERN_SOURCE_ROOTS"),
        ("/etc", "LECTERN_SOURCE_ROOTS"),
        ("http://host:99999/", "no URL"),
        ("http://[bad/", "no URL"),
        ("http://host/\nx", "control"),
        ("http://host/" + "x" * 2000, "2000"),
    ],
)
def test_other_places_are_refused_and_no_password_is_told(places: Places, url: str, reason: str) -> None:
    with pytest.raises(RefusedSource, match=reason) as raised:
        places.check(url, SourceOptions(), {})
    assert "secret" not in raised.value.message


def test_folders_are_named_by_path_or_url_with_any_signs(places: Places, tmp_path: Path) -> None:
    folder = tmp_path / "50% of #1?"
    folder.mkdir()
    for url in (str(folder), folder.as_uri()):
        with places.open(url, SourceOptions(), {}) as place:
            assert place.scan({}, lambda: None).files == ()


def test_credentials_that_nobody_asks_for_are_refused(places: Places) -> None:
    with pytest.raises(RefusedSource, match="password"):
        places.check("s3://bucket", SourceOptions(), {"password": "x"})


@pytest.mark.parametrize("options", [SourceOptions(include=("x" * 300,)), SourceOptions(pages=("https://other.com/",))])
def test_options_that_cannot_be_used_are_refused(places: Places, options: SourceOptions) -> None:
    with pytest.raises(RefusedSource):
        places.check("https://example.com/", options, {})


PRIVATE = ("127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
           "224.0.0.1", "::1", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "2130706433")  # fmt: skip


@pytest.mark.parametrize("host", PRIVATE)
def test_private_addresses_are_forbidden_however_they_are_written(host: str) -> None:
    with pytest.raises(ForbiddenAddressError, match="LECTERN_SOURCE_NETWORKS"):
        Network("").addresses(host, 80)


@pytest.mark.parametrize("host", ["8.8.8.8", "2001:4860:4860::8888"])
def test_public_addresses_are_not(host: str) -> None:
    assert Network("").addresses(host, 80) == [host]


def test_private_networks_can_be_allowed() -> None:
    network = Network("10.0.0.0/8, fd00::/8")
    assert network.addresses("10.1.2.3", 80) == ["10.1.2.3"]
    assert network.addresses("fd00::1", 80) == ["fd00::1"]
    with pytest.raises(ForbiddenAddressError):
        network.addresses("192.168.0.1", 80)


def test_a_network_that_is_none_stops_the_start() -> None:
    with pytest.raises(WrongSetting, match="LECTERN_SOURCE_NETWORKS"):
        Network("10.0.0.0/33")
