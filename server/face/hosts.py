"""The names by which Lectern may be called.

A page on the web can make a browser send requests to a name of its own that it has pointed at this machine (DNS
rebinding), and the browser takes the answers for that page's. So only names count that are known to be Lectern's.
"""

import ipaddress
import re
import socket

_HOST = re.compile(r"(?P<name>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]{1,253})(:\d{1,5})?")
_EVERYWHERE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - compared, not bound
ANY = "*"


class Hosts:
    """Tells names that are Lectern's from others.

    Those are localhost, the address it listens on (the machine's own name, if it listens on all), and the `further`
    ones: names joined by commas, `*.example.org` for all below one, `*` for any. An address in digits is always good:
    nobody can point one at another machine.
    """

    def __init__(self, bound: str, further: str = "") -> None:
        names = {name for name in map(str.strip, further.lower().split(",")) if name}
        self._any = ANY in names
        self._below = tuple(name[1:] for name in names if name.startswith("*."))
        own = socket.gethostname() if bound in _EVERYWHERE else bound
        self._names = {"localhost", own.lower(), *names}

    def admits(self, name: str) -> bool:
        """Whether this is one of the names."""
        name = name.lower().rstrip(".")
        return self._any or name in self._names or name.endswith(self._below) or _is_address(name)


def name_of(host: str) -> str | None:
    """The name in a Host header, without the port; none if it is no such header (RFC 9110, 7.2)."""
    found = _HOST.fullmatch(host)
    return found["name"] if found else None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
