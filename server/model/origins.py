"""Where web pages come from."""

import ipaddress
import re
from typing import Final
from urllib.parse import urlsplit

import idna

_PORTS: Final = {"http": 80, "https": 443}
_NAME: Final = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")


def web_origin(text: str) -> str:
    """An origin in the form in which browsers send it (RFC 6454, 6.1): small letters, names of other scripts in
    punycode, and no port where it is the scheme's own. Raises ValueError, with a text for people."""
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        raise ValueError("it is no address") from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("it must begin with https:// or http:// and a name")
    if "@" in parts.netloc or parts.path not in {"", "/"} or parts.query or parts.fragment or "\\" in text:
        raise ValueError("an origin is scheme, name and port alone, such as https://wiki.example.org")
    shown = "" if port in {None, _PORTS[parts.scheme]} else f":{port}"
    return f"{parts.scheme}://{_host(parts.hostname)}{shown}"


def _host(name: str) -> str:
    if ":" in name:
        return f"[{ipaddress.IPv6Address(name)}]"
    if "*" in name:
        raise ValueError("name each origin by itself; patterns are not taken")
    try:
        encoded = idna.encode(name, uts46=True).decode() if not name.isascii() else name.lower()
    except idna.IDNAError:
        raise ValueError("its name cannot be one of a machine") from None
    if not _NAME.fullmatch(encoded) or len(encoded) > 253:
        raise ValueError("its name cannot be one of a machine")
    if re.fullmatch(r"0x[0-9a-f]*|\d+", encoded.rpartition(".")[2]):  # browsers take it for an address
        return str(ipaddress.IPv4Address(encoded))
    return encoded
