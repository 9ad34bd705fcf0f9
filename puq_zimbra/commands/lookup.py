"""Find a service by its installation and id alone, on the configured servers.

A server that gives no answer may hold it: then nothing is said of where it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from puq_zimbra.billing import plain
from puq_zimbra.call import Call
from puq_zimbra.config import Config
from puq_zimbra.errors import Conflict, Misconfigured, NotFound
from puq_zimbra.hooks.runtime import Runtime
from puq_zimbra.provisioning import ownership, stamped
from puq_zimbra.provisioning.kinds import shown_name
from puq_zimbra.zimbra.answers import Entry


@dataclass(frozen=True)
class Found:
    """Where a service is."""

    #: the server's name in the settings
    server: str
    #: what bears its stamp
    bearer: Entry


def servers(config: Config, only: str | None) -> Sequence[str]:
    """The names of the configured servers, or the one that is asked for.

    Raises:
        Misconfigured: there is none.
    """
    if not config.servers:
        raise Misconfigured("No server is configured: add [servers.NAME] to the settings.")
    if only is not None:
        config.server(only)
    return [only] if only is not None else list(config.servers)


def service_of(bearer: Entry, service_id: str) -> dict[str, Any]:
    """The key ``service`` of a call for what bears a stamp.

    Raises:
        Conflict: its model cannot be read.
    """
    sold_alone = bearer.kind == "account"
    name = {"mailbox": {"address": bearer.name}} if sold_alone else {"domain": bearer.name}
    return {"id": service_id, "model": ownership.model_of(bearer), **name}


def params_of(
    config: Config, server: str, installation: str, service: Mapping[str, Any]
) -> dict[str, Any]:
    """A call of the host ``plain`` for a service on a configured server."""
    return {
        "installation": installation,
        "server": {"url": config.server(server).url},  # the rest comes from the settings
        "service": service,
    }


def named(installation: str, service_id: str) -> Call:
    """A call that names a service and nothing else.

    Raises:
        Invalid: no installation or service is named like that.
    """
    return plain.validate({"installation": installation, "service": {"id": service_id}})


def find(runtime: Runtime, asked: Call, only: str | None) -> Found:
    """What bears the stamp of the service that a call names.

    Raises:
        NotFound: no server holds it.
        Conflict: it stands on several objects.
    """
    config = runtime.config
    names = servers(config, only)
    found: list[Found] = []
    for name in names:
        zimbra = runtime.zimbra_of(config.server(name))
        stamped.require_global_administrator(zimbra)
        found += [Found(name, one) for one in stamped.bearers(zimbra, asked.stamp)]
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
            names=", ".join(f"{shown_name(one.bearer)} ({one.server})" for one in found),
        )
    return found[0]
