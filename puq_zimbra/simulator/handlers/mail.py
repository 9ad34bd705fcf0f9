"""A user's messages: delivered, moved, deleted, found and recovered.

Source: `service/mail/AddMsg.java`, `ItemAction.java`, `FolderAction.java`, `Search.java`,
`GetFolder.java`, `EmptyDumpster.java`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from puq_zimbra.simulator import carbonio, faults, maildrop
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.access import acting, shares_with
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.faults import Argument, Fault
from puq_zimbra.simulator.limits import effective_quota
from puq_zimbra.simulator.maildrop import FOLDER_IDS, FOLDERS, JUNK, TRASH, Item, Mailbox
from puq_zimbra.simulator.state import State

_Key = Callable[[Item], tuple[Any, int]]
_ORDERS: dict[str, _Key] = {
    "date": lambda item: (item.date, item.id),
    "name": lambda item: (item.sender.lower(), item.id),
    "subj": lambda item: (item.subject.lower(), item.id),
    "size": lambda item: (item.size, item.id),
}


def add_msg(context: Context, request: Element) -> Element:
    """AddMsgRequest: store a message, under the account's and the domain's quota."""
    state, account = context.state, acting(context)
    message = el.required_child(request, "m")
    content = el.text(el.required_child(message, "content"))
    box = state.mailbox(account)
    limit = effective_quota(state, account)
    # A negative quota lets nothing in.
    if limit != 0 and box.size + maildrop.size_of(content) > limit:
        raise Fault(
            "mail.QUOTA_EXCEEDED",
            f"mailbox exceeded quota of {limit} bytes",
            Argument("limit", "NUM", str(limit)),
        )
    _check_aggregate(state, account)
    folder = el.optional(message, "l") or maildrop.INBOX
    date = el.number(message, "d", state.now_ms())
    made = el.response(request)
    _put(made, maildrop.add(box, folder, content, date))
    return made


def _check_aggregate(state: State, account: Entry) -> None:
    """Zimbra acts on the last computed sum, not on the present one."""
    domain = state.domain_of(account)
    if domain is None:
        return
    values = state.domain_values(domain)
    limit = int(values.get("zimbraDomainAggregateQuota", ["0"])[0])
    policy = values.get("zimbraDomainAggregateQuotaPolicy", ["ALLOWSENDRECEIVE"])[0]
    last = int(domain.first("zimbraAggregateQuotaLastUsage") or 0)
    if limit > 0 and policy == "BLOCKSENDRECEIVE" and last > limit:
        raise Fault(
            "mail.DOMAIN_QUOTA_EXCEEDED",
            f"domain exceeded aggregate quota of {limit} bytes",
            Argument("limit", "NUM", str(limit)),
        )


def _put(parent: Element, item: Item) -> Element:
    attributes = {"id": str(item.id), "l": item.folder, "s": str(item.size), "d": str(item.date)}
    numbers = {"rev": str(item.revision), "cid": str(-item.id)}
    return el.add(parent, "m", {**attributes, **numbers})


def keeps(state: State, account: Entry) -> bool:
    """Say whether what an account deletes goes into its dumpster."""
    return state.value(account, "zimbraDumpsterEnabled") == "TRUE"


def item_action(context: Context, request: Element) -> Element:
    """ItemActionRequest on messages."""
    account = acting(context)
    box = context.state.mailbox(account)
    action = el.required_child(request, "action")
    op, ids = el.required(action, "op"), el.required(action, "id").split(",")
    if op == "delete":
        for item in maildrop.find(box.mail().held, ids):
            maildrop.delete(box, item, keep=keeps(context.state, account))
    elif op in ("trash", "spam", "move"):
        target = {"trash": TRASH, "spam": JUNK}.get(op) or _folder(action)
        for item in maildrop.find(box.mail().held, ids):
            maildrop.move(box, item, target)
    elif op == "recover":
        target = _folder(action)
        for item in maildrop.find(box.mail().dumped, ids):
            maildrop.recover(box, item, target)
    elif op == "dumpsterdelete":
        _refuse_users(context)
        for item in maildrop.find(box.mail().dumped, ids):
            box.mail().dumped.pop(item.id)
    elif op.lstrip("!") in ("read", "flag"):
        maildrop.find(box.mail().held, ids)
    else:
        raise faults.invalid(f"unknown operation: {op}")
    made = el.response(request)
    foreign = f"{account.id}:" if account is not context.caller else ""
    el.add(made, "action", {"op": op, "id": ",".join(foreign + each for each in ids)})
    return made


def _folder(action: Element) -> str:
    folder = el.required(action, "l")
    if folder not in FOLDER_IDS:
        raise Fault(
            "mail.NO_SUCH_FOLDER",
            f"no such folder id: {folder}",
            Argument("itemId", "IID", folder),
        )
    return folder


def _refuse_users(context: Context) -> None:
    """Nothing leaves the dumpster but by an administrator's own token."""
    if not context.is_global_admin:
        raise faults.denied("only admins can delete from dumpster")


def empty_dumpster(context: Context, request: Element) -> Element:
    """EmptyDumpsterRequest."""
    account = acting(context)
    _refuse_users(context)
    context.state.mailbox(account).mail().dumped.clear()
    return el.response(request)


