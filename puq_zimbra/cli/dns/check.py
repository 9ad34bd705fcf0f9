"""`puq-zimbra dns check`: what should be in DNS for a service's domains, and what is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import click

from puq_zimbra.billing import plain
from puq_zimbra.cli import _options
from puq_zimbra.cli._progress import waiting
from puq_zimbra.config import load
from puq_zimbra.dns import verdict
from puq_zimbra.dns.verdict import Judged
from puq_zimbra.engine import dns, service_lookup
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import NoSuchAccount, Refused
from puq_zimbra.provisioning.entries import domain_of, sold_address
from puq_zimbra.reply import CODES
from puq_zimbra.request import Request
from puq_zimbra.selfservice import signing
from puq_zimbra.units import shown_domain
from puq_zimbra.zimbra.client import Zimbra

#: exit statuses by the worst state of the records that mail needs
_STATUSES: Mapping[str, int] = {
    verdict.RIGHT: 0,
    verdict.WRONG: CODES["refused"][1],
    verdict.UNKNOWN: CODES["pending"][1],
}


@click.command()
@_options.one_service
@_options.server
@_options.as_json
@click.pass_context
def check(
    context: click.Context, installation: str, service_id: str, server: str | None, as_json: bool
) -> None:
    """Look up the DNS records of a service's domains, and judge them.

    Exit status 0 when all records that mail needs are right, 1 when one is missing or wrong, 75
    when one could not be looked up. The customer's page shows the same result.

    \b
    Examples:
      puq-zimbra dns check crm.example 42
      puq-zimbra dns check crm.example 42 --server mail1 --json
    """
    runtime = Runtime(load(context.obj))
    try:
        with waiting("dns"):
            found = dict(_checked(runtime, installation, service_id, server))
    finally:
        runtime.close()
    if as_json:
        click.echo(json.dumps(_data(found), ensure_ascii=False))
    else:
        _print(found)
    states = {verdict.overall(judged) for judged in found.values()}
    worst = next(one for one in _worst_first() if one in states)
    context.exit(_STATUSES[worst])


def _worst_first() -> tuple[str, ...]:
    return (verdict.WRONG, verdict.UNKNOWN, verdict.RIGHT)


def _checked(
    runtime: Runtime, installation: str, service_id: str, server: str | None
) -> Iterator[tuple[str, list[Judged]]]:
    """Each domain of the service, and its records.

    Raises:
        Refused: the service is one mailbox.
    """
    asked = service_lookup.named(installation, service_id)
    found = service_lookup.find(runtime, asked, server)
    if sold_address(found.stamped):
        raise Refused("The service is one mailbox: the records of its domain are the provider's.")
    config = runtime.config
    service = service_lookup.service_of(found.stamped, service_id)
    params = service_lookup.params_of(config, found.server, installation, service)
    request = config.complete(plain.validate(params))
    zimbra = runtime.zimbra(request)
    reports_to = _administrator(zimbra, request)
    for domain in signing.domains(zimbra, request, found.stamped):
        name = domain_of(domain)
        used = signing.in_use(zimbra, name)
        yield name, dns.look_up_now(request, runtime, name, used, reports_to)


def _administrator(zimbra: Zimbra, request: Request) -> str:
    """The address of the service's administrator, if there is such a mailbox; else ""."""
    try:
        zimbra.get_account(request.address, "name", ("zimbraId",))
    except NoSuchAccount:
        return ""
    return request.address


def _data(found: Mapping[str, list[Judged]]) -> dict[str, Any]:
    return {
        "domains": [
            {
                "domain": name,
                "state": verdict.overall(judged),
                "records": [verdict.as_data(one) for one in judged],
            }
            for name, judged in found.items()
        ]
    }


def _print(found: Mapping[str, list[Judged]]) -> None:
    for name, judged in found.items():
        click.echo(f"{shown_domain(name)}: {verdict.overall(judged)}")
        for one in judged:
            _print_one(one)


def _print_one(one: Judged) -> None:
    record = one.record
    note = f"  ({one.note})" if one.note else ""
    click.echo(f"  {one.state:<8} {record.type:<4} {record.name}{note}")
    if one.state != verdict.RIGHT:
        for value in one.values:
            click.echo(f"             should be  {value}")
        for value in one.found:
            click.echo(f"             is         {value}")
