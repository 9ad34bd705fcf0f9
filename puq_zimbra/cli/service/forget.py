"""`puq-zimbra service forget`: see `puq_zimbra.engine.forgetting`."""

from __future__ import annotations

import json

import click

from puq_zimbra.cli import _options
from puq_zimbra.cli._progress import waiting
from puq_zimbra.config import load
from puq_zimbra.engine import forgetting, service_lookup
from puq_zimbra.engine.forgetting import Forgotten
from puq_zimbra.engine.runtime import Runtime


@click.command()
@_options.one_service
@click.option("--server-is-gone", is_flag=True, help="Its server is no longer configured.")
@_options.dry_run
@_options.as_json
@click.pass_context
def forget(
    context: click.Context,
    installation: str,
    service_id: str,
    server_is_gone: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take a former customer's addresses and texts out of the store.

    Only once nothing in Zimbra bears its stamp any more. Operations, mailboxes, imports, DNS, keys
    and kept answers go. Sums and what was billed stay, without names; the audit's lines stay, under
    a pseudonym, and count as intact. SQLite's file is written anew, for which hooks wait. Backups
    and the system's journal are not touched.

    \b
    Examples:
      puq-zimbra service forget crm.example 42 --dry-run
      puq-zimbra service forget crm.example 42
      puq-zimbra audit --service 42
    """
    asked = service_lookup.named(installation, service_id)
    runtime = Runtime(load(context.obj))
    try:
        with waiting("forget"):
            done = forgetting.forget(runtime, asked, dry_run=dry_run, server_is_gone=server_is_gone)
    finally:
        runtime.close()
    _print(done, dry_run=dry_run, as_json=as_json)


def _print(done: Forgotten, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        summary = {"known_as": done.known_as, "forgotten": done.counts}
        more = {"overwritten": done.overwritten, "dry_run": dry_run}
        click.echo(json.dumps({**summary, **more}, ensure_ascii=False))
        return
    told = [f"{count} {what.replace('_', ' ')}" for what, count in done.counts.items() if count]
    verb = "would be forgotten" if dry_run else "forgotten"
    click.echo(f"{verb}: {', '.join(told) or 'nothing, for nothing is held of it'}")
    if told and not dry_run:
        click.echo(f"the audit knows it as {done.known_as}")
    if not done.overwritten:
        click.echo("Traces are left in the database's file, which is in use: run this again.")
