"""Where an alert may go: which addresses are refused, and a connection to exactly the address that was looked at.

An address comes from the environment of whoever runs the guard, never from the registry, which others may write. What
is refused here is what no receiver of alerts has: the places where clouds keep the credentials of a machine.
"""

from __future__ import annotations

import ipaddress
import socket

from console.guard.alerts.records import NotSent

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_METADATA = frozenset(map(ipaddress.ip_address, ("fd00:ec2::254", "100.100.100.200", "192.0.0.192", "168.63.129.16")))


def checked(host: str, port: int, *, loopback_only: bool = False) -> tuple[str, int]:
    """The first address of `host`, once every one of its addresses may be asked. Raises NotSent.

    Link-local addresses (the metadata of clouds among them), multicast, and addresses that are none are refused.
    Private ones are allowed: that is where one's own receivers are. `loopback_only` is for what is sent unencrypted.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotSent("the name of its host is not known") from error
    addresses = [_plain(str(place[0])) for *_, place in found]
    if not addresses or any(map(_refused, addresses)):
        raise NotSent("its host is at an address that alerts are never sent to")
    if loopback_only and not all(address.is_loopback for address in addresses):
        raise NotSent("it is not encrypted, and not on this machine")
    return str(found[0][4][0]), port


def is_literal(host: str) -> bool:
    """Whether `host` is an address itself, and no name."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def connected(host: str, port: int, timeout_s: float, *, loopback_only: bool = False) -> socket.socket:
    """A connection to a checked address: the name is not looked up again, so it cannot change in between."""
    return socket.create_connection(checked(host, port, loopback_only=loopback_only), timeout_s)


def _plain(text: str) -> Address:
    """The address that is really reached: IPv4 is written inside IPv6 in two ways."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _refused(address: Address) -> bool:
    none = address.is_link_local or address.is_multicast or address.is_unspecified
    return none or address in _METADATA or (address.is_reserved and not address.is_loopback)
