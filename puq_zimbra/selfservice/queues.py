"""The queues and the health of a private server, read for its page; and one message acted on.

Nothing that Zimbra does not say is guessed: it is None, which the page puts into words.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from lxml import etree

from puq_zimbra import products
from puq_zimbra.errors import NotFound, PuqZimbraError, Refused, Transient
from puq_zimbra.request import Request
from puq_zimbra.selfservice import scope
from puq_zimbra.zimbra import answers, batches, certificate, deadline, queues
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.queues import Messages, Operation

#: messages of a queue that are shown at a time
MOST = 50
#: seconds for looking at the certificate
_CERTIFICATE_SECONDS = 3.0
#: queue -> what can be done to a message in it
OPERATIONS: Mapping[str, tuple[Operation, ...]] = {
    "deferred": ("requeue", "hold", "delete"),
    "hold": ("release", "delete"),
    "incoming": ("hold", "delete"),
    "active": ("hold", "delete"),
    "corrupt": ("delete",),
}


@dataclass(frozen=True)
class ServerQueues:
    """The queues of one server."""

    name: str
    #: queue -> messages; None = Zimbra does not look into them
    counts: Mapping[str, int] | None
    #: of the queue that is shown; None = not said
    shown: Messages | None
    #: there are messages after those
    has_more: bool = False


@dataclass(frozen=True)
class Health:
    """What Zimbra says of itself; None = it does not say."""

    healthy: bool | None
    version: str | None
    sessions: int | None
    #: when the certificate of the administration service ends
    certificate_ends: datetime | None
    servers: tuple[ServerQueues, ...] = field(default=())


def read(zimbra: Zimbra, queue: str, start: int = 0, domain: str = "") -> Health:
    """Ask for everything in two HTTP requests; messages after the first ``start`` to a domain."""
    servers, healthy, version, sessions = batches.read(
        zimbra,
        [
            ("GetAllServers", {"applyConfig": "0"}),
            ("CheckHealth", {}),
            ("GetVersionInfo", {}),
            ("DumpSessions", {}),
        ],
    )
    info = answers.child(version, "info") if isinstance(version, etree._Element) else None
    active = sessions.get("activeSessions") if isinstance(sessions, etree._Element) else None
    return Health(
        healthy.get("healthy") == "1" if isinstance(healthy, etree._Element) else None,
        info.get("version") if info is not None else None,
        int(active) if active and active.isascii() and active.isdigit() else None,
        _certificate_ends(zimbra),
        _queues(zimbra, [one.name for one in _servers_of(servers)], queue, start, domain),
    )


def _servers_of(part: batches.Part) -> list[answers.Entry]:
    """The servers that deliver mail; those that nobody may see are none."""
    if isinstance(part, PuqZimbraError):
        return []
    found = answers.entries(part)
    return [one for one in found if "mta" in one.all("zimbraServiceEnabled")] or found


def _queues(
    zimbra: Zimbra, names: list[str], queue: str, start: int, domain: str
) -> tuple[ServerQueues, ...]:
    asked: list[batches.Asked] = []
    where = {"todomain": domain} if domain else None
    for name in names:
        page = queues.queue_arguments(name, queue, MOST + 1, start=start, where=where)
        asked += [("GetMailQueueInfo", queues.info_arguments(name)), ("GetMailQueue", page)]
    try:
        parts = batches.read(zimbra, asked) if asked else []
    except PuqZimbraError:  # SSH to a server that is away may take longer than a page may
        return tuple(ServerQueues(name, None, None) for name in names)
    found = []
    for name, info, part in zip(names, parts[::2], parts[1::2], strict=True):
        counts = None if isinstance(info, PuqZimbraError) else queues.counts(info)
        shown = None if isinstance(part, PuqZimbraError) else queues.messages(part)
        if shown is None:
            found.append(ServerQueues(name, counts, None))
            continue
        first = replace(shown, messages=shown.messages[:MOST])
        found.append(ServerQueues(name, counts, first, len(shown.messages) > MOST))
    return tuple(found)


def _certificate_ends(zimbra: Zimbra) -> datetime | None:
    try:
        with deadline.within(deadline.remaining(_CERTIFICATE_SECONDS)):
            return certificate.shown_by(zimbra.server).ends
    except (PuqZimbraError, OSError, ValueError, ssl.SSLError):
        return None


def target_of(server: str, queue: str, identity: str) -> str:
    """What a form names: the message, its queue and its server."""
    return f"{queue}:{identity}:{server}"


def act(zimbra: Zimbra, request: Request, target: str, operation: str) -> Any:
    """Act on a message that is still in its queue; what it was, or None if it is not there.

    Raises:
        NotFound: the form names no message that could be the service's.
        Refused: that cannot be done to a message of this queue, or Zimbra cannot look into it.
    """
    scope.open_service(zimbra, request)
    queue, identity, server = [*target.split(":", 2), "", ""][:3]
    if not products.of(request).IS_WHOLE_ZIMBRA or not queues.ID.fullmatch(identity):
        raise NotFound("This message is not there any more.")
    if server not in {one.name for one in zimbra.get_all_servers()}:
        raise NotFound("This message is not there any more.")
    possible = [one for one in OPERATIONS.get(queue, ()) if one == operation]
    if not possible:
        raise Refused("This cannot be done to a message of this queue.")
    try:
        message = queues.find_message(zimbra, server, queue, identity)
    except Transient as error:
        if error.zimbra_code != "service.FAILURE":
            raise
        raise Refused(
            "Zimbra cannot look into its queues just now, so nothing was done. Try again in a few"
            " minutes, or ask your provider."
        ) from error
    if message is not None:
        queues.mail_queue_action(zimbra, server, queue, possible[0], identity)
    return message
