"""Which address a request is from, behind proxies: `X-Forwarded-For` is believed as far as trusted proxies wrote it.

Each proxy adds the address that it was asked from at the end. From there backwards the first that isn't a trusted
proxy's is the client's; whatever stands before it is what the client says of itself.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from schema.web.graphql.http import Scope


class Proxies:
    """The proxies that are trusted: addresses and networks, by commas; none where that is empty."""

    def __init__(self, trusted: str) -> None:
        self._networks = [ip_network(network.strip()) for network in trusted.split(",")] if trusted else []

    def __bool__(self) -> bool:
        return bool(self._networks)

    def behind(self, scope: Scope) -> Scope:
        """The scope, from whoever asked the first of them. As it is where whoever asks isn't trusted."""
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
