"""`puq-zimbra service transfer`: see `puq_zimbra.hooks.transfer`."""

from __future__ import annotations

import json

import click

from puq_zimbra.billing import plain
from puq_zimbra.cli import _hints, _options
from puq_zimbra.cli._progress import waiting
from puq_zimbra.cli.service import _calls
from puq_zimbra.engine import checks, dispatch, service_lookup
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.engine.service_lookup import Found
from puq_zimbra.errors import Conflict, NotFound
from puq_zimbra.provisioning.entries import shown_name
from puq_zimbra.reply import CODES, Reply
from puq_zimbra.request import Request


class _Transfer(click.Command):
    """The command, which takes the old ``--to SERVICE_ID`` as ``--to "" SERVICE_ID``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse ``--to`` with two values or, if that leaves no service to transfer, with one."""
        words = [word for one in args for word in _split(one)]
        if "--to" not in words:
            return super().parse_args(ctx, words)
        at = words.index("--to") + 1
        old = [*words[:at], "", *words[at:]]
        if at + 1 >= len(words) or words[at + 1].startswith("-"):
            return super().parse_args(ctx, old)
        try:
            return super().parse_args(ctx, words)
        except click.MissingParameter:
            ctx.params.clear()
            return super().parse_args(ctx, old)


def _split(word: str) -> list[str]:
    return ["--to", word.removeprefix("--to=")] if word.startswith("--to=") else [word]


@click.command(cls=_Transfer)
@_options.one_service
@click.option(
    "--to", nargs=2, metavar="INSTALLATION SERVICE_ID", help="The service that takes it over."
)
@click.option("--customer", help="The billing platform's id of the customer whose service it is.")
@_options.server
@_options.dry_run
@_options.as_json
@click.pass_context
def transfer(
    context: click.Context,
    installation: str,
    service_id: str,
    to: tuple[str, str] | None,
    customer: str | None,
    server: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Hand a service over to another, such as the same domain ordered anew.

    Its stamp is changed and the day of a deletion is removed; mail, passwords and a suspension stay
    as they are. Refused while the other service has something in Zimbra. --customer notes whose it
    is, for platforms that name services by their domain; alone it changes nothing else.

    \b
    Examples:
      puq-zimbra service transfer crm.example 42 --to crm.example 99 --dry-run
      puq-zimbra service transfer foss.example firma.example --to crm.example 99
      puq-zimbra service transfer foss.example firma.example --customer 7
    """
    if to is None and customer is None:
        raise click.UsageError("Give --to INSTALLATION SERVICE_ID, --customer ID, or both.")
    if customer is not None and not checks.CUSTOMER.fullmatch(customer):
        raise click.UsageError(
            "--customer is 1 to 64 letters, digits, dots, hyphens and underscores."
        )
    source = service_lookup.named(installation, service_id)
    target = _target(source, to)
    runtime = Runtime(context.obj)
    try:
        with waiting("transfer"):
            found = _find(runtime, source, target, server)
            reply = _transfer(runtime, found, source, target, customer=customer, dry_run=dry_run)
    finally:
        runtime.close()
    _print(reply, as_json=as_json)
    context.exit(CODES[reply.code][1])


def _print(reply: Reply, *, as_json: bool) -> None:
    message = reply.message % reply.values
    if as_json:
        whole = {"ok": reply.ok, "code": reply.code, "message": message, "data": dict(reply.data)}
        click.echo(json.dumps(whole, ensure_ascii=False))
    else:
        _calls.show(message, reply.data, ok=reply.ok)


def _target(source: Request, to: tuple[str, str] | None) -> Request:
    """The service that takes over; the same one without --to."""
    if to is None:
        return source
    installation, service_id = to
    if not installation:
        installation = source.installation_id
        named = ("service", "transfer", installation, source.purchase.id)
        _hints.new_spelling(*named, "--to", installation, service_id)
    return service_lookup.named(installation, service_id)


def _transfer(
    runtime: Runtime,
    found: Found,
    source: Request,
    target: Request,
    *,
    customer: str | None,
    dry_run: bool,
) -> Reply:
    form = {"to_installation": target.installation_id, "to_id": target.purchase.id}
    if customer is not None:
        form["customer"] = customer
    service = service_lookup.service_of(found.stamped, source.purchase.id)
    params = service_lookup.params_of(runtime.config, found.server, source.installation_id, service)
    request = plain.validate({**params, "form": form, "dry_run": dry_run})
    return dispatch.carry_out_internal("transfer", request, runtime)


def _find(runtime: Runtime, source: Request, target: Request, server: str | None) -> Found:
    """The object to hand over or, if that was done before, the object handed over.

    Raises:
        NotFound: neither service has anything.
        Conflict: the other service has something already.
    """
    if source.stamp == target.stamp:
        return service_lookup.find(runtime, source, server)
    try:
        theirs = service_lookup.find(runtime, target, server)
    except NotFound:
        return service_lookup.find(runtime, source, server)
    try:
        service_lookup.find(runtime, source, server)
    except NotFound:
        return theirs
    raise Conflict(
        "The service %(to)s has %(name)s already: end that one first, or name another service.",
        to=f"{target.installation_id} {target.purchase.id}",
        name=shown_name(theirs.stamped),
    )
