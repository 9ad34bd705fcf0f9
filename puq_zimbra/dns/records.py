"""The records that a domain should have.

Source: RFC 5321 5 (MX), 7208 (SPF), 6376 (DKIM), 7489 (DMARC), 6186 and 8314 (SRV of mail), 6764
(SRV of calendars and contacts), 8461 (MTA-STS), 8460 (TLS-RPT); Microsoft "Autodiscover for
Exchange" (SRV).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from puq_zimbra import units
from puq_zimbra.dns import dkim
from puq_zimbra.dns.dkim import PublicKey
from puq_zimbra.zimbra_server import Server

#: kind -> (service and protocol of its SRV record, port)
SERVICES: Mapping[str, tuple[str, int]] = {
    "autodiscover": ("_autodiscover._tcp", 443),
    "imaps": ("_imaps._tcp", 993),
    "submissions": ("_submissions._tcp", 465),
    "caldavs": ("_caldavs._tcp", 443),
    "carddavs": ("_carddavs._tcp", 443),
}


@dataclass(frozen=True)
class Setup:
    """What decides about a domain's records."""

    #: A-label form
    domain: str
    #: the name of the host that mail programs use; "" = none is known
    host: str = ""
    #: the hosts that take the domain's mail, best first; empty = none is known
    mx: tuple[str, ...] = ()
    #: where other servers send reports; "" = nowhere
    reports_to: str = ""
    #: the keys of the domain's signatures: the one in use, and the one that waits for its record
    keys: tuple[PublicKey, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> Setup | None:
        """What `as_data` gave; None for what another version wrote."""
        try:
            keys = tuple(PublicKey(**one) for one in data["keys"])
            return cls(**{**data, "mx": tuple(data["mx"]), "keys": keys})
        except (KeyError, TypeError):
            return None


def setup_of(
    server: Server, domain: str, reports_to: str = "", keys: Sequence[PublicKey] = ()
) -> Setup:
    """What decides about the records of a domain on a server."""
    return Setup(domain, server.host_name, server.mail_exchangers, reports_to, tuple(keys))


@dataclass(frozen=True)
class Record:
    """A record as it should be."""

    #: mx, spf, dkim, dmarc, mta_sts, tls_rpt, or a key of `SERVICES`
    kind: str
    #: MX, TXT, SRV
    type: str
    #: whole name without a dot at its end
    name: str
    #: what to set, each value a record of its own; empty = nobody here can say
    values: tuple[str, ...]
    #: whether mail suffers without it
    needed: bool = False
    #: of a signature's key
    key: PublicKey | None = None


def expected(setup: Setup) -> list[Record]:
    """The records that a domain should have, the most important first."""
    return [*_needed(setup), *_services(setup), *_optional(setup)]


def _needed(setup: Setup) -> Iterator[Record]:
    domain = setup.domain
    exchangers = tuple(f"{10 * rank} {host}." for rank, host in enumerate(setup.mx, 1))
    yield Record("mx", "MX", domain, exchangers, needed=True)
    yield Record("spf", "TXT", domain, (f"v=spf1 {' '.join(senders(setup))} ~all",), needed=True)
    signs = any(key.in_use for key in setup.keys)
    for key in setup.keys:
        needed = key.in_use or not signs
        yield Record("dkim", "TXT", key.name_in(domain), (key.record,), needed, key)
    if not setup.keys:
        yield Record("dkim", "TXT", f"{dkim.UNDER}.{domain}", (), needed=True)
    # Mail that nobody signs yet would be sorted out by a stricter word.
    policy = "quarantine" if signs else "none"
    yield Record("dmarc", "TXT", f"_dmarc.{domain}", (f"v=DMARC1; p={policy}",), needed=True)


def senders(setup: Setup) -> list[str]:
    """The mechanisms by which an SPF record allows the domain's own mail servers."""
    own = [] if not setup.host or setup.host in setup.mx else [f"a:{setup.host}"]
    return ["mx", *own]


def _services(setup: Setup) -> Iterator[Record]:
    if setup.host:
        for kind, (service, port) in SERVICES.items():
            value = f"0 1 {port} {setup.host}."
            yield Record(kind, "SRV", f"{service}.{setup.domain}", (value,))


def _optional(setup: Setup) -> Iterator[Record]:
    if setup.mx:
        version = hashlib.sha256(sts_policy(setup).encode()).hexdigest()[:12]
        yield Record("mta_sts", "TXT", f"_mta-sts.{setup.domain}", (f"v=STSv1; id={version}",))
    if setup.reports_to:
        value = f"v=TLSRPTv1; rua=mailto:{setup.reports_to}"
        yield Record("tls_rpt", "TXT", f"_smtp._tls.{setup.domain}", (value,))


def sts_policy(setup: Setup) -> str:
    """The file that MTA-STS wants at https://mta-sts.DOMAIN/.well-known/mta-sts.txt."""
    hosts = "".join(f"mx: {host}\n" for host in setup.mx)
    return f"version: STSv1\nmode: testing\n{hosts}max_age: 604800\n"


def as_data(record: Record) -> dict[str, Any]:
    """A record for JSON, one for each value: type, name, value."""
    return {"type": record.type, "name": record.name, "values": list(record.values)}


def for_welcome(setup: Setup) -> list[dict[str, str]]:
    """The records that a welcome mail tells: what mail needs, and where programs find it."""
    return [
        {"type": one.type, "name": one.name, "value": value}
        for one in expected(setup)
        if one.kind not in ("mta_sts", "tls_rpt")
        for value in one.values
    ]


def short_name(name: str, domain: str) -> str:
    """A record's name as the panels of DNS providers want it, relative to its domain.

    >>> short_name("_dmarc.firma.example", "firma.example"), short_name("a.b", "a.b")
    ('_dmarc', '@')
    """
    return "@" if name == domain else name.removesuffix(f".{domain}")


def shown(record: Record) -> str:
    """A record's whole name as people read it."""
    return units.shown_domain(record.name)
