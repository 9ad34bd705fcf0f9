"""`puq-zimbra orphans`: services that only Zimbra or only the billing platform holds.

They are reported and never deleted. Both sides are read whole, or nothing is reported: with an
incomplete list, services that are sold would be called orphans.

Source: Open Service Broker API, "Orphan Mitigation" (and why it is not done unasked).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import click

from puq_zimbra import service_list
from puq_zimbra.cli import _options
from puq_zimbra.cli._progress import waiting
from puq_zimbra.config import Config, load
from puq_zimbra.engine import service_lookup
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import Refused
from puq_zimbra.provisioning import stamp_search
from puq_zimbra.provisioning.entries import shown_name, status_of
from puq_zimbra.service_list import ServiceList
from puq_zimbra.zimbra.answers import Entry


@dataclass(frozen=True)
class Finding:
    """One difference between the two sides."""

    #: orphan, missing, name-differs, unclear
    finding: str
    stamp: str
    #: the server's name in the settings; "" = none
    server: str
    #: the domain or the mailbox as people read it; "" = none
    name: str
    note: str


@click.command()
@click.option(
    "--services", "path", required=True, help="The billing platform's list, CSV or JSON; - = stdin."
)
@_options.server
@click.option("--installation", help="The list's installation, if the list does not name it.")
@click.option(
    "--allow-no-match",
    is_flag=True,
    help="Go on if the list is empty or matches nothing in Zimbra.",
)
@_options.as_json
@click.pass_context
def orphans(
    context: click.Context,
    path: str,
    server: str | None,
    installation: str | None,
    allow_no_match: bool,
    as_json: bool,
) -> None:
    """Compare the billing platform's list of services with the stamps in Zimbra.

    Reports services that only Zimbra holds (orphan), that only the list holds (missing), whose name
    differs (name-differs) and whose stamp is not clear (unclear). Nothing is deleted. The list is
    CSV with the columns service_id and, optionally, installation, domain and mailbox; or JSON. Exit
    status 1 if anything was found; nothing is reported if either side cannot be read whole.

    \b
    Examples:
      puq-zimbra orphans --services services.csv --installation crm.example
      echo '["42", "43"]' | puq-zimbra orphans --services - --installation crm.example --json
    """
    config = load(context.obj)
    names = service_lookup.servers(config, server)
    listed = service_list.read(path, installation)
    if not listed.installations:
        raise click.UsageError("--installation is needed: the list names none.")
    if not listed.services and not allow_no_match:
        raise Refused(
            "The list is empty, so that every service would be an orphan: see --allow-no-match."
        )
    with waiting("orphans"):
        held, unclear = _held(config, names, listed.installations)
    if held and not allow_no_match and not any(one in held for one in listed.services):
        raise Refused(
            "None of the list's services is in Zimbra, which holds %(count)s others: if that is no"
            " mistake, see --allow-no-match.",
            count=len(held),
        )
    findings = _compare(listed, held, unclear)
    _print(findings, names, len(held) + len(unclear), len(listed.services), as_json=as_json)
    context.exit(1 if findings else 0)


def _print(
    findings: Sequence[Finding], servers: Sequence[str], held: int, known: int, *, as_json: bool
) -> None:
    if as_json:
        rows = [vars(one) for one in findings]
        whole = {"servers": servers, "held": held, "known": known, "findings": rows}
        click.echo(json.dumps(whole, ensure_ascii=False))
    else:
        for one in findings:
            click.echo(f"{one.finding:<15} {one.stamp}  {one.server}  {one.name}  {one.note}")
    summary = f"in Zimbra: {held}, in the list: {known}, findings: {len(findings)}"
    click.echo(summary, err=True)


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
                found = stamp_search.find_all(zimbra, installation)
                unclear.update(dict.fromkeys(found.unclear, name))
                for stamp, stamped in found.services.items():
                    if stamp in held:  # on two servers
                        unclear[stamp] = f"{held[stamp][0]}, {name}"
                    held[stamp] = (name, stamped)
    finally:
        runtime.close()
    return {stamp: one for stamp, one in held.items() if stamp not in unclear}, unclear


def _compare(
    listed: ServiceList, held: Mapping[str, tuple[str, Entry]], unclear: Mapping[str, str]
) -> list[Finding]:
    findings = []
    for stamp, (server, stamped) in sorted(held.items()):
        shown, wanted = shown_name(stamped), listed.services.get(stamp, "")
        if stamp not in listed.services:
            note = "status " + status_of(stamped)
            findings.append(Finding("orphan", stamp, server, shown, note))
        elif wanted not in ("", shown, shown.rpartition("@")[2]):
            note = "in the list: " + wanted
            findings.append(Finding("name-differs", stamp, server, shown, note))
    for stamp, server in sorted(unclear.items()):
        note = "on several objects, or beside another stamp"
        findings.append(Finding("unclear", stamp, server, "", note))
    for stamp, wanted in sorted(listed.services.items()):
        if stamp not in held and stamp not in unclear:
            findings.append(Finding("missing", stamp, "", wanted, "nothing bears it"))
    return findings
