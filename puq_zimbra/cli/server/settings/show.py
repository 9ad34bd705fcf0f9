"""`puq-zimbra server settings show`: what each is, where that comes from, and the last changes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import click

from puq_zimbra.billing import plain
from puq_zimbra.cli import _options
from puq_zimbra.cli._progress import waiting
from puq_zimbra.cli.server.settings import _calls
from puq_zimbra.engine import service_lookup
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import NotFound
from puq_zimbra.provisioning.entries import sold_address
from puq_zimbra.selfservice import scope, server_settings, setting_history
from puq_zimbra.selfservice.setting_history import Past
from puq_zimbra.settings.reading import Held

#: operations that are looked through for changes
_LOOKED_AT = 200


@click.command()
@_options.one_service
@_calls.of_domain
@_calls.of_class
@_options.server
@_options.as_json
@click.pass_context
def show(
    context: click.Context,
    installation: str,
    service_id: str,
    domain: str,
    cos: str,
    server: str | None,
    as_json: bool,
) -> None:
    """Show the server settings of a service, and the references of their last changes.

    \b
    Examples:
      puq-zimbra server settings show crm.example 42
      puq-zimbra server settings show crm.example 42 --domain druga.example --class starter --json
    """
    runtime = Runtime(context.obj)
    try:
        asked = service_lookup.named(installation, service_id)
        found = service_lookup.find(runtime, asked, server)
        if sold_address(found.stamped):
            raise NotFound("A mailbox that is sold by itself has no server settings.")
        params = _calls.params_of(runtime, found, installation, service_id)
        request = runtime.config.complete(plain.validate(params))
        zimbra = runtime.zimbra(request)
        chosen = scope.domain(zimbra, request, found.stamped, domain)
        with waiting("settings"):
            state = server_settings.read(zimbra, request, chosen, cos)
        acts, _ = runtime.store().activity.of(installation, service_id, 0, _LOOKED_AT)
        changes = [_change(one) for one in setting_history.past(acts, state)]
    finally:
        runtime.close()
    rows = [_row(one) for one in state.held.values()]
    if as_json:
        click.echo(json.dumps({"settings": rows, "changes": changes}, ensure_ascii=False))
        return
    for one in rows:
        restart = f"  (restart of {one['restart']})" if one["restart"] else ""
        click.echo(f"{one['setting']:<22} {one['source']:<8} {one['text'] or '-'}{restart}")
    for one in changes:
        note = "  (broke off)" if one["broke_off"] else ""
        click.echo(f"{one['reference']}  {one['at']}  {', '.join(one['settings'])}{note}")


def _row(held: Held) -> dict[str, Any]:
    return {
        "setting": held.row.key,
        "attribute": held.row.attribute,
        "scope": held.row.scope,
        "values": list(held.values),
        "text": " ".join(held.text.split()),
        "source": held.source,
        "default": list(held.row.default),
        "restart": held.row.restart,
        "right": held.row.right,
        "unproven": held.row.unproven,
        "differs": held.differs,
    }


def _change(one: Past) -> dict[str, Any]:
    at = datetime.fromtimestamp(one.act.ended_at or one.act.started_at, UTC).isoformat()
    return {
        "reference": one.act.reference,
        "at": at,
        "settings": list(one.keys),
        "broke_off": one.is_partial,
    }
