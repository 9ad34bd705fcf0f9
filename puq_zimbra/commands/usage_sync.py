"""`puq-zimbra usage sync`: what cron runs, with a progress bar for people.

Source: cron(8) mails what is printed, so without a terminal there is one summary line.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click

from puq_zimbra.call import Server
from puq_zimbra.commands.progress import Bar
from puq_zimbra.config import Config
from puq_zimbra.errors import Busy, Misconfigured, StoreUnusable
from puq_zimbra.model import CODES
from puq_zimbra.store.database import Store
from puq_zimbra.usage.sync import Result, sync_all, sync_server
from puq_zimbra.zimbra.client import Zimbra

log = logging.getLogger("puq_zimbra")


def sync(config: Config, names: tuple[str, ...], *, jobs: int, resume: bool, as_json: bool) -> int:
    """Sync the named servers, or all; return the exit status."""
    if not config.servers:
        raise Misconfigured("No server is configured: add [servers.NAME] to the settings.")
    wanted = tuple(dict.fromkeys(names)) or tuple(config.servers)
    store = Store.open(config)
    try:
        run, goes_on = store.runs.begin(datetime.now(UTC), resume=resume)
        left = [n for n in wanted if not (goes_on and _was_read(n, config, store, run))]
        results = _sync_all(left, config, store, jobs)
        store.runs.end(run, datetime.now(UTC))
        _forget_old(config, store)
    finally:
        store.close()
    failed = [one for one in results if one.error is not None]
    summary: dict[str, Any] = {
        "complete": not failed,
        "services": sum(one.services for one in results),
        "mailboxes": sum(one.mailboxes for one in results),
        "failed": {one.name: str(one.error) for one in failed},
    }
    if as_json:
        click.echo(json.dumps(summary, ensure_ascii=False))
    else:
        click.echo(_line(summary, len(results)))
        for name, error in summary["failed"].items():
            click.echo(f"{name} was not read, its last figures stay: {error}", err=True)
    return max((CODES[one.error.code][1] for one in failed if one.error), default=0)


def _was_read(name: str, config: Config, store: Store, run: datetime) -> bool:
    """Whether a stopped run that is gone on with has read a server already."""
    try:
        return store.runs.has_read(config.server(name).place, run)
    except Misconfigured:
        return False  # the sync of it will say so


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
    """Forget old figures and operations: this cron job is the one that every provider has."""
    try:
        store.history.prune(datetime.now(UTC), config.usage)
        store.forget_ended(config.store.keep_operations_days)
    except (Busy, StoreUnusable):  # the figures are read, and tomorrow is another day
        log.warning("old figures and operations not forgotten")


def _sync_one(name: str, config: Config, store: Store, *, shown: bool) -> Result:
    try:
        server = config.server(name)
    except Misconfigured as error:  # one server's settings must not keep the others from being read
        return Result(name, 0, 0, error)
    zimbra: Zimbra | None = None

    def connect(to: Server) -> Zimbra:
        nonlocal zimbra
        zimbra = Zimbra(to, config.limits, config.store_directory())
        return zimbra

    bar = Bar(name)
    try:
        progress = bar.show if shown else (lambda done, total: None)
        return sync_server(name, server, connect, store, datetime.now(UTC), progress)
    finally:
        bar.close()
        if zimbra is not None:
            zimbra.close()


def _line(summary: dict[str, Any], servers: int) -> str:
    read = servers - len(summary["failed"])
    return (
        f"servers read: {read} of {servers}, services: {summary['services']},"
        f" mailboxes: {summary['mailboxes']}"
    )
