"""Mailboxes as administrators see them.

Source: `service/admin/GetMailbox.java`, `GetAllMailboxes.java`, `GetMailboxStats.java`,
`RecalculateMailboxCounts.java`, `PurgeMessages.java`.
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
    box = context.state.mailbox(account)
    made = el.response(request)
    el.add(made, "mbox", {"mbxid": str(box.id), "s": str(box.size)})
    return made


def get_all(context: Context, request: Element) -> Element:
    """GetAllMailboxesRequest: of the answering server."""
    access.system_only(context)
    state = context.state
    limit = el.number(request, "limit", 0)
    offset = el.number(request, "offset", 0)
    host = context.server or state.hostname
    boxes = [
        (id_, box)
        for id_, box in state.mailboxes.items()
        if (entry := state.directory.by_id.get(id_)) is not None and state.home(entry) == host
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
    boxes = context.state.mailboxes.values()
    made = el.response(request)
    total = sum(box.size for box in boxes)
    el.add(made, "stats", {"numMboxes": str(len(boxes)), "totalSize": str(total)})
    return made


def recount(context: Context, request: Element) -> Element:
    """RecalculateMailboxCountsRequest: the bytes are always right here."""
    access.system_only(context)
    selector = el.required_child(request, "mbox")
    account = by_id(context, el.required(selector, "id"), "getMailboxInfo")
    made = el.response(request)
    used = str(context.state.mailbox(account).size)
    el.add(made, "mbox", {"id": account.id, "used": used})
    return made


def purge(context: Context, request: Element) -> Element:
    """PurgeMessagesRequest: nothing is ever old enough here to go."""
    state, made = context.state, el.response(request)
    selectors = list(el.children(request, "mbox"))
    ids = [el.required(each, "id") for each in selectors] or list(state.mailboxes)
    for id_ in ids:
        account = by_id(context, id_, "getAccount")
        access.require(context, "purgeMessages", account, "account", account.name)
        box = state.mailbox(account)
        el.add(made, "mbox", {"id": account.id, "mbxid": str(box.id), "s": str(box.size)})
    return made


ADMIN = {
    "RecalculateMailboxCountsRequest": recount,
    "PurgeMessagesRequest": purge,
    "GetMailboxRequest": get,
    "GetAllMailboxesRequest": get_all,
    "GetMailboxStatsRequest": stats,
}
