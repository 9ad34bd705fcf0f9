"""What the verbs of `puq-zimbra server settings` share: find the service, ask, print."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from puq_zimbra.billing import plain
from puq_zimbra.cli._progress import waiting
from puq_zimbra.engine import dispatch, service_lookup
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.reply import CODES, Reply

of_domain = click.option(
    "--domain", default="", help="Of this domain of the service; else its first one."
)
of_class = click.option(
    "--class", "cos", default="", metavar="NAME",
    help="Of this class of service; else the domain's own.",
)  # fmt: skip


def carry_out(
    settings: Path | None,
    service: tuple[str, str],
    form: Mapping[str, str],
    *,
    server: str | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Change a service's settings and print what was changed; return the exit status."""
    installation, service_id = service
    runtime = Runtime(settings)
    try:
        asked = service_lookup.named(installation, service_id)
        found = service_lookup.find(runtime, asked, server)
        params = params_of(runtime, found, installation, service_id)
        given = {**params, "form": dict(form), "dry_run": dry_run}
        request = plain.validate({**given, "actor": {"kind": "staff"}})
        with waiting("settings"):
            reply = dispatch.carry_out_internal("change_settings", request, runtime)
    finally:
        runtime.close()
    _print(reply, as_json=as_json)
    return CODES[reply.code][1]


def params_of(
    runtime: Runtime, found: service_lookup.Found, installation: str, service_id: str
) -> dict[str, Any]:
    """A request for a service that was found; staff have all that a product could grant."""
    sold = service_lookup.service_of(found.stamped, service_id)
    service = {**sold, "plan": {"self_service": ["full"]}}
    return service_lookup.params_of(runtime.config, found.server, installation, service)


def _print(reply: Reply, *, as_json: bool) -> None:
    message = reply.message % reply.values
    if as_json:
        whole = {"ok": reply.ok, "code": reply.code, "message": message, "data": dict(reply.data)}
        click.echo(json.dumps(whole, ensure_ascii=False))
        return
    click.echo(message, err=not reply.ok)
    for one in reply.data.get("changes", ()):
        click.echo(
            f"{one['setting']:<22} {one['object']}  {_list(one['before'])} -> {_list(one['after'])}"
        )
    if reply.data.get("restart"):
        click.echo(f"to be restarted: {', '.join(reply.data['restart'])}")


def _list(values: Any) -> str:
    return "+".join(values) or "-"
