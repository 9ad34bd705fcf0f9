"""Mailboxes as administrators see them.

Source: `service/admin/GetMailbox.java`, `GetAllMailboxes.java`, `GetMailboxStats.java`.
"""

from __future__ import annotations

from puq_zimbra.simulator import access, faults
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.handlers.accounts import by_id
from puq_zimbra.simulator.wordlist import words

_UNUSED = words("contactCount newMessages trackingSync trackingImap lastSoapAccess")


def get(context: Context, request: Element) -> Element:
    """GetMailboxRequest: makes the mailbox when there is none."""
    selector = el.child(request, "mbox")
    if selector is None:
        raise faults.null_pointer(
            "com.zimbra.soap.admin.type.MailboxByAccountIdSelector.getId()",
            'the return value of "com.zimbra.soap.admin.message.GetMailboxRequest.getMbox()" '
            "is null",
        )
    account = by_id(context, el.optional(selector, "id"), "getMailboxInfo")
    box = context.world.mailbox(account)
    made = el.response(request)
    el.add(made, "mbox", {"mbxid": str(box.id), "s": str(box.size)})
    return made


def get_all(context: Context, request: Element) -> Element:
    """GetAllMailboxesRequest: of the answering server."""
    access.system_only(context)
    world = context.world
    limit = el.number(request, "limit", 0)
    offset = el.number(request, "offset", 0)
    host = context.server or world.hostname
    boxes = [
        (id_, box)
        for id_, box in world.mailboxes.items()
        if (entry := world.directory.by_id.get(id_)) is not None and world.home(entry) == host
    ]
    end = offset + limit if limit > 0 else len(boxes)
    made = el.response(request)
    made.set("searchTotal", str(len(boxes)))
    made.set("more", el.bit(end < len(boxes)))
    for id_, box in boxes[offset:end]:
        attributes = {"id": str(box.id), "accountId": id_, "sizeCheckPoint": str(box.size)}
        rest = dict.fromkeys(_UNUSED, "0")
        fixed = {
            "groupId": str(box.id % 100),
            "indexVolumeId": "2",
            "changeCheckPoint": "1",
            "itemIdCheckPoint": str(box.next_item - 1),
        }
        el.add(made, "mbox", {**attributes, **rest, **fixed})
    return made


def stats(context: Context, request: Element) -> Element:
    """GetMailboxStatsRequest."""
    access.system_only(context)
    boxes = context.world.mailboxes.values()
    made = el.response(request)
    total = sum(box.size for box in boxes)
    el.add(made, "stats", {"numMboxes": str(len(boxes)), "totalSize": str(total)})
    return made


ADMIN = {
    "GetMailboxRequest": get,
    "GetAllMailboxesRequest": get_all,
    "GetMailboxStatsRequest": stats,
}
