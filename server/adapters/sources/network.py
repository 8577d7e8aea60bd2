"""Which addresses sources may lead the server to.

Whoever may name a URL to a server makes it speak to that address: to its own services, to the cloud's metadata, to
neighbours behind the firewall. So only public addresses are spoken to, and those private ones that the operator allows.
"""

import ipaddress
import socket
import ssl
from collections.abc import Iterable, Sequence

import httpcore
import httpx

from server.errors import WrongSetting

CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0
AGENT = "Lectern"

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class ForbiddenAddressError(OSError):
    """A name leads to a private address that was not allowed."""

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} is a private address; the operator can allow its network by LECTERN_SOURCE_NETWORKS")


class Network:
    """The addresses that may be spoken to: public ones, and those of `private` networks (CIDR, joined by commas).

    Raises:
        WrongSetting: one of the networks is none.
    """

    def __init__(self, private: str) -> None:
        try:
            self._private = [ipaddress.ip_network(part.strip()) for part in private.split(",") if part.strip()]
        except ValueError as error:
            raise WrongSetting(setting="LECTERN_SOURCE_NETWORKS", detail=str(error)) from None

    def addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a host, all of them allowed.

        Raises:
            ForbiddenAddressError: one of them is not.
            OSError: the name is not known.
        """
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(place[0]) for *_, place in found))
        if not all(self._allows(ipaddress.ip_address(address.partition("%")[0])) for address in addresses):
            raise ForbiddenAddressError(host)
        return addresses

    def client(self, client: type[httpx.Client] = httpx.Client) -> httpx.Client:
        """An HTTP client that speaks to allowed addresses only, also after a redirect."""
        timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
        # A proxy of the environment would resolve names by itself.
        return client(transport=_Transport(self), timeout=timeout, trust_env=False, headers={"User-Agent": AGENT})

    def _allows(self, address: _Address) -> bool:
        mapped = getattr(address, "ipv4_mapped", None) or address
        if any(mapped.version == network.version and mapped in network for network in self._private):
            return True
        return bool(mapped.is_global) and not mapped.is_multicast


class _Transport(httpx.HTTPTransport):
    """httpx's own transport over connections that are checked when they are made: a name that was looked up before
    could lead elsewhere by now."""

    def __init__(self, network: Network) -> None:
        super().__init__(trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(), network_backend=_Backend(network), retries=1
        )


class _Backend(httpcore.NetworkBackend):
    def __init__(self, network: Network) -> None:
        self._network = network
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first of the host's addresses that takes it."""
        try:
            addresses: Sequence[str] = self._network.addresses(host, port)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        for address in addresses[:-1]:
            try:
                return self._plain.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._plain.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)
