"""The ends of the certificates that webmail and mail programs see.

A page reads what is stored and notes its wish, as for DNS: it waits for no port. `look_up` looks,
in the background of `serve` or in `puq-zimbra work`. Zimbra itself tells its certificates (GetCert)
only with an extension that the free edition lacks.

Source: `puq_zimbra.store.dns`, whose rows hold the wish; recorded refusals of a genuine server.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from puq_zimbra.devices import programs
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import PuqZimbraError
from puq_zimbra.request import Request
from puq_zimbra.store.dns import CERTIFICATES, DomainKey, Known
from puq_zimbra.zimbra import certificate, deadline
from puq_zimbra.zimbra_server import Server

_PORTS = "ports"
#: seconds after which a page has them looked at again
_MAX_AGE = 3600
#: seconds for one port
_SECONDS = 3.0


@dataclass(frozen=True)
class Seen:
    """A certificate as it was last seen."""

    #: webmail, imap or smtp
    service: str
    host: str
    port: int
    #: None = it was not seen
    ends: datetime | None
    #: nobody has looked yet
    is_new: bool


def ports_of(server: Server) -> dict[str, tuple[str, int]]:
    """Service -> host and port that its users see."""
    web = urlsplit(server.webmail)
    return {
        "webmail": (web.hostname or server.mail_host, web.port or programs.HTTPS),
        "imap": (server.mail_host, programs.IMAPS),
        "smtp": (server.mail_host, programs.SMTPS),
    }


def known(request: Request, runtime: Runtime) -> list[Seen]:
    """What was last seen; asks no port."""
    key = DomainKey(request.installation_id, request.purchase.id, CERTIFICATES)
    ports, dns = ports_of(request.zimbra_server), runtime.store().dns
    setup = {_PORTS: {one: list(where) for one, where in ports.items()}}
    now, found = int(runtime.now().timestamp()), dns.get(key)
    if found is not None and found.setup != setup:
        found = None
    if found is None or (found.wanted_at is None and (found.checked_at or 0) + _MAX_AGE <= now):
        with suppress(PuqZimbraError):  # the page comes even if nobody can write
            dns.want(key, setup, now)
    seen = found.found if found else None
    return [
        Seen(one, *where, _moment((seen or {}).get(one)), seen is None)
        for one, where in ports.items()
    ]


def _moment(values: Any) -> datetime | None:
    return datetime.fromtimestamp(int(values[0]), UTC) if values else None


def is_wish(kept: Known) -> bool:
    """Whether a row of the store is about certificates, and not about a domain."""
    return kept.key.domain == CERTIFICATES


def look_up(runtime: Runtime, kept: Known) -> None:
    """Look at the ports that a page wants to know about."""
    ports: Mapping[str, Any] = kept.setup.get(_PORTS, {})
    found = {one: _ends(str(where[0]), int(where[1])) for one, where in ports.items()}
    at = int(runtime.now().timestamp())
    runtime.store().dns.looked_up(kept.key, kept.setup, found, at, kept.wanted_at)


def _ends(host: str, port: int) -> list[str] | None:
    """Seconds since 1970, as the store keeps them; None = it could not be read."""
    try:
        with deadline.within(_SECONDS):
            return [str(int(certificate.shown_at(host, port).ends.timestamp()))]
    except (PuqZimbraError, OSError, ValueError, ssl.SSLError):
        return None
