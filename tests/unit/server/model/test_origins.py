import pytest

from server.model.origins import web_origin


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("https://wiki.example.org", "https://wiki.example.org"),
        (" HTTPS://Wiki.Example.ORG:443/ ", "https://wiki.example.org"),
        ("http://wiki:80", "http://wiki"),
        ("http://wiki:8080", "http://wiki:8080"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://straße.example", "https://xn--strae-oqa.example"),
        ("https://办公室.例子", "https://xn--55qx2ab2r.xn--fsqu00a"),
        ("http://192.168.0.7:8000", "http://192.168.0.7:8000"),
        ("http://[2001:DB8:0::1]:8000", "http://[2001:db8::1]:8000"),
    ],
)
def test_an_origin_is_written_as_browsers_send_it(given: str, sent: str) -> None:
    assert web_origin(given) == sent


@pytest.mark.parametrize(
    "given",
    [
        "", "*", "null", "wiki.example.org", "ftp://wiki.example.org", "https://", "https://*.example.org",
        "https://wiki.example.org/page", "https://wiki.example.org?q", "https://wiki.example.org#a", "https://a@wiki.example",
        "https://wiki.example.org:port", "https://wiki.example.org:99999", "https://wiki..example", "https://wiki.example.",
        "https://wi ki.example", "https://wiki.example\\@evil.example", "https://[::zz]", "http://0x7f.1", "http://127.1",
        "javascript:alert(1)", "https://\u202ewiki.example", f"https://{'a' * 300}.example", "https://a,https://b",
    ],
)  # fmt: skip
def test_what_no_browser_sends_is_no_origin(given: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        web_origin(given)
