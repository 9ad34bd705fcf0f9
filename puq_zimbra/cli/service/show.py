"""`puq-zimbra service show`: everything that Zimbra and the store hold of one service."""

from __future__ import annotations

import json
from typing import Any

import click

from puq_zimbra import products
from puq_zimbra.cli import _options
from puq_zimbra.cli._progress import waiting
from puq_zimbra.config import load
from puq_zimbra.engine import service_lookup, usage_reading
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.engine.service_lookup import Found
from puq_zimbra.errors import Conflict
from puq_zimbra.provisioning import adoption, deletion, ownership
from puq_zimbra.provisioning.entries import kind_of, shown_name, sold_address, status_of, words_of
from puq_zimbra.readings import ServiceUsage
from puq_zimbra.request import Request
from puq_zimbra.units import megabytes
from puq_zimbra.zimbra.answers import Entry


@click.command()
@_options.one_service
@_options.server
@_options.as_json
@click.pass_context
def show(
    context: click.Context, installation: str, service_id: str, server: str | None, as_json: bool
) -> None:
    """Show what Zimbra and the store say of a service.

    Looks on every configured server, or on the named one. Sizes in JSON are bytes.

    \b
    Examples:
      puq-zimbra service show crm.example 42
      puq-zimbra service show crm.example 42 --server mail1 --json
    """
    runtime = Runtime(load(context.obj))
    try:
        asked = service_lookup.named(installation, service_id)
        with waiting("show"):
            shown = _shown(asked, service_lookup.find(runtime, asked, server), runtime)
    finally:
        runtime.close()
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False))
        return
    for key, value in shown.items():
        click.echo(f"{key:<12} {_text(value)}")


def _shown(asked: Request, found: Found, runtime: Runtime) -> dict[str, Any]:
    stamped = found.stamped
    zimbra = runtime.zimbra_of(runtime.config.server(found.server))
    names = {one.id: one.name for one in zimbra.get_all_cos()}
    usage = usage_reading.last(asked, runtime, domain_id=stamped.id)
    shown = {
        "stamp": asked.stamp,
        "server": found.server,
        "name": shown_name(stamped),
        "id": stamped.id,
        "status": status_of(stamped),
        **_state(stamped),
        "limits": _limits(stamped, names),
    }
    if not sold_address(stamped):
        product = products.PRODUCTS[shown["model"] or "domain"]
        listed = deletion.list_contents(zimbra, product.everything(zimbra, stamped))
        shown["holds"] = adoption.counts(listed)
    return {**shown, "usage": _usage(usage) if usage else None}


def _state(stamped: Entry) -> dict[str, Any]:
    """The marks beside the stamp; one that cannot be read is named in ``problem``."""
    state: dict[str, Any] = {"model": None, "suspended": None, "purge_at": None}
    try:
        state["model"] = ownership.model_of(stamped)
        state["suspended"] = ownership.was(stamped) is not None
        purge = ownership.purge_at(stamped)
        state["purge_at"] = purge.isoformat() if purge else None
        if customer := ownership.customer(stamped):
            state["customer_id"] = customer
    except Conflict as error:
        state["problem"] = str(error)
    state["unfinished"] = ownership.is_unfinished(stamped)
    state["deleting"] = ownership.DELETING in words_of(stamped)
    state["other_stamps"] = len(ownership.stamps(stamped)) - 1
    return state


def _limits(stamped: Entry, class_names: dict[str, str]) -> dict[str, Any]:
    cos = stamped.one(kind_of(stamped).cos)
    limits: dict[str, Any] = {"cos": class_names.get(cos, cos) if cos else None}
    if sold_address(stamped):
        return {**limits, "mailbox_quota": _number(stamped, "zimbraMailQuota") or None}
    return {
        **limits,
        "accounts": _number(stamped, "zimbraDomainMaxAccounts"),
        "mailbox_quota": _number(stamped, "zimbraMailDomainQuota") or None,
        "domain_quota": _number(stamped, "zimbraDomainAggregateQuota") or None,
    }


def _number(stamped: Entry, attribute: str) -> int | None:
    text = stamped.one(attribute) or ""
    return int(text) if text.isdigit() else None


def _usage(usage: ServiceUsage) -> dict[str, Any]:
    return {
        "used": usage.used,
        "limit": usage.space,
        "mailboxes": usage.counts.mailboxes,
        "measured_at": usage.measured_at.isoformat(),
        "stale": usage.stale,
    }


_SIZES = {"mailbox_quota", "domain_quota", "used", "limit"}


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_one(key, one)}" for key, one in value.items())
    return _one("", value)


def _one(key: str, value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(value) or "-"
    return f"{megabytes(value)} MB" if key in _SIZES else str(value)
