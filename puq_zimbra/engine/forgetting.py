"""Forget a former customer's service: once nothing in Zimbra is its any more.

Source: `puq_zimbra.store.forgetting` says what is forgotten.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from puq_zimbra.engine import service_lookup
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import Misconfigured, NotFound, Refused
from puq_zimbra.provisioning.entries import shown_name
from puq_zimbra.request import Request
from puq_zimbra.store.forgetting import Known


@dataclass(frozen=True)
class Forgotten:
    """What became of it."""

    #: what the audit, and the figures that stay, call the service
    known_as: str
    #: what was, or would be, forgotten, by kind
    counts: Mapping[str, int]
    #: false while somebody still reads the database's file, in which traces are left
    overwritten: bool


def forget(
    runtime: Runtime, asked: Request, *, dry_run: bool = False, server_is_gone: bool = False
) -> Forgotten:
    """Forget the service that a request names; once more changes nothing.

    Raises:
        Refused: it lives, or an operation of it is not finished.
        Conflict: it lives in several places.
        Misconfigured: it was on a server that is not configured, where it may live.
        Busy: something began meanwhile.
    """
    store, names = runtime.store(), (asked.installation_id, asked.purchase.id)
    known = store.forgetting.look(*names)
    if not server_is_gone:
        _require_configured(runtime, known)
    _refuse_if_alive(runtime, asked)
    reference = f"op-{secrets.token_hex(8)}"
    counts = store.forgetting.forget(*names, known, reference, dry_run=dry_run)
    overwritten = dry_run or store.overwrite()
    return Forgotten(store.trail.pseudonym(asked.purchase.id), counts, overwritten)


def _require_configured(runtime: Runtime, known: Known) -> None:
    config = runtime.config
    here = {config.server(name).host_port for name in service_lookup.servers(config, None)}
    for server in known.servers:
        if server not in here:
            raise Misconfigured(
                "The service was on %(place)s, which is not configured, so nobody knows whether it"
                " lives there: add that server to the settings, or say --server-is-gone.",
                place=server,
            )


def _refuse_if_alive(runtime: Runtime, asked: Request) -> None:
    try:
        found = service_lookup.find(runtime, asked, None)
    except NotFound:
        return
    raise Refused(
        "The service is not gone: %(name)s on %(place)s bears its stamp. Terminate it, and let its"
        " mail be deleted, before it is forgotten.",
        name=shown_name(found.stamped),
        place=found.server,
    )
