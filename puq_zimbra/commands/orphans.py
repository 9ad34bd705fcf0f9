"""`puq-zimbra orphans`: what Zimbra holds and the billing platform does not know, and the reverse.

Reported and never deleted. Both sides are read whole, or nothing is said: a short list would call
services orphans that are none.

Source: Open Service Broker API, "Orphan Mitigation" (and why it is not done unasked).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import click

from puq_zimbra.commands import lookup
from puq_zimbra.commands.known import Known, known_services
from puq_zimbra.config import Config
from puq_zimbra.errors import Refused
from puq_zimbra.hooks.runtime import Runtime
from puq_zimbra.provisioning import stamped
from puq_zimbra.provisioning.kinds import shown_name, status_of
from puq_zimbra.zimbra.answers import Entry


@dataclass(frozen=True)
class Finding:
    """One thing that the two sides do not agree on."""

    #: orphan, missing, name-differs, unclear
    finding: str
    stamp: str
    #: the server's name in the settings; "" = none
    server: str
    #: the domain or the mailbox as people read it; "" = none
    name: str
    note: str


def orphans(
    config: Config,
    path: str,
    server: str | None,
    installation: str | None,
    *,
    allow_no_match: bool,
    as_json: bool,
) -> int:
    """Print what differs; return the exit status, 1 if anything does."""
    names = lookup.servers(config, server)
    known = known_services(path, installation)
    if not known.services and not allow_no_match:
        raise Refused(
            "The list is empty, so that every service would be an orphan: see --allow-no-match."
        )
    held, unclear = _held(config, names, known.installations)
    if held and not allow_no_match and not any(one in held for one in known.services):
        raise Refused(
            "None of the list's services is in Zimbra, which holds %(count)s others: if that is no"
            " mistake, see --allow-no-match.",
            count=len(held),
        )
    findings = _compare(known, held, unclear)
    count = len(held) + len(unclear)
    if as_json:
        told = [vars(one) for one in findings]
        whole = {"servers": names, "held": count, "known": len(known.services), "findings": told}
        click.echo(json.dumps(whole, ensure_ascii=False))
    else:
        for one in findings:
            click.echo(f"{one.finding:<15} {one.stamp}  {one.server}  {one.name}  {one.note}")
    summary = f"in Zimbra: {count}, in the list: {len(known.services)}, findings: {len(findings)}"
    click.echo(summary, err=True)
    return 1 if findings else 0


def _held(
    config: Config, names: Sequence[str], installations: frozenset[str]
) -> tuple[dict[str, tuple[str, Entry]], dict[str, str]]:
    """The services in Zimbra, stamp -> (server, bearer), and unclear stamps with their servers.

    Raises:
        PuqZimbraError: a server was not read whole.
    """
    held: dict[str, tuple[str, Entry]] = {}
    unclear: dict[str, str] = {}
    runtime = Runtime(config)
    try:
        for name in names:
            zimbra = runtime.zimbra_of(config.server(name))
            for installation in sorted(installations):
                found = stamped.find_all(zimbra, installation)
                unclear.update(dict.fromkeys(found.unclear, name))
                for stamp, bearer in found.services.items():
                    if stamp in held:  # on two servers
                        unclear[stamp] = f"{held[stamp][0]}, {name}"
                    held[stamp] = (name, bearer)
    finally:
        runtime.close()
    return {stamp: one for stamp, one in held.items() if stamp not in unclear}, unclear


def _compare(
    known: Known, held: Mapping[str, tuple[str, Entry]], unclear: Mapping[str, str]
) -> list[Finding]:
    findings = []
    for stamp, (server, bearer) in sorted(held.items()):
        shown, wanted = shown_name(bearer), known.services.get(stamp, "")
        if stamp not in known.services:
            note = "status " + status_of(bearer)
            findings.append(Finding("orphan", stamp, server, shown, note))
        elif wanted not in ("", shown, shown.rpartition("@")[2]):
            note = "in the list: " + wanted
            findings.append(Finding("name-differs", stamp, server, shown, note))
    for stamp, server in sorted(unclear.items()):
        note = "on several objects, or beside another stamp"
        findings.append(Finding("unclear", stamp, server, "", note))
    for stamp, wanted in sorted(known.services.items()):
        if stamp not in held and stamp not in unclear:
            findings.append(Finding("missing", stamp, "", wanted, "nothing bears it"))
    return findings
