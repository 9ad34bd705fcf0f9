"""What the verbs of `puq-zimbra service` share: the order, the hook of host ``plain``, its reply.

Only the billing platform knows what was sold, so most verbs need the order.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from puq_zimbra import input_files
from puq_zimbra.cli._progress import waiting
from puq_zimbra.engine.dispatch import Answer, dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import Invalid

#: keys of an order that belong to its own request
_OWN_KEYS = ("request_id", "form", "dry_run", "new_password", "page", "cursor", "limit")


def order_of(path: str | None, installation: str, service_id: str) -> dict[str, Any]:
    """What was sold: a request of the host ``plain`` for the service, from a file.

    Raises:
        Invalid: there is none, or it is another service's.
    """
    if path is None:
        raise click.UsageError("--order FILE is needed: the JSON of a request of the host plain.")
    file = input_files.read(path)
    order = input_files.json_of(file)
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
    kept = {key: value for key, value in order.items() if key not in _OWN_KEYS}
    return {**kept, "installation": installation, "service": {**service, "id": service_id}}


def carry_out(
    settings: Path | None, event: str, params: Mapping[str, Any], *, as_json: bool
) -> int:
    """Carry out an event and print its answer; return the exit status."""
    runtime = Runtime(settings)
    try:
        with waiting(event):
            answer = dispatch("plain", event, params, runtime)
        return show_answer(answer, as_json=as_json)
    finally:
        runtime.close()


def show_answer(answer: Answer, *, as_json: bool) -> int:
    """Print an answer; return the exit status."""
    status: int = answer.exit_status
    if as_json:
        click.echo(json.dumps(answer.value, ensure_ascii=False))
        return status
    show(answer.value["message"], answer.value.get("data", {}), ok=answer.value["ok"])
    return status


def show(message: str, data: Mapping[str, Any], *, ok: bool) -> None:
    """Print a reply as text."""
    click.echo(message, err=not ok)
    for line in _lines(data):
        click.echo(line)


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
