"""The client's address behind proxies: `X-Forwarded-For`, as far as trusted proxies wrote it.

Each proxy appends the address of its client. Read backwards, the first address that isn't a trusted proxy's is the
client's; everything before it is unverified.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from schema.web.graphql.http import Scope


class Proxies:
    """The trusted proxies: addresses and networks, separated by commas; none if empty."""

    def __init__(self, trusted: str) -> None:
        self._networks = [ip_network(network.strip()) for network in trusted.split(",")] if trusted else []

    def __bool__(self) -> bool:
        return bool(self._networks)

    def behind(self, scope: Scope) -> Scope:
        """Return the scope with the client's address; unchanged if the peer isn't a trusted proxy."""
        client = scope.get("client")
        if not client or not self._trusts(client[0]):
            return scope
        said = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for").decode("latin-1")
        hops = [hop.strip() for hop in said.split(",") if hop.strip()]
        while hops and self._trusts(hops[-1]):
            last = hops.pop()
            if not hops:
                return {**scope, "client": (last, 0)}
        return {**scope, "client": (_without_port(hops[-1]), 0)} if hops else scope

    def _trusts(self, host: str) -> bool:
        try:
            address: IPv4Address | IPv6Address = ip_address(_without_port(host))
        except ValueError:
            return False
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        return any(address in network for network in self._networks)


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0] if host.count(":") == 1 else host
