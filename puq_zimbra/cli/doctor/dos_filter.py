"""Check of `puq-zimbra doctor`: Zimbra's filter against floods lets this machine pass.

Source: `service/admin/GetAllServers.java`; zmprov's help (mcf); Jetty's DoSFilter as Zimbra sets it
up (zimbraHttpThrottleSafeIPs).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from puq_zimbra.cli.doctor.findings import Finding, Findings
from puq_zimbra.cli.doctor.subjects import CheckedServer
from puq_zimbra.errors import shown

#: requests a second on one connection that the filter lets pass
_FILTER = 30
_SAFE = "zimbraHttpThrottleSafeIPs"


def check(server: CheckedServer) -> Findings:
    """Check that each mailbox server's filter knows this machine."""
    address = server.our_address
    servers = server.zimbra.get_all_servers("mailbox", inherited=True)
    missing = [one.name for one in servers if not is_safe(address, one.all(_SAFE))]
    yield finding(server.name, missing, server.config.limits.requests_per_second, address)


def finding(name: str, missing: Iterable[str], rate: int, address: str) -> Finding:
    """The finding for servers whose filter lacks an address; ``rate`` is requests a second."""
    hosts = ", ".join(shown(one) for one in missing)
    if not hosts:
        words = f"Zimbra's filter against floods lets this machine ({address}) pass."
        return Finding("dos-filter", "ok", words, (), name)
    fast = not 0 < rate < _FILTER
    risk = (
        f"and [limits] requests_per_second allows more than its {_FILTER} in a second"
        if fast
        else f"which matters above {_FILTER} requests in a second; we keep to {rate}"
    )
    return Finding(
        "dos-filter",
        "warning" if fast else "note",
        f"This machine ({address} on the way there, unless that is translated) is not in {_SAFE} of"
        f" {hosts}, {risk}.",
        (f"zmprov mcf +{_SAFE} {address}", "zmmailboxdctl restart"),
        name,
    )


def is_safe(address: str, listed: Iterable[str]) -> bool:
    """Whether an address is the machine's own or among some addresses and networks.

    >>> is_safe("192.0.2.7", ["192.0.2.0/24"]), is_safe("192.0.2.7", ["x", "192.0.2.8"])
    (True, False)
    >>> is_safe("127.0.0.1", []), is_safe("::1", [])
    (True, True)
    """
    ours = ipaddress.ip_address(address.partition("%")[0])
    if ours.is_loopback:
        return True
    for one in listed:
        try:
            if ours in ipaddress.ip_network(one.strip(), strict=False):
                return True
        except ValueError:  # Zimbra checks no value there, and skips such a line
            continue
    return False
