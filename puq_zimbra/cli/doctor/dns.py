"""Check of `puq-zimbra doctor`: a resolver answers, and which customers' records are wrong.

Source: `puq_zimbra.dns`; the last look-ups, as the store keeps them. No customer's domain is looked
up here.
"""

from __future__ import annotations

import shlex

from puq_zimbra.cli.doctor.findings import Finding, Findings
from puq_zimbra.cli.doctor.subjects import Machine
from puq_zimbra.dns import verdict
from puq_zimbra.dns.lookup import Resolver
from puq_zimbra.dns.records import Setup
from puq_zimbra.errors import PuqZimbraError
from puq_zimbra.store import engine as engines
from puq_zimbra.store import files
from puq_zimbra.store.dns import DnsChecks, Known

#: domains that are named
_MOST = 5


def check(machine: Machine) -> Findings:
    """Check the resolver, then the last look-ups; nothing where no page was opened yet."""
    known = _known(machine)
    if known or machine.config.dns.resolvers:
        yield from _resolver(machine)
    yield from _without_mx(known)
    yield from _wrong(known)


def _known(machine: Machine) -> list[Known]:
    """The last look-ups; none where there is no store, which no check makes or changes."""
    config = machine.config
    try:
        if config.store.url is None and not files.database(config).exists():
            return []
        engine = engines.make(config)
        try:
            return DnsChecks(engine).last()
        finally:
            engine.dispose()
    except (PuqZimbraError, OSError):
        return []  # the check of the store says why


def _resolver(machine: Machine) -> Findings:
    # The root has name servers, whatever else is reachable.
    if Resolver(machine.config.dns).ask("NS", "."):
        yield Finding("dns", "ok", "The resolver answers.")
        return
    words = "No resolver answers: the DNS records of customers' domains cannot be checked."
    yield Finding("dns", "warning", words, ("cat /etc/resolv.conf", '[dns] resolvers = ["…"]'))


def _without_mx(known: list[Known]) -> Findings:
    setups = [Setup.of_data(one.setup) for one in known]
    bare = [one.domain for one in setups if one is not None and not one.mx]
    if bare:
        words = (
            "The mail server is named by its address alone, so customers are told no MX record:"
            f" {_names(bare)}."
        )
        yield Finding("dns", "warning", words, ('[servers.NAME] mx = ["mail.example.test"]',))


def _wrong(known: list[Known]) -> Findings:
    wrong = [one for one in known if _state(one) == verdict.WRONG]
    if wrong:
        names = _names([one.key.domain for one in wrong])
        words = f"Records that mail needs are missing or wrong: {names}."
        first = wrong[0].key
        command = shlex.join(("puq-zimbra", "dns", "check", first.installation, first.service_id))
        yield Finding("dns", "note", words, (command,))
    elif known:
        words = f"No record that mail needs is known to be wrong, of {len(known)} domains."
        yield Finding("dns", "ok", words)


def _names(domains: list[str]) -> str:
    more = f" and {len(domains) - _MOST} more" if len(domains) > _MOST else ""
    return ", ".join(domains[:_MOST]) + more


def _state(one: Known) -> str:
    setup = Setup.of_data(one.setup)
    if setup is None:
        return verdict.UNKNOWN
    return verdict.overall(verdict.judge(setup, one.found or {}))
