"""The DNS records of a service's domain, as its page and the commands show them.

A page reads what is stored and notes what is to be looked up: no page waits for a resolver.
`look_up_wanted` looks up, in the background of `serve` or in `puq-zimbra work`. When it finds the
record of a key that waits, it has Zimbra sign with that key, if the settings know the server.

Source: `puq_zimbra.dns`; `puq_zimbra.store.dns`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from puq_zimbra.dns import dkim, verdict
from puq_zimbra.dns.dkim import PublicKey
from puq_zimbra.dns.lookup import Found, Resolver, key_of, look_up
from puq_zimbra.dns.records import Setup, setup_of
from puq_zimbra.dns.verdict import Judged
from puq_zimbra.engine import certificates, service_lookup
from puq_zimbra.engine.certificates import Seen
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import PuqZimbraError
from puq_zimbra.request import Request
from puq_zimbra.selfservice import signing
from puq_zimbra.store.dkim import StoredKey
from puq_zimbra.store.dns import DomainKey, Known

log = logging.getLogger("puq_zimbra")

#: seconds in which a second wish changes nothing
_JUST_NOW = 10
#: seconds for a question whose answer a page waits for
_PAGE_SECONDS = 2.0


@dataclass(frozen=True)
class DomainDns:
    """What is known of the records of a domain."""

    setup: Setup
    judged: Sequence[Judged]
    #: None = never
    checked_at: datetime | None
    #: it is to be looked up, and soon will be
    is_pending: bool
    name_servers: Sequence[str]
    #: the key that waits for its record
    waiting: StoredKey | None
    #: the keys that Zimbra used before
    replaced: Sequence[StoredKey]
    #: whether the customer may make keys
    may_make: bool


@dataclass(frozen=True)
class Dns:
    """The records of one service's domains."""

    request: Request
    runtime: Runtime

    def of(self, domain: str, used: PublicKey | None) -> DomainDns:
        """What is known of a domain whose mail Zimbra signs with a key; asks no resolver."""
        key, store = signing.key_of(self.request, domain), self.runtime.store()
        setup = self.setup(domain, used)
        known = store.dns.get(key)
        if self._is_due(known, setup):
            with suppress(PuqZimbraError):  # the page comes even if nobody can write
                store.dns.want(key, setup.as_data(), self._now())
                known = store.dns.get(key)
        found = (known and known.found) or {}
        stored = store.dkim.of(key)
        return DomainDns(
            setup,
            verdict.judge(setup, found),
            datetime.fromtimestamp(known.checked_at, UTC) if known and known.checked_at else None,
            known is None or known.wanted_at is not None,
            verdict.name_servers(setup, found),
            next((one for one in stored if one.used_at is None), None),
            [one for one in stored if one.replaced_at is not None],
            self.runtime.config.dns.make_keys,
        )

    def certificates(self) -> list[Seen]:
        """The certificates that the service's users see; asks no port."""
        return certificates.known(self.request, self.runtime)

    def setup(self, domain: str, used: PublicKey | None) -> Setup:
        """What decides about a domain's records now."""
        waiting = self.runtime.store().dkim.waiting(signing.key_of(self.request, domain))
        keys = [] if used is None else [used]
        if waiting is not None and (used is None or used.selector != waiting.selector):
            keys.append(PublicKey(waiting.selector, waiting.public))
        return setup_of(self.request.zimbra_server, domain, self.request.address, keys)

    def want(self, domain: str, used: PublicKey | None) -> bool:
        """Have a domain looked up; false if that was done just now."""
        key, store = signing.key_of(self.request, domain), self.runtime.store()
        setup, known, now = self.setup(domain, used), store.dns.get(key), self._now()
        if known is not None and not _differs(known, setup):
            if known.wanted_at is not None:
                return True
            if known.checked_at is not None and now - known.checked_at < _JUST_NOW:
                return False
        store.dns.want(key, setup.as_data(), now)
        return True

    def _is_due(self, known: Known | None, setup: Setup) -> bool:
        if known is None or _differs(known, setup):
            return True
        if known.wanted_at is not None:
            return False
        return (known.checked_at or 0) + self.runtime.config.dns.max_age <= self._now()

    def _now(self) -> int:
        return int(self.runtime.now().timestamp())


def _differs(known: Known, setup: Setup) -> bool:
    return Setup.of_data(known.setup) != setup


def texts(runtime: Runtime) -> Callable[[str], Sequence[str] | None]:
    """The TXT values of a name, asked of the resolver now, while the customer waits."""
    settings = runtime.config.dns
    seconds = min(settings.seconds, _PAGE_SECONDS)
    resolver = Resolver(settings.model_copy(update={"seconds": seconds}))
    return lambda name: resolver.ask("TXT", name)


def look_up_now(
    request: Request, runtime: Runtime, domain: str, used: PublicKey | None, reports_to: str
) -> list[Judged]:
    """Look up a domain at once, for a command; the page shows the result, too.

    ``reports_to`` is where reports go, unless a page of before says it: whom the order names, a
    command does not know.
    """
    store, key = runtime.store(), signing.key_of(request, domain)
    known = store.dns.get(key)
    of_page = str(known.setup.get("reports_to", "")) if known else ""
    setup = replace(Dns(request, runtime).setup(domain, used), reports_to=of_page or reports_to)
    found = look_up(setup, runtime.config.dns)
    at = int(runtime.now().timestamp())
    store.dns.looked_up(key, setup.as_data(), found, at, known.wanted_at if known else None)
    return verdict.judge(setup, found)


def look_up_wanted(runtime: Runtime, stop: Callable[[], bool] = lambda: False) -> int:
    """Look up the domains that pages ask for, how many; and certificates."""
    done = 0
    for known in runtime.store().dns.wanted():
        if stop():
            break
        if certificates.is_wish(known):
            certificates.look_up(runtime, known)
            continue
        setup = Setup.of_data(known.setup)
        if setup is None:  # the next page writes it anew
            continue
        found = look_up(setup, runtime.config.dns)
        at = int(runtime.now().timestamp())
        runtime.store().dns.looked_up(known.key, known.setup, found, at, known.wanted_at)
        done += 1
        if _is_published(runtime, known.key, found):
            _use(runtime, known.key)
    return done


def _is_published(runtime: Runtime, key: DomainKey, found: Found) -> bool:
    waiting = runtime.store().dkim.waiting(key)
    if waiting is None:
        return False
    public = PublicKey(waiting.selector, waiting.public)
    values = found.get(key_of("TXT", public.name_in(key.domain))) or ()
    return dkim.publishes(values, public)


def _use(runtime: Runtime, key: DomainKey) -> None:
    """Have Zimbra sign with the key that waits, if the settings have a password for its server."""
    from puq_zimbra.billing import plain
    from puq_zimbra.engine.dispatch import carry_out_internal

    config = runtime.config
    if not config.servers:
        return
    try:
        asked = service_lookup.named(key.installation, key.service_id)
        found = service_lookup.find(runtime, asked, None)
        service = service_lookup.service_of(found.stamped, key.service_id)
        params = service_lookup.params_of(config, found.server, key.installation, service)
        request = plain.validate({**params, "form": {"domain": key.domain}})
    except PuqZimbraError as error:
        log.info("dkim.left_to_the_page", extra={"fields": {"code": error.code}})
        return
    carry_out_internal("use_signing_key", request, runtime)
