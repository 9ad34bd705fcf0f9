"""Find a service by its installation and id alone, on the configured servers.

A server that gives no answer may hold it: then the look-up fails.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from puq_zimbra.billing import plain
from puq_zimbra.config import Config
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import Conflict, Misconfigured, NotFound
from puq_zimbra.provisioning import ownership, stamp_search
from puq_zimbra.provisioning.entries import shown_name, sold_address
from puq_zimbra.request import Request
from puq_zimbra.zimbra.answers import Entry


@dataclass(frozen=True)
class Found:
    """Where a service is."""

    #: the server's name in the settings
    server: str
    #: the object that bears its stamp
    stamped: Entry


def servers(config: Config, only: str | None) -> Sequence[str]:
    """The names of the configured servers, or of the one that is asked for.

    Raises:
        Misconfigured: there is none.
    """
    if not config.servers:
        raise Misconfigured("No server is configured: add [servers.NAME] to the settings.")
    if only is not None:
        config.server(only)
    return [only] if only is not None else list(config.servers)


def service_of(stamped: Entry, service_id: str) -> dict[str, Any]:
    """The key ``service`` of a request for a stamped object.

    Raises:
        Conflict: its model cannot be read.
    """
    address = sold_address(stamped)
    name = {"mailbox": {"address": address}} if address else {"domain": stamped.name}
    return {"id": service_id, "model": ownership.model_of(stamped), **name}


def params_of(
    config: Config, server: str, installation: str, service: Mapping[str, Any]
) -> dict[str, Any]:
    """A request of the host ``plain`` for a service on a configured server."""
    return {
        "installation": installation,
        "server": {"url": config.server(server).url},  # the rest comes from the configuration
        "service": service,
    }


def named(installation: str, service_id: str) -> Request:
    """A request that names a service and nothing else.

    Raises:
        Invalid: the installation or the id is not well formed.
    """
    return plain.validate({"installation": installation, "service": {"id": service_id}})


def find(runtime: Runtime, asked: Request, only: str | None) -> Found:
    """Find the object that bears the stamp of the service that a request names.

    Raises:
        NotFound: no server holds it.
        Conflict: it stands on several objects.
    """
    config = runtime.config
    names = servers(config, only)
    found: list[Found] = []
    for name in names:
        zimbra = runtime.zimbra_of(config.server(name))
        stamp_search.require_global_administrator(zimbra)
        found += [Found(name, one) for one in stamp_search.stamped_with(zimbra, asked.stamp)]
    if not found:
        raise NotFound(
            "Nothing on %(servers)s bears the stamp %(stamp)s.",
            servers=", ".join(names),
            stamp=asked.stamp,
        )
    if len(found) > 1:
        raise Conflict(
            "The stamp %(stamp)s stands on several objects: %(names)s. An administrator must put"
            " their stamps right.",
            stamp=asked.stamp,
            names=", ".join(f"{shown_name(one.stamped)} ({one.server})" for one in found),
        )
    return found[0]
