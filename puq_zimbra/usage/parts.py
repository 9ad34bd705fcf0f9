"""The storage of a domain or of a whole Zimbra, where a mailbox server of it may be down.

A server that was retired often stays in the directory. Zimbra then refuses what it would have to
ask of all servers, so each is asked by itself; whether what the others say is all there is, is
told by the directory, which names the accounts.

Source: `service/admin/GetQuotaUsage.java` (allServers: one server's failure is the request's).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from puq_zimbra.errors import (
    Fault,
    NoAnswer,
    PermissionDenied,
    PuqZimbraError,
    TimeUsedUp,
    Transient,
    Unavailable,
)
from puq_zimbra.zimbra import answers, listings
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.listings import Storage
from puq_zimbra.zimbra.paging import Progress


@dataclass
class Lost:
    """The mailbox servers that gave no figures."""

    #: name -> why
    servers: dict[str, PuqZimbraError] = field(default_factory=dict)

    @property
    def names(self) -> str:
        """Their names, in a sentence."""
        return ", ".join(sorted(self.servers))


def of_servers(
    zimbra: Zimbra,
    lost: Lost,
    domain: str | None = None,
    progress: Progress = lambda done, total: None,
) -> Iterator[Storage]:
    """What each mailbox server holds of a domain, or in all; ``lost`` hears which say nothing.

    Raises:
        NoAnswer: there is no mailbox server.
        PuqZimbraError: none of them says anything; what the last one met.
    """
    servers = zimbra.get_all_servers("mailbox")
    if not servers:
        raise answers.garbled()
    for server in servers:
        try:
            yield from listings.storage(
                zimbra, domain=domain, server_id=server.id, progress=progress
            )
        except TimeUsedUp:  # it is our own time that is over, which says nothing of the server
            raise
        except (Unavailable, Fault) as error:
            lost.servers[server.name] = error
            if len(lost.servers) == len(servers):
                raise


def of_domain(zimbra: Zimbra, lost: Lost, domain: str) -> Iterator[Storage]:
    """A domain's storage on all servers; ``lost`` hears which say nothing.

    Raises:
        NoAnswer: Zimbra gave no usable answer.
    """
    try:
        # Whole before any of it is handed on: it may be read anew.
        whole = list(listings.storage(zimbra, domain=domain))
    except Transient as error:
        try:
            yield from of_servers(zimbra, lost, domain)
        except PermissionDenied:  # a delegated administrator sees no servers
            raise error from None
        return
    yield from whole


def not_whole(name: str, lost: Lost) -> NoAnswer:
    """The error for figures that lack a part."""
    if lost.servers:
        return NoAnswer(
            "The mailbox server %(servers)s gives no figures, and mailboxes of %(name)s are there:"
            " look at that server.",
            servers=lost.names,
            name=name,
        )
    return NoAnswer("The mailboxes of %(name)s changed while they were read: try again.", name=name)
