"""Where requests come from."""

import ipaddress


def network_of(address: str) -> str:
    """What is counted as one address: of IPv6 the first 64 bits, for a customer has them all."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((int(parsed), 64), strict=False))
    return str(parsed)
