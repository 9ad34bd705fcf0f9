"""`puq-zimbra purge --due`: delete the services whose grace period has ended, and what bins hold.

Each deletion of a service is the hook `purge`, which is `terminate` in mode ``delete`` with all of
its refusals; the customers' bins are the hook `purge_bin`. Both read the day again, because the
list may be hours old when a service's turn comes.

Source: cron(8); the day is written by `puq_zimbra.hooks.terminate`.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import click

from puq_zimbra import file_owner, products
from puq_zimbra.billing import plain
from puq_zimbra.cli import _job, _options
from puq_zimbra.cli._progress import Count
from puq_zimbra.config import load
from puq_zimbra.engine import service_lookup
from puq_zimbra.engine.dispatch import carry_out_internal
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import Misconfigured, PuqZimbraError, filled_in
from puq_zimbra.hooks.purge import is_due
from puq_zimbra.provisioning import bin_end, clock, ownership, stamp_search
from puq_zimbra.provisioning.entries import shown_name
from puq_zimbra.reply import CODES
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

log = logging.getLogger("puq_zimbra")


@dataclass(frozen=True)
class _Line:
    """The result of one service."""

    server: str
    #: the domain or the address
    service: str
    code: str
    message: str


@click.command()
@click.option(
    "--due", is_flag=True, required=True, help="All services that are due by today (UTC)."
)
@click.option("--dry-run", is_flag=True, help="Say what would be deleted, and delete nothing.")
@_options.json_lines
@click.pass_context
def purge(context: click.Context, due: bool, dry_run: bool, as_json: bool) -> None:
    """Delete the services whose grace period is over, for cron.

    So are the mailboxes whose last day in a customer's bin has come. Looks at every configured
    server. Exit status 0 only if everything that was due is gone.

    \b
    Examples:
      puq-zimbra purge --due --dry-run
      puq-zimbra purge --due
    """
    config = load(context.obj)
    if not config.servers:
        raise Misconfigured("No server is configured: add [servers.NAME] to the settings.")
    file_owner.require_ours(config)
    _job.logged(context, config)
    runtime, shown = Runtime(config), Count("purge")
    worst, codes = 0, Counter[str]()
    try:
        with _job.counted("purge") as told:
            for name in config.servers:
                for line in due_on(name, runtime, shown.say, dry_run=dry_run):
                    shown.clear()
                    click.echo(
                        json.dumps(vars(line), ensure_ascii=False) if as_json else _text(line)
                    )
                    worst = max(worst, CODES[line.code][1])
                    codes[line.code] += 1
            told |= {"servers": len(config.servers), "services": codes.total(), "status": worst}
    finally:
        shown.clear()
        runtime.close()
    ends = "".join(f", {code}: {number}" for code, number in sorted(codes.items()))
    click.echo(
        f"servers: {len(config.servers)}, services due or unclear: {codes.total()}{ends}", err=True
    )
    context.exit(worst)


def due_on(
    name: str,
    runtime: Runtime,
    say: Callable[[str], None] = lambda _: None,
    *,
    dry_run: bool = False,
) -> Iterator[_Line]:
    """Delete what is due on one configured server; a line for each service.

    ``say`` is told what is going on.
    """
    try:
        say(f"{name}: looking for services")
        server = runtime.config.server(name)
        zimbra = runtime.zimbra_of(server)
        services = stamp_search.find_all(zimbra).services
        clock.require_right(zimbra, runtime.now())
    except PuqZimbraError as error:  # the other servers go on
        yield _failed(name, "", error)
        return
    today = runtime.now().date()
    for number, (stamp, stamped) in enumerate(sorted(services.items()), 1):
        say(f"{name}: service {number} of {len(services)}")
        try:
            if is_due(stamped, today):
                yield _one("purge", name, stamp, stamped, runtime, dry_run=dry_run)
            elif _has_bin(zimbra, stamped, today):
                yield _one("purge_bin", name, stamp, stamped, runtime, dry_run=dry_run)
        except PuqZimbraError as error:
            yield _failed(name, shown_name(stamped), error)


def _failed(name: str, service: str, error: PuqZimbraError) -> _Line:
    """The line of what could not be looked at; no operation logs it."""
    line = _Line(name, service, error.code, str(error))
    fields = {"server": name, "service": service, "code": error.code, "message": line.message}
    log.warning("purge not looked at", extra={"fields": fields})
    return line


def _has_bin(zimbra: Zimbra, stamped: Entry, today: date) -> bool:
    """Whether a bin of the service has something to end: what is due, or an old mark."""
    product = products.PRODUCTS[ownership.model_of(stamped)]
    return any(
        next(bin_end.ended(zimbra, domain, today), None) is not None
        for domain in product.everything(zimbra, stamped)
    )


def _one(
    event: str, name: str, stamp: str, stamped: Entry, runtime: Runtime, *, dry_run: bool
) -> _Line:
    _, installation, service_id = stamp.split(":")
    service = service_lookup.service_of(stamped, service_id)
    params = service_lookup.params_of(runtime.config, name, installation, service)
    reply = carry_out_internal(event, plain.validate({**params, "dry_run": dry_run}), runtime)
    message = filled_in(reply.message, reply.values)
    if "changes" in reply.data:
        message = f"{len(reply.data['changes'])} objects would be deleted"
    return _Line(name, shown_name(stamped), reply.code, message)


def _text(line: _Line) -> str:
    return f"{line.server}  {line.service:<40} {line.code:<14} {line.message}"
