"""What waits for delivery, and what Zimbra says of its health.

Zimbra looks into Postfix's queues over SSH: where its key is missing, or a server runs no mail
transfer agent, every request fails, and the page says so. Messages' addresses and reasons are what
strangers wrote.

With a filter Zimbra looks for no more messages than ``limit``, those before ``offset`` included,
and never says that there are more.

Source: `service/admin/{GetMailQueueInfo,GetMailQueue,MailQueueAction}.java`,
`RemoteMailQueue.java` (search0); recorded refusals of a genuine server without a mail transfer
agent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from lxml import etree

from puq_zimbra.zimbra import answers
from puq_zimbra.zimbra.client import Zimbra

Queue = Literal["deferred", "hold", "incoming", "active", "corrupt"]
Operation = Literal["hold", "release", "delete", "requeue"]
QUEUES: tuple[Queue, ...] = ("deferred", "hold", "incoming", "active", "corrupt")
#: ids of Postfix, short and long; "ALL" would be every message
ID = re.compile(r"[0-9A-Za-z]{5,40}", re.ASCII)
#: seconds for which Zimbra waits while it scans
_WAIT = 2


@dataclass(frozen=True)
class Waiting:
    """A message that waits."""

    id: str
    sender: str
    recipients: str
    #: why it was not delivered so far
    reason: str
    #: bytes; None = not said
    size: int | None
    #: seconds since 1970; None = not said
    since: float | None


@dataclass(frozen=True)
class Messages:
    """One page of a queue."""

    total: int
    messages: tuple[Waiting, ...]
    #: domain of recipients -> messages, the most first
    domains: Mapping[str, int] = field(default_factory=dict)
    #: Zimbra was still counting
    scanning: bool = False


def info_arguments(server: str) -> dict[str, Any]:
    """GetMailQueueInfo of a server."""
    return {"server": {"name": server}}


def queue_arguments(
    server: str, queue: str, most: int, *, start: int = 0, where: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """GetMailQueue: so many messages of a queue after the first ``start``.

    ``where`` is field -> its value, as Zimbra lists it. The first page counts the queue anew.
    """
    limit = start + most if where else most
    query: dict[str, Any] = {"offset": start, "limit": limit}
    if where:
        query["field"] = [{"name": one, "match": [{"value": to}]} for one, to in where.items()]
    asked = {"name": queue, "scan": "0" if start else "1", "wait": _WAIT, "query": query}
    return {"server": {"name": server, "queue": asked}}


def counts(response: etree._Element) -> dict[str, int]:
    """Messages in each queue (GetMailQueueInfo)."""
    return {
        one.get("name") or "": _whole(one.get("n")) or 0
        for one in response.iter("{*}queue")
        if one.get("name") in QUEUES
    }


def messages(response: etree._Element) -> Messages:
    """A page of a queue (GetMailQueue)."""
    queue = next(response.iter("{*}queue"), None)
    if queue is None:
        raise answers.garbled()
    domains: dict[str, int] = {}
    for summary in queue.iter("{*}qs"):
        if summary.get("type") == "todomain":
            domains = {
                one.get("t") or "": _whole(one.get("n")) or 0 for one in summary.iter("{*}qsi")
            }
    return Messages(
        _whole(queue.get("total")) or 0,
        tuple(_waiting(one) for one in queue.iter("{*}qi") if ID.fullmatch(one.get("id") or "")),
        dict(sorted(domains.items(), key=lambda one: -one[1])),
        queue.get("scan") == "1",
    )


def mail_queue_action(
    zimbra: Zimbra, server: str, queue: str, operation: Operation, identity: str
) -> None:
    """Hold, release, delete or requeue one message (MailQueueAction.java).

    Raises:
        ValueError: it is no message's id; what is no id could name all of them.
    """
    if not ID.fullmatch(identity):
        raise ValueError("not a message's id")
    action = {"op": operation, "by": "id", "_value_1": identity}
    arguments = {"server": {"name": server, "queue": {"name": queue, "action": action}}}
    zimbra.pipeline.send("MailQueueAction", arguments)


def find_message(zimbra: Zimbra, server: str, queue: str, identity: str) -> Waiting | None:
    """One message of a queue, counted anew (GetMailQueue.java); None = it is not there."""
    asked = queue_arguments(server, queue, 2, where={"id": identity})
    response = zimbra.pipeline.send("GetMailQueue", asked)
    found = messages(response).messages
    if not found and next(response.iter("{*}qi"), None) is not None:
        raise answers.garbled()  # what was found is no other message
    return next((one for one in found if one.id == identity), None)


def _waiting(element: etree._Element) -> Waiting:
    milliseconds = _whole(element.get("time"))
    return Waiting(
        element.get("id") or "",
        element.get("from") or "",
        element.get("to") or "",
        element.get("reason") or "",
        _whole(element.get("size")),
        milliseconds / 1000 if milliseconds else None,
    )


def _whole(text: str | None) -> int | None:
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 15:  # noqa: PLR2004
        return None
    return int(text)
