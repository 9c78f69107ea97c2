"""The address guard: which addresses may be connected to at all."""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass

import httpx2

from netnew.domain.errors import AddressRefused

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_LOCAL_NAMES = ("localhost", "local", "internal", "localdomain", "home.arpa")
_NUMERIC = re.compile(r"^(?:0[xX][0-9a-fA-F]*|[0-9]+)(?:\.(?:0[xX][0-9a-fA-F]*|[0-9]+)){0,3}\.?$")
_HOST = re.compile(r"^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|(?=.*:)[0-9a-f:.]+(?:%[a-z0-9]+)?)$")
# Python treats these as global, at least in some versions.
_NOT_PUBLIC = tuple(
    map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "fec0::/10", "64:ff9b:1::/48"))
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_MAX_URL_CHARS = 4_000
# Ports of other protocols, which browsers refuse too (WHATWG Fetch, 'bad port'), and of common
# databases and brokers: a link on a page must not make us connect to them.
_NO_WEB_PORTS = frozenset(
    (
        0,
        1,
        7,
        9,
        11,
        13,
        15,
        17,
        19,
        20,
        21,
        22,
        23,
        25,
        37,
        42,
        43,
        53,
        69,
        77,
        79,
        87,
        95,
        101,
        102,
        103,
        104,
        109,
        110,
        111,
        113,
        115,
        117,
        119,
        123,
        135,
        137,
        139,
        143,
        161,
        179,
        389,
        427,
        465,
        512,
        513,
        514,
        515,
        526,
        530,
        531,
        532,
        540,
        548,
        554,
        556,
        563,
        587,
        601,
        636,
        989,
        990,
        993,
        995,
        1433,
        1521,
        1719,
        1720,
        1723,
        2049,
        3306,
        3389,
        3659,
        4045,
        4190,
        5060,
        5061,
        5432,
        5672,
        6000,
        6379,
        6566,
        6665,
        6666,
        6667,
        6668,
        6669,
        6679,
        6697,
        9042,
        10080,
        11211,
        27017,
    )
)


@dataclass(frozen=True, slots=True)
class AddressGuard:
    """Refuses what is not a public web address.

    Refused: other schemes than http(s), credentials in the address, ports of other protocols, and
    the loopback, private, shared, link-local (cloud metadata), multicast, reserved and unspecified
    ranges, in every notation (decimal, octal, hexadecimal, IPv4 inside IPv6), by name ('localhost',
    '*.internal') and after resolution. `allow_private` lifts the ranges and names, nothing else.
    """

    allow_private: bool = False

    def checked_url(self, url: str) -> httpx2.URL:
        """`url` parsed, without fragment. Raises AddressRefused."""
        if len(url) > _MAX_URL_CHARS:
            raise AddressRefused(url[:100] + "…", "longer than 4000 characters")
        try:
            parsed = httpx2.URL(url.partition("#")[0])
        except (httpx2.InvalidURL, ValueError, TypeError) as error:
            raise AddressRefused(url, "no valid address") from error
        if parsed.scheme not in ("http", "https"):
            raise AddressRefused(url, f"scheme {parsed.scheme or 'missing'!r} is not http or https")
        if parsed.userinfo:
            raise AddressRefused(url, "credentials in the address")
        host = parsed.raw_host.decode("ascii").lower().rstrip(".")
        if not host:
            raise AddressRefused(url, "no host")
        if not _HOST.match(host):
            raise AddressRefused(url, "no valid host")
        if parsed.port in _NO_WEB_PORTS or not 0 <= (parsed.port or 0) < 65_536:
            raise AddressRefused(url, f"port {parsed.port} is not of the web")
        self._check_host(url, host)
        return parsed

    def check_address(self, url: str, address: str) -> None:
        """Raises AddressRefused where `address` (an IP in text form) may not be connected to."""
        try:
            ip: IpAddress = ipaddress.ip_address(address.partition("%")[0])
        except ValueError as error:
            raise AddressRefused(url, f"{address!r} is no IP address") from error
        if not self.allow_private and not all(_is_public(each) for each in (ip, *_embedded(ip))):
            raise AddressRefused(url, f"{address} is not a public address")

    def _check_host(self, url: str, host: str) -> None:
        literal = _literal(host)
        if literal is not None:
            self.check_address(url, literal)
        elif not self.allow_private and _is_local_name(host):
            raise AddressRefused(url, f"{host!r} is a local name")


def _is_local_name(host: str) -> bool:
    return any(host == name or host.endswith(f".{name}") for name in _LOCAL_NAMES)


def _literal(host: str) -> str | None:
    """The IP that `host` denotes, as browsers and the C library read it; otherwise None."""
    if ":" in host:
        return host.strip("[]")
    if not _NUMERIC.match(host):
        return None
    try:
        return socket.inet_ntoa(socket.inet_aton(host.rstrip(".")))
    except OSError:
        # All digits but not an address: nothing public has such a name.
        return "0.0.0.0"


def _embedded(ip: IpAddress) -> tuple[ipaddress.IPv4Address, ...]:
    """IPv4 addresses that a connection to `ip` may actually reach."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ()
    found = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
    if ip in _NAT64:
        found.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    return tuple(v4 for v4 in found if v4 is not None)


def _is_public(ip: IpAddress) -> bool:
    if isinstance(ip, ipaddress.IPv6Address) and (ip.ipv4_mapped is not None or ip in _NAT64):
        return True  # judged by the address inside
    if any(ip in network for network in _NOT_PUBLIC):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified
