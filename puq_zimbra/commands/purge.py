"""`puq-zimbra purge --due`: delete what a termination with grace named for a day that has come.

Each deletion is the hook `terminate` in mode ``delete``, with all of its refusals. The day stands
in Zimbra; nothing but that decides.

Source: cron(8); the day is written by `puq_zimbra.hooks.terminate`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import click

from puq_zimbra.commands import lookup
from puq_zimbra.config import Config
from puq_zimbra.errors import Misconfigured, PuqZimbraError
from puq_zimbra.hooks.dispatch import dispatch
from puq_zimbra.hooks.runtime import Runtime
from puq_zimbra.model import CODES
from puq_zimbra.provisioning import ownership, stamped
from puq_zimbra.provisioning.kinds import shown_name
from puq_zimbra.zimbra.answers import Entry


@dataclass(frozen=True)
class _Line:
    """What became of one service."""

    server: str
    #: the domain or the address
    service: str
    code: str
    message: str


def purge(config: Config, *, dry_run: bool, as_json: bool) -> int:
    """Delete every service whose day has come; return the exit status."""
    if not config.servers:
        raise Misconfigured("No server is configured: add [servers.NAME] to the settings.")
    runtime = Runtime(config)
    worst = count = 0
    try:
        for name in config.servers:
            for line in _server(name, runtime, dry_run=dry_run):
                click.echo(json.dumps(vars(line), ensure_ascii=False) if as_json else _text(line))
                worst = max(worst, CODES[line.code][1])
                count += 1
    finally:
        runtime.close()
    click.echo(f"servers: {len(config.servers)}, services due or unclear: {count}", err=True)
    return worst


def _server(name: str, runtime: Runtime, *, dry_run: bool) -> Iterator[_Line]:
    try:
        server = runtime.config.server(name)
        services = stamped.find_all(runtime.zimbra_of(server)).services
    except PuqZimbraError as error:  # one server's trouble must not keep the others waiting
        yield _Line(name, "", error.code, str(error))
        return
    today = runtime.now().date()
    for stamp, bearer in sorted(services.items()):
        try:
            due = ownership.purge_at(bearer)
            if due is not None and due <= today:
                yield _one(name, stamp, bearer, runtime, dry_run=dry_run)
        except PuqZimbraError as error:
            yield _Line(name, shown_name(bearer), error.code, str(error))


def _one(name: str, stamp: str, bearer: Entry, runtime: Runtime, *, dry_run: bool) -> _Line:
    _, installation, service_id = stamp.split(":")
    plan = {"plan": {"terminate": {"mode": "delete"}}}
    service = {**lookup.service_of(bearer, service_id), **plan}
    params = lookup.params_of(runtime.config, name, installation, service)
    value = dispatch("plain", "terminate", {**params, "dry_run": dry_run}, runtime).value
    message = value["message"]
    if dry_run and value["ok"]:
        count = len(value["data"]["changes"])
        message = f"{count} objects would be deleted"
    return _Line(name, shown_name(bearer), value["code"], message)


def _text(line: _Line) -> str:
    return f"{line.server}  {line.service:<40} {line.code:<14} {line.message}"
