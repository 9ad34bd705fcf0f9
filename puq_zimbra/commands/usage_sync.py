"""`puq-zimbra usage sync`: what cron runs, with a progress bar for people.

Source: cron(8) mails what is printed, so without a terminal there is one summary line.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

import click

from puq_zimbra.call import Server
from puq_zimbra.commands.progress import Bar
from puq_zimbra.commands.store import forget_ended
from puq_zimbra.config import Config
from puq_zimbra.errors import Busy, Misconfigured, StoreUnusable
from puq_zimbra.model import CODES
from puq_zimbra.store.database import Store
from puq_zimbra.usage.sync import Result, sync_server
from puq_zimbra.zimbra.client import Zimbra

log = logging.getLogger("puq_zimbra")


def sync(config: Config, names: tuple[str, ...], *, as_json: bool) -> int:
    """Sync the named servers, or all; return the exit status."""
    if not config.servers:
        raise Misconfigured("No server is configured: add [servers.NAME] to the settings.")
    store = Store.open(config)
    try:
        results = [_sync_one(name, config, store) for name in names or config.servers]
        _forget_ended(config, store)
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


def _forget_ended(config: Config, store: Store) -> None:
    """Forget old operations: this cron job is the one that every provider has."""
    try:
        forget_ended(config, store)
    except (Busy, StoreUnusable):  # the figures are read, and tomorrow is another day
        log.warning("old operations not forgotten")


def _sync_one(name: str, config: Config, store: Store) -> Result:
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
        return sync_server(name, server, connect, store, datetime.now(UTC), bar.show)
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
