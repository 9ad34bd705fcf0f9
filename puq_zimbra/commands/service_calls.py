"""`puq-zimbra service plan|drift|repair|adopt|restore`: hooks of the host ``plain`` for people.

What was sold is known to the billing platform alone, so most of them need the order.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from puq_zimbra.commands import given, lookup
from puq_zimbra.errors import Invalid
from puq_zimbra.hooks.dispatch import Answer, dispatch
from puq_zimbra.hooks.runtime import Runtime

#: what an order may hold that was for its own call
_NOT_KEPT = ("request_id", "form", "dry_run", "new_password", "page", "cursor", "limit")


def order_of(path: str | None, installation: str, service_id: str) -> dict[str, Any]:
    """What was sold: a call of the host ``plain`` for the service, from a file.

    Where orders come from is decided here and nowhere else.

    Raises:
        Invalid: there is none, or it is another service's.
    """
    if path is None:
        raise click.UsageError("--order FILE is needed: the JSON of a call of the host plain.")
    file = given.read(path)
    order = given.json_of(file)
    service = order.get("service") if isinstance(order, dict) else None
    if not isinstance(service, dict):
        raise Invalid("%(file)s is not the JSON of a call with a service.", file=file.name)
    for held, asked, key in (
        (order.get("installation", installation), installation, "installation"),
        (service.get("id", service_id), service_id, "service.id"),
    ):
        if held != asked:
            raise Invalid(
                "The order in %(file)s has another %(key)s than the command.",
                file=file.name,
                key=key,
            )
    kept = {key: value for key, value in order.items() if key not in _NOT_KEPT}
    return {**kept, "installation": installation, "service": {**service, "id": service_id}}


def call(settings: Path | None, event: str, params: Mapping[str, Any], *, as_json: bool) -> int:
    """Carry out an event and print its answer; return the exit status."""
    runtime = Runtime(settings)
    try:
        return _print(dispatch("plain", event, params, runtime), as_json=as_json)
    finally:
        runtime.close()


def restore(
    settings: Path | None,
    installation: str,
    service_id: str,
    server: str | None,
    *,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Call off a service's deletion, found by its id alone; return the exit status."""
    runtime = Runtime(settings)
    try:
        found = lookup.find(runtime, lookup.named(installation, service_id), server)
        service = lookup.service_of(found.bearer, service_id)
        params = lookup.params_of(runtime.config, found.server, installation, service)
        answer = dispatch("plain", "restore", {**params, "dry_run": dry_run}, runtime)
        return _print(answer, as_json=as_json)
    finally:
        runtime.close()


def _print(answer: Answer, *, as_json: bool) -> int:
    status: int = answer.exit_status
    if as_json:
        click.echo(json.dumps(answer.value, ensure_ascii=False))
        return status
    click.echo(answer.value["message"], err=not answer.value["ok"])
    for line in _lines(answer.value.get("data", {})):
        click.echo(line)
    return status


def _lines(data: Mapping[str, Any]) -> Iterator[str]:
    if "event" in data:
        yield f"by {data['event']}:"
    for one in data.get("changes", ()):
        yield _difference(one) if "item" in one else _change(one)
    if "holds" in data:
        yield "holds " + _values(data["holds"])
    for one in (*data.get("drift", ()), *data.get("left", ())):
        yield "left  " + _difference(one)


def _change(one: Mapping[str, Any]) -> str:
    return f"{one['action']:<6} {one['object']}  {_values(one['attributes'])}"


def _difference(one: Mapping[str, Any]) -> str:
    wanted, held = _values(one["wanted"]), _values(one["held"])
    return f"{one['item']:<14} {one['object']}  {held} -> {wanted}  (by {one['mended_by']})"


def _values(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}={_value(value)}" for key, value in values.items()) or "?"


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "+".join(map(str, value)) or "-"
    return "-" if value is None or value == "" else str(value)
