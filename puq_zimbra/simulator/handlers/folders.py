"""A mailbox's folders: emptied, shared, and with whom they are shared.

Source: `service/mail/FolderAction.java`, `service/admin/GetShareInfo.java`, `mailbox/ACL.java`.
"""

from __future__ import annotations

import uuid

from puq_zimbra.simulator import element as el
from puq_zimbra.simulator import faults, maildrop
from puq_zimbra.simulator.access import acting, shares_with
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.handlers.accounts import select
from puq_zimbra.simulator.handlers.mail import keeps
from puq_zimbra.simulator.maildrop import FOLDERS, Share
from puq_zimbra.simulator.state import State

EVERYONE = "00000000-0000-0000-0000-000000000000"
_PUBLIC = "99999999-9999-9999-9999-999999999999"
_RIGHTS = frozenset("rwidxapfc")
#: Path and kind of content by id of the folder.
_FOLDERS = {id_: (path, view) for path, (id_, view) in FOLDERS.items()}


def action(context: Context, request: Element) -> Element:
    """FolderActionRequest: ``empty`` frees the folder's bytes, ``grant`` and ``!grant`` share."""
    asked = el.required_child(request, "action")
    op, folder = el.required(asked, "op"), el.required(asked, "id")
    account = acting(context)
    box = context.state.mailbox(account)
    more = {}
    if op == "empty":
        maildrop.empty(box, folder, keep=keeps(context.state, account))
    elif op == "grant":
        share = _read(context.state, folder, el.required_child(asked, "grant"))
        box.shares = [each for each in box.shares if each.place != share.place] + [share]
        more = {"zid": share.grantee, **({"d": share.name} if share.name else {})}
    elif op == "!grant":
        place = folder, el.required(asked, "zid")
        box.shares = [each for each in box.shares if each.place != place]
    else:
        raise faults.invalid(f"unknown operation: {op}")
    made = el.response(request)
    el.add(made, "action", {"op": op, **more, "id": folder})
    return made


def _read(state: State, folder: str, grant: Element) -> Share:
    """A share as asked for; an unknown account or list becomes a guest."""
    kind, rights, name = el.required(grant, "gt"), grant.get("perm") or "", grant.get("d") or ""
    for each in rights:
        if each not in _RIGHTS:
            raise faults.invalid(f"unknown right: {each}")
    if kind in ("all", "pub"):
        return Share(folder, kind, EVERYONE if kind == "all" else _PUBLIC, "", rights)
    if kind == "dom":
        return Share(folder, kind, state.domain_named(name.lower()).id, name, rights)
    found = state.directory.at(name, "account", "resource", "list", "group")
    if kind == "guest" or found is None:
        return Share(folder, "guest", name, name, rights)
    return Share(folder, kind, found.id, name, rights)


def share_info(context: Context, request: Element) -> Element:
    """GetShareInfoRequest: everything that an account shares, or what it shares with one."""
    owner = select(context, request, "adminLoginAs", tag="owner")
    grantee = el.child(request, "grantee")
    only = grantee.get("id") if grantee is not None else None
    box = context.state.mailboxes.get(owner.id)
    shares = [each for each in (box.shares if box else ()) if only in (None, each.grantee)]
    return _listed(context, request, [(owner, each) for each in shares])


def own_share_info(context: Context, request: Element) -> Element:
    """GetShareInfoRequest of a user: what others share with the caller, who needs a mailbox."""
    state, caller = context.state, context.caller
    if caller.id not in state.mailboxes:
        raise faults.failure(f"mailbox not found for account {caller.id}")
    if el.child(request, "owner") is None:
        owners = [state.directory.by_id[id_] for id_ in state.mailboxes if id_ != caller.id]
    else:
        asked = el.required_child(request, "owner")
        found = state.directory.at(asked.text or "", "account", "resource")
        owners = [found] if found is not None else []
    shares = [(owner, each) for owner in owners for each in shares_with(context, owner)]
    return _listed(context, request, shares)


def _listed(context: Context, request: Element, shares: list[tuple[Entry, Share]]) -> Element:
    made = el.response(request)
    rows = [
        {**_row(context.state, share), "ownerId": owner.id, "ownerEmail": owner.name}
        for owner, share in shares
    ]
    for row in sorted(rows, key=lambda row: (row["folderPath"], row["granteeName"])):
        el.add(made, "share", row)
    return made


def _row(state: State, share: Share) -> dict[str, str]:
    path, view = _FOLDERS.get(share.folder, (f"/{share.folder}", "message"))
    name = _name(state, share)
    row = {
        "folderPath": path,
        "folderId": share.folder,
        "folderUuid": str(uuid.uuid5(uuid.NAMESPACE_URL, path)),
        "view": view,
        "rights": share.rights,
        "granteeType": share.kind,
        "granteeName": name,
    }
    if share.kind not in ("pub", "all"):
        row["granteeId"] = share.grantee
    if share.kind not in ("usr", "grp") or not name:
        row["granteeDisplayName"] = name
    if not state.is_carbonio:
        row["activeSyncDisabled"] = "false"
    return row


def _name(state: State, share: Share) -> str:
    """Name of who a folder is shared with; none when he is gone."""
    if share.kind in ("pub", "all", "guest"):
        return share.kind
    found = state.directory.by_id.get(share.grantee)
    return found.name if found is not None else ""


ADMIN = {"GetShareInfoRequest": share_info}
ACCOUNT = {"GetShareInfoRequest": own_share_info}
MAIL = {"FolderActionRequest": action}