def search(context: Context, request: Element) -> Element:
    """SearchRequest for messages, in the mailbox or in its dumpster."""
    account = acting(context)
    mail = context.state.mailbox(account).mail()
    dumped = el.flag(request, "inDumpster")
    terms = (el.optional(request, "query") or "").split()
    items = mail.dumped if dumped else mail.held
    if dumped and not keeps(context.state, account):
        items = {}
    order = el.optional(request, "sortBy") or "dateDesc"
    key = _ORDERS.get(order[:4], _ORDERS["date"])
    found = [item for item in items.values() if all(_matches(item, term) for term in terms)]
    found.sort(key=key, reverse=order.endswith("Desc"))
    offset, limit = el.number(request, "offset", 0), el.number(request, "limit", 10)
    made = el.response(request)
    more = offset + limit < len(found)
    for name, value in (("sortBy", order), ("offset", str(offset)), ("more", el.bit(more))):
        made.set(name, value)
    worded = any(not term.startswith("in:") for term in terms)
    for item in found[offset : offset + limit]:
        _put_hit(made, item, order, worded)
    return made


def _put_hit(parent: Element, item: Item, order: str, worded: bool) -> None:
    box = _put(parent, item)
    box.set("cm", "1")
    by = {"name": item.sender.lower(), "subj": item.subject.lower()}.get(order[:4])
    box.set("sf", str(item.date) if by is None else f"{by}{item.id:010d}")
    el.add(box, "fr", content=item.fragment)
    el.add(box, "e", {"a": item.sender, "d": item.sender.partition("@")[0], "t": "f"})
    el.add(box, "su", content=item.subject)
    if worded:
        el.add(box, "hp", {"part": "1"})


def _matches(item: Item, term: str) -> bool:
    """One term of a query: ``in:``, ``subject:``, ``from:`` or a word."""
    field, colon, value = term.partition(":")
    if not colon:
        return _holds(f"{item.subject} {item.fragment} {item.sender}", term)
    if field == "in":
        folder = next((i for p, (i, _) in FOLDERS.items() if p[1:].lower() == value.lower()), "")
        return item.folder == folder
    if field == "is" and value == "anywhere":
        return True
    texts = {"subject": item.subject, "from": item.sender, "content": item.fragment}
    if field not in texts:
        raise faults.by_code("mail.QUERY_PARSE_ERROR", f"Couldn't parse query: {term}")
    return _holds(texts[field], value)


def _holds(text: str, word: str) -> bool:
    wanted = word.strip('"').lower()
    if wanted.endswith("*"):
        return any(each.startswith(wanted[:-1]) for each in text.lower().split())
    return wanted in text.lower().split() or wanted in text.lower().replace("@", " ").split()


def get_folder(context: Context, request: Element) -> Element:
    """GetFolderRequest: one folder of those that every mailbox has, or all."""
    asked = el.child(request, "folder")
    path = (el.optional(asked, "path") if asked is not None else None) or ""
    id_ = (el.optional(asked, "l") if asked is not None else None) or ""
    found = [p for p, (i, _) in FOLDERS.items() if i == id_ or (path and p.lower() == path.lower())]
    if (path or id_) and not found:
        raise Fault("mail.NO_SUCH_FOLDER", f"no such folder path: {path or id_}")
    owner = context.requested
    if owner is None or not any(shares_with(context, owner, FOLDERS[each][0]) for each in found):
        owner = acting(context)
    box = context.state.mailbox(owner)
    made = el.response(request)
    if found and found[0] != "/":
        _put_folder(made, owner, box, found[0])
        return made
    root = _put_folder(made, owner, box, "/")
    for each in FOLDERS:
        if each != "/":
            _put_folder(root, owner, box, each)
    return made


def _put_folder(parent: Element, account: Entry, box: Mailbox, path: str) -> Element:
    id_, view = FOLDERS[path]
    held = box.messages.held.values() if box.messages is not None else ()
    numbers = {"s": box.folders.get(id_, 0), "n": sum(each.folder == id_ for each in held)}
    attributes = {
        "id": id_,
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{account.id}{path}")),
        "name": path[1:] or "USER_ROOT",
        "absFolderPath": path,
        "l": "11" if path == "/" else "1",
        **{name: str(figure) for name, figure in numbers.items()},
    }
    return el.add(parent, "folder", {**attributes, **({"view": view} if view else {})})


def no_sources(_context: Context, request: Element) -> Element:
    """GetDataSourcesRequest: no mailbox fetches mail from elsewhere."""
    return el.response(request)


def set_recovery(context: Context, _request: Element) -> Element:
    """SetRecoveryAccountRequest: without a mail server no code can be sent."""
    if context.state.is_carbonio:
        raise carbonio.no_reset()
    raise faults.by_code(
        "service.CONTACT_ADMIN",
        "service exception: Something went wrong. Please contact your administrator.",
    )


MAIL = {
    "AddMsgRequest": add_msg,
    "ItemActionRequest": item_action,
    "EmptyDumpsterRequest": empty_dumpster,
    "SearchRequest": search,
    "GetFolderRequest": get_folder,
    "GetDataSourcesRequest": no_sources,
    "SetRecoveryAccountRequest": set_recovery,
}
