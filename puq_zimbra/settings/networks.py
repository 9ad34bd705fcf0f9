"""Networks and hosts, with what would open the server refused.

`zimbraMtaMyNetworks` says who may send mail through the server without a log-in. Zimbra takes any
text there: 0.0.0.0/0 lets the whole world send, and the server is on every block list in an hour.

Source: postfix postconf(5) "mynetworks" (IPv6 in brackets, no bits set behind the prefix) and
"relayhost"; RFC 4291 (IPv4 inside IPv6), RFC 6052, RFC 3056.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from puq_zimbra.errors import N_
from puq_zimbra.settings.kinds import Control, NotTaken, Values

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

#: the widest network of public addresses that may be named
_WIDEST = {4: 8, 6: 32}
_MOST = 50
_SHAPE = re.compile(r"\[?([0-9A-Fa-f.:]{2,45})\]?(?:/([0-9]{1,3}))?", re.ASCII)
#: networks of IPv6 whose last 32 bits are an address of IPv4
_MAPPED = tuple(map(ipaddress.IPv6Network, ("::ffff:0:0/96", "64:ff9b::/96", "::/96")))
_LOOPBACK = ipaddress.IPv4Network("127.0.0.0/8")
#: IPv4 addresses that no host on the internet has
_PRIVATE = tuple(
    map(
        ipaddress.IPv4Network,
        ("10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
         "100.64.0.0/10"),
    )
)  # fmt: skip
_PRIVATE_6 = tuple(map(ipaddress.IPv6Network, ("::1/128", "fc00::/7", "fe80::/10")))
_HOST = r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?"

NOT_A_NETWORK = N_("%(text)s is not an IP address or network, such as 192.0.2.0/24.")
TOO_WIDE = N_("%(text)s is too wide: it would let strangers in.")


def network(text: str) -> Network:
    """A network as Postfix reads it.

    Raises:
        NotTaken: it is none, or has bits set behind its prefix.
    """
    found = _SHAPE.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        address = ipaddress.ip_address(found[1])
        length = int(found[2]) if found[2] else address.max_prefixlen
        return ipaddress.ip_network(f"{address}/{length}")
    except ValueError:
        raise NotTaken(NOT_A_NETWORK, text=text[:60]) from None


def require_narrow(networks: list[Network]) -> None:
    """Refuse networks that let strangers in, alone or all together.

    Raises:
        NotTaken: names the first.
    """
    for one in networks:
        if _is_wide(one):
            raise NotTaken(TOO_WIDE, text=str(one))
    fours = [one for one in networks if isinstance(one, ipaddress.IPv4Network)]
    public = [one for one in ipaddress.collapse_addresses(fours) if not _is_private(one)]
    if sum(one.num_addresses for one in public) > 2 ** (32 - _WIDEST[4]):
        raise NotTaken(N_("Together these networks are too wide: they would let strangers in."))


def _is_wide(one: Network) -> bool:
    if one.network_address.is_unspecified or one.is_multicast:
        return True
    if isinstance(one, ipaddress.IPv6Network):
        for outer in _MAPPED:
            # ::1 is the machine itself, not an address of IPv4.
            if one.subnet_of(outer) and one not in _PRIVATE_6:
                inner = ipaddress.IPv4Address(int(one.network_address) & 0xFFFFFFFF)
                return _is_wide(ipaddress.ip_network(f"{inner}/{one.prefixlen - outer.prefixlen}"))
            if outer.subnet_of(one):
                return True
    return one.prefixlen < _WIDEST[one.version] and not _is_private(one)


def _is_private(one: Network) -> bool:
    if isinstance(one, ipaddress.IPv4Network):
        return any(one.subnet_of(outer) for outer in _PRIVATE)
    return any(one.subnet_of(outer) for outer in _PRIVATE_6)


def _found(text: str) -> list[Network]:
    networks = [network(one) for one in re.split(r"[\s,;]+", text.strip()) if one]
    if len(networks) > _MOST:
        raise NotTaken(N_("These are too many: at most %(most)s."), most=_MOST)
    require_narrow(networks)
    return networks


@dataclass(frozen=True)
class Relays:
    """Networks that send without a log-in; Zimbra holds them as one text."""

    unit: str = ""
    control: Control = "textarea"
    allowed: tuple[str, Mapping[str, object]] = ("", {})

    def read(self, text: str) -> Values:
        """Narrow networks, the machine's own among them; nothing lets Zimbra choose."""
        networks = _found(text)
        if not networks:
            return ()
        if _LOOPBACK not in networks:
            # Without it Zimbra's own services could not send any mail.
            raise NotTaken(N_("127.0.0.0/8 must stay in the list: it is the server itself."))
        return (" ".join(dict.fromkeys(map(_as_postfix, networks))),)

    def write(self, values: Values) -> str:
        """One to a line."""
        return "\n".join(" ".join(values).split())

    def same(self, one: Values, other: Values) -> bool:
        """In any order."""
        return set(" ".join(one).split()) == set(" ".join(other).split())


def _as_postfix(one: Network) -> str:
    if isinstance(one, ipaddress.IPv6Network):
        return f"[{one.network_address}]/{one.prefixlen}"
    return str(one)


@dataclass(frozen=True)
class Addresses:
    """Networks from which something is allowed, one value each; none = from everywhere."""

    unit: str = ""
    control: Control = "textarea"
    allowed: tuple[str, Mapping[str, object]] = ("", {})

    def read(self, text: str) -> Values:
        """Narrow networks: a list that allows everybody is an empty one."""
        return tuple(dict.fromkeys(map(str, _found(text))))

    def write(self, values: Values) -> str:
        """One to a line."""
        return "\n".join(values)

    def same(self, one: Values, other: Values) -> bool:
        """In any order."""
        return set(one) == set(other)


@dataclass(frozen=True)
class Host:
    """A host's full name; with ``port`` also its port, as Postfix writes a relay."""

    port: bool = False
    unit: str = ""
    control: Control = "text"
    allowed: tuple[str, Mapping[str, object]] = ("", {})

    def read(self, text: str) -> Values:
        """A name with a dot; no address of this machine, which would be a loop."""
        text = text.strip().lower()
        if not text:
            return ()
        name, port = text, ""
        if self.port:
            found = re.fullmatch(r"(\[?)([^\[\]:]+)(\]?)(?::([0-9]{1,5}))?", text, re.ASCII)
            if found is None or bool(found[1]) != bool(found[3]):
                raise NotTaken(N_("Type the name of a host, such as mail.firma.example."))
            name, port = found[2], found[4] or ""
        if not re.fullmatch(_HOST, name, re.ASCII) or name.endswith(".localhost"):
            raise NotTaken(N_("Type the name of a host, such as mail.firma.example."))
        if port and not 0 < int(port) < 2**16:
            raise NotTaken(N_("A port is a number from 1 to 65535."))
        return (text,)

    def write(self, values: Values) -> str:
        """As it is held."""
        return values[0] if values else ""

    def same(self, one: Values, other: Values) -> bool:
        """In any case."""
        return [text.lower() for text in one] == [text.lower() for text in other]
