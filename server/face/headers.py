"""Response headers that keep browsers from doing harm with what Lectern sends.

See https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html.
"""

Header = tuple[bytes, bytes]

_ALWAYS: list[Header] = [
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
# What a document is told. The portal's files are none; there are many, and the headers would outweigh the small ones.
_DOCUMENT: list[Header] = [
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=(), browsing-topics=()",
    ),
]
_PORTAL: list[Header] = [
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        b"font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
]
# Nothing the API sends is a page: opened as one, it may do nothing, and no cache keeps it.
_API: list[Header] = [
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; sandbox"),
    (b"cache-control", b"no-store"),
]
_FILES = "/portal/static/"
_CSP_OF_FILES = b"content-security-policy", b"sandbox"  # where one, such as a drawing, is opened as a document
# A year, for this name alone: whoever serves other names beside it must not be cut off by Lectern.
_TLS: list[Header] = [(b"strict-transport-security", b"max-age=31536000")]


def security_headers(path: str, scheme: str) -> list[Header]:
    """The headers of an answer; a route's own take their place."""
    tls = _TLS if scheme == "https" else []
    if path.startswith(_FILES):
        return [*_ALWAYS, _CSP_OF_FILES, *tls]
    return [*_ALWAYS, *_DOCUMENT, *(_API if path.startswith("/v1/") else _PORTAL), *tls]
