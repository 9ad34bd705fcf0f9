"""`puq-zimbra service show`: all that Zimbra and our store say of one service."""

from __future__ import annotations

import json
from typing import Any

import click

from puq_zimbra.call import Call
from puq_zimbra.commands import lookup
from puq_zimbra.commands.lookup import Found
from puq_zimbra.config import Config
from puq_zimbra.errors import Conflict
from puq_zimbra.hooks import reading
from puq_zimbra.hooks.runtime import Runtime
from puq_zimbra.model import ServiceUsage
from puq_zimbra.provisioning import adoption, contents, objects, ownership
from puq_zimbra.provisioning.kinds import shown_name, status_of, words_of
from puq_zimbra.units import megabytes
from puq_zimbra.zimbra.answers import Entry


def show(
    config: Config, installation: str, service_id: str, server: str | None, *, as_json: bool
) -> int:
    """Print the service; return the exit status."""
    runtime = Runtime(config)
    try:
        asked = lookup.named(installation, service_id)
        shown = _shown(asked, lookup.find(runtime, asked, server), runtime)
    finally:
        runtime.close()
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False))
        return 0
    for key, value in shown.items():
        click.echo(f"{key:<12} {_text(value)}")
    return 0


def _shown(asked: Call, found: Found, runtime: Runtime) -> dict[str, Any]:
    bearer = found.bearer
    zimbra = runtime.zimbra_of(runtime.config.server(found.server))
    names = {one.id: one.name for one in zimbra.get_all_cos()}
    usage = reading.last(asked, runtime, domain_id=bearer.id)
    shown = {
        "stamp": asked.stamp,
        "server": found.server,
        "name": shown_name(bearer),
        "id": bearer.id,
        "status": status_of(bearer),
        **_state(bearer),
        "limits": _limits(bearer, names),
    }
    if bearer.kind == "domain":
        beside = objects.domains_beside(zimbra, bearer) if shown["model"] == "server" else []
        shown["holds"] = adoption.counts(contents.list_contents(zimbra, [bearer, *beside]))
    return {**shown, "usage": _usage(usage) if usage else None}


def _state(bearer: Entry) -> dict[str, Any]:
    """What stands beside the stamp; a word that cannot be read is told and stops nothing."""
    state: dict[str, Any] = {"model": None, "suspended": None, "purge_at": None}
    try:
        state["model"] = ownership.model_of(bearer)
        state["suspended"] = ownership.was(bearer) is not None
        purge = ownership.purge_at(bearer)
        state["purge_at"] = purge.isoformat() if purge else None
    except Conflict as error:
        state["problem"] = str(error)
    state["unfinished"] = ownership.is_unfinished(bearer)
    state["deleting"] = ownership.DELETING in words_of(bearer)
    state["other_stamps"] = len(ownership.stamps(bearer)) - 1
    return state


def _limits(bearer: Entry, class_names: dict[str, str]) -> dict[str, Any]:
    alone = bearer.kind == "account"
    cos = bearer.one("zimbraCOSId" if alone else "zimbraDomainDefaultCOSId")
    limits: dict[str, Any] = {"cos": class_names.get(cos, cos) if cos else None}
    if alone:
        return {**limits, "mailbox_quota": _number(bearer, "zimbraMailQuota") or None}
    return {
        **limits,
        "accounts": _number(bearer, "zimbraDomainMaxAccounts"),
        "mailbox_quota": _number(bearer, "zimbraMailDomainQuota") or None,
        "domain_quota": _number(bearer, "zimbraDomainAggregateQuota") or None,
    }


def _number(bearer: Entry, attribute: str) -> int | None:
    text = bearer.one(attribute) or ""
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
