"""`puq-zimbra usage sync`: see `puq_zimbra.usage.sync`; here with a progress bar and a summary.

Source: cron(8), which mails what is printed: without a terminal there is one summary line.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click

from puq_zimbra.cli import _job, _options
from puq_zimbra.cli._progress import Bar
from puq_zimbra.config import Config, load
from puq_zimbra.engine.runtime import shared_limit
from puq_zimbra.errors import Busy, Misconfigured, StoreAway, StoreUnusable
from puq_zimbra.reply import CODES
from puq_zimbra.store.database import Store
from puq_zimbra.usage.sync import Result, sync_all, sync_server
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra_server import Server

log = logging.getLogger("puq_zimbra")

#: characters of a sentence in the log
_LONGEST = 500


@click.command()
@click.option("--server", "names", multiple=True, help="Only this server of the configuration.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=16,
    show_default=True,
    help="How many servers are read at once.",
)
@click.option("--resume", is_flag=True, help="Continue a run that was stopped.")
@_options.json_summary
@click.pass_context
def sync(
    context: click.Context, names: tuple[str, ...], jobs: int, resume: bool, as_json: bool
) -> None:
    """Measure every service of every configured server, for cron.

    Exit status 0 only if everything was read whole. The last readings of the rest stay and are
    marked as stale; the status is then 69, 78 for what the provider must correct, or 1 for services
    that were left out.

    \b
    Examples:
      puq-zimbra usage sync
      puq-zimbra usage sync --resume
      puq-zimbra --config /etc/puq-zimbra/config.toml usage sync --server mail1 --json
    """
    config = load(context.obj)
    if not config.servers:
        raise Misconfigured("No server is configured: add [servers.NAME] to the settings.")
    wanted = tuple(dict.fromkeys(names)) or tuple(config.servers)
    _job.logged(context, config)
    store = Store.open(config)
    try:
        with _job.counted("usage sync") as told:
            run, goes_on = store.runs.begin(datetime.now(UTC), resume=resume)
            left = [n for n in wanted if not (goes_on and _was_read(n, config, store, run))]
            results = _sync_all(left, config, store, jobs)
            store.runs.end(run, datetime.now(UTC))
            _forget_old(config, store)
            told.update(_counts(results))
    finally:
        store.close()
    _show(results, as_json=as_json)
    codes = [one.error.code for one in results if one.error is not None]
    context.exit(max((CODES[code][1] for code in codes), default=0))


def _counts(results: Sequence[Result]) -> dict[str, object]:
    return {
        "servers": len(results),
        "failed": sum(one.error is not None for one in results),
        "services": sum(one.services for one in results),
        "mailboxes": sum(one.mailboxes for one in results),
    }


def _show(results: Sequence[Result], *, as_json: bool) -> None:
    failed = {one.name: str(one.error) for one in results if one.error is not None}
    summary: dict[str, Any] = {
        "complete": not failed,
        "services": sum(one.services for one in results),
        "mailboxes": sum(one.mailboxes for one in results),
        "failed": failed,
        "notes": {one.name: list(one.notes) for one in results if one.notes},
    }
    if as_json:
        click.echo(json.dumps(summary, ensure_ascii=False))
        return
    click.echo(
        f"servers read: {len(results) - len(failed)} of {len(results)},"
        f" services: {summary['services']}, mailboxes: {summary['mailboxes']}"
    )
    for name, error in failed.items():
        click.echo(f"{name} was not read whole, its last figures stay: {error}", err=True)
    for name, notes in summary["notes"].items():
        for note in notes:
            click.echo(f"{name}: {note}.", err=True)


def _was_read(name: str, config: Config, store: Store, run: datetime) -> bool:
    """Whether the stopped run that is resumed has read a server already."""
    try:
        return store.runs.has_read(config.server(name).host_port, run, datetime.now(UTC))
    except Misconfigured:
        return False  # the sync itself reports it


def _sync_all(names: Sequence[str], config: Config, store: Store, jobs: int) -> list[Result]:
    alone = len(names) == 1
    bar = Bar("servers")
    try:
        return sync_all(
            names,
            lambda name: _sync_one(name, config, store, shown=alone),
            jobs,
            (lambda done, total: None) if alone else bar.show,
        )
    finally:
        bar.close()


def _forget_old(config: Config, store: Store) -> None:
    """Delete old readings and operations: this is the cron job that every provider runs."""
    try:
        store.history.prune(datetime.now(UTC), config.usage)
        store.forget_ended(config.store.keep_operations_days)
    except (Busy, StoreAway, StoreUnusable):  # the readings are stored; the next run tries again
        log.warning("old figures and operations not forgotten")


def _sync_one(name: str, config: Config, store: Store, *, shown: bool) -> Result:
    """Read one server, and log how that ended."""
    began = time.monotonic()
    result = _read_one(name, config, store, shown=shown)
    fields: dict[str, object] = {"server": name, "code": "done", "services": result.services}
    fields["mailboxes"] = result.mailboxes
    level = logging.INFO
    if result.error is not None:
        fields |= {"code": result.error.code, "message": str(result.error)[:_LONGEST]}
        level = logging.WARNING
    fields["seconds"] = _job.seconds_since(began)
    log.log(level, "usage of a server", extra={"fields": fields})
    return result


def _read_one(name: str, config: Config, store: Store, *, shown: bool) -> Result:
    try:
        server = config.server(name)
    except Misconfigured as error:  # the other servers are read
        return Result(name, 0, 0, error)
    zimbra: Zimbra | None = None

    def connect(to: Server) -> Zimbra:
        nonlocal zimbra
        shared = shared_limit(config, lambda: store)
        zimbra = Zimbra(to, config.limits, config.store_directory(), shared)
        return zimbra

    bar = Bar(name)
    try:
        progress = bar.show if shown else (lambda done, total: None)
        return sync_server(name, server, connect, store, datetime.now(UTC), progress)
    finally:
        bar.close()
        if zimbra is not None:
            zimbra.close()
