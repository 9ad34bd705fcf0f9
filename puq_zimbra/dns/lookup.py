"""Ask a resolver, and believe nothing of what it says.

Anybody may run a domain's name server. Whatever comes back is cut to a length and a number, and
holds printable ASCII alone. A question that is not answered is unknown, which is not "missing".

Source: dnspython "Stub Resolver"; RFC 1035 2.3.4 (sizes), 3.3.14 (strings of a TXT record are
bytes).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from puq_zimbra.dns import spf
from puq_zimbra.dns.records import Setup, expected
from puq_zimbra.dns_settings import DnsSettings, resolver_address

#: values of one name that are kept, and characters of one value
MOST, LONGEST = 20, 2000
#: questions asked at a time
_AT_ONCE = 8
#: seconds for one domain, whatever its name servers do
_TOTAL = 12.0
#: what the TXT records of a domain's own name must begin with to be read
_SPF = "v=spf1"

#: type and name -> its values in order; None = nobody could say
Found = Mapping[str, Sequence[str] | None]
Ask = Callable[[str, str], Sequence[str] | None]


def key_of(kind: str, name: str) -> str:
    """How a question is called in what was found."""
    return f"{kind} {name}"


class Resolver:
    """A stub resolver for the questions about one domain."""

    def __init__(self, settings: DnsSettings) -> None:
        # Loaded only here: no other hook asks DNS anything.
        import dns.nameserver
        import dns.resolver

        self._seconds, self._until = settings.seconds, time.monotonic() + _TOTAL
        self._resolver = dns.resolver.Resolver(configure=False)
        if settings.resolvers:
            self._resolver.nameservers = [
                dns.nameserver.Do53Nameserver(*resolver_address(one)) for one in settings.resolvers
            ]
        else:
            _read_system(self._resolver)
        # Half of it for each try, so that a lost packet is asked for again.
        self._resolver.timeout = settings.seconds / 2
        self._resolver.use_edns(0, 0, 1232)

    def ask(self, kind: str, name: str) -> Sequence[str] | None:
        """The values of a name, sorted; empty = there are none, None = nobody could say."""
        import dns.exception
        import dns.resolver

        seconds = min(self._seconds, self._until - time.monotonic())
        if seconds <= 0:
            return None
        try:
            answer = self._resolver.resolve(name, kind, search=False, lifetime=seconds)
            values = {_clean(_text(kind, one)) for one in answer}
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return ()
        except (dns.exception.DNSException, OSError, ValueError):  # no answer, or none to be read
            return None
        # A domain's own TXT records are everybody's: proofs of ownership, and many more.
        if kind == "TXT" and any(one.lower().startswith(_SPF) for one in values):
            values = {one for one in values if one.lower().startswith(_SPF)}
        return sorted(values)[:MOST]


def _read_system(resolver: Any) -> None:
    import dns.resolver

    try:
        resolver.read_resolv_conf("/etc/resolv.conf")
    except (dns.resolver.NoResolverConfiguration, OSError):
        resolver.nameservers = []  # so that every question is unknown


def _text(kind: str, record: Any) -> str:
    if kind == "TXT":
        return b"".join(record.strings[:100]).decode("latin-1")
    if kind == "MX":
        return f"{record.preference} {record.exchange}"
    return str(record)


def _clean(text: str) -> str:
    """Printable ASCII of a bounded length; anything else becomes a question mark.

    >>> _clean("a\\x00b\\u017c")
    'a?b?'
    """
    kept = text[:LONGEST]
    return "".join(one if one.isascii() and one.isprintable() else "?" for one in kept)


def look_up(setup: Setup, settings: DnsSettings) -> dict[str, Sequence[str] | None]:
    """Ask for all that decides about a domain's records."""
    resolver = Resolver(settings)
    found: dict[str, Sequence[str] | None] = {}
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        names = list(questions(setup))
        for (kind, name), values in zip(
            names, threads.map(lambda one: resolver.ask(*one), names), strict=True
        ):
            found[key_of(kind, name)] = values

    def ask(kind: str, name: str) -> Sequence[str] | None:
        key = key_of(kind, name)
        if key not in found:
            found[key] = resolver.ask(kind, name)
        return found[key]

    # A resolver that is silent would be asked in vain for as many names as a record includes.
    if any(one is not None for one in found.values()):
        spf.allows(setup, ask)
    return found


def questions(setup: Setup) -> Iterable[tuple[str, str]]:
    """What is asked at once, each question one time."""
    asked = [(one.type, one.name) for one in expected(setup) if one.values or one.kind == "mx"]
    asked.append(("NS", setup.domain))
    asked.append(("CNAME", f"autodiscover.{setup.domain}"))
    if setup.host:
        asked += [("A", setup.host), ("AAAA", setup.host)]
    return dict.fromkeys(asked)
