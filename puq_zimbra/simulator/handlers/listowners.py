"""Owners of lists, through the users' service.

Source: `service/account/DistributionListAction.java`.
"""

from __future__ import annotations

from collections.abc import Callable

from puq_zimbra.simulator import access, faults, grantees, modify, names, rendering
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.access import Grant
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import LISTS, Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.handlers import grants, lists
from puq_zimbra.simulator.handlers.listmembers import add_members, remove_members
from puq_zimbra.simulator.lists import remove_list
from puq_zimbra.simulator.rights import USER_RIGHTS

OWNER = "ownDistList"


def list_action(context: Context, request: Element) -> Element:
    """DistributionListActionRequest by an owner or a global administrator."""
    found = find_list(context, request)
    action = el.required_child(request, "action")
    op = el.required(action, "op")
    if not (context.is_global_admin or is_owner(context, found)):
        raise faults.denied("you do not have sufficient rights to access this distribution list")
    if op not in _ACTIONS:
        raise faults.invalid(f"unknown operation: {op}")
    _ACTIONS[op](context, found, action)
    return el.response(request)


def find_list(context: Context, request: Element) -> Entry:
    """List that a user's request selects."""
    by, value = rendering.selected(request, "dl")
    directory = context.state.directory
    found = directory.find(value, *LISTS) if by == "id" else directory.at(value, *LISTS)
    if found is None:
        raise faults.no_such("list", value)
    return found


def is_owner(context: Context, entry: Entry) -> bool:
    """Say whether the caller owns a list, himself or by a group."""
    return access.find_grant(context.state, context.caller, OWNER, entry) is not None


def _require_creator(context: Context, entry: Entry, verb: str) -> None:
    if context.is_global_admin:
        return
    domain = context.state.domain_of(entry)
    if access.find_grant(context.state, context.caller, "createDistList", domain) is None:
        raise faults.denied(f"you do not have sufficient rights to {verb} this distribution list")


def _delete(context: Context, entry: Entry, _action: Element) -> None:
    _require_creator(context, entry, "delete")
    remove_list(context.state, entry)


def _modify(context: Context, entry: Entry, action: Element) -> None:
    lists.write_list(context.state, entry, modify.read(el.pairs(action)))


def _rename(context: Context, entry: Entry, action: Element) -> None:
    new_name = el.text(el.required_child(action, "newName"))
    _require_creator(context, entry, "rename")
    lists.rename_list(context, entry, new_name)


def _add_members(context: Context, entry: Entry, action: Element) -> None:
    add_members(context.state, entry, [el.text(each) for each in el.children(action, "dlm")])


def _remove_members(_context: Context, entry: Entry, action: Element) -> None:
    remove_members(entry, [el.text(each) for each in el.children(action, "dlm")])


def _add_owners(context: Context, entry: Entry, action: Element) -> None:
    for each in _holders(context, action, "owner", owning=True):
        grants.put(context, entry, Grant(each.id, each.type, OWNER))


def _remove_owners(context: Context, entry: Entry, action: Element) -> None:
    for each in _holders(context, action, "owner"):
        grants.remove(context, entry, each, Grant(each.id, each.type, OWNER))


def _set_owners(context: Context, entry: Entry, action: Element) -> None:
    _set(context, entry, OWNER, _holders(context, action, "owner", owning=True))


def _grant_rights(context: Context, entry: Entry, action: Element) -> None:
    for right, holders in _rights(context, action):
        for each in holders:
            grants.put(context, entry, Grant(each.id, each.type, right))


def _revoke_rights(context: Context, entry: Entry, action: Element) -> None:
    for right, holders in _rights(context, action):
        for each in holders:
            grants.remove(context, entry, each, Grant(each.id, each.type, right))


def _set_rights(context: Context, entry: Entry, action: Element) -> None:
    for right, holders in _rights(context, action):
        _set(context, entry, right, holders)


def _set(context: Context, entry: Entry, right: str, holders: list[grantees.Grantee]) -> None:
    """Let exactly these hold a right."""
    kept = [str(g) for g in access.grants_on(context.state, entry) if g.right != right]
    entry.put("zimbraACE", *kept)
    for each in holders:
        grants.put(context, entry, Grant(each.id, each.type, right))


def _rights(context: Context, action: Element) -> list[tuple[str, list[grantees.Grantee]]]:
    found = []
    for box in el.children(action, "right"):
        right = el.required(box, "right")
        if right not in USER_RIGHTS:
            raise faults.no_such("right", f"invalid right {right}")
        if right == OWNER:
            raise faults.invalid(
                f"{right} cannot be granted directly, use addOwners/removeOwners/setOwners "
                "operation instead"
            )
        found.append((right, _holders(context, box, "grantee")))
    return found


def _holders(
    context: Context, parent: Element, tag: str, *, owning: bool = False
) -> list[grantees.Grantee]:
    """Read who is meant; an e-mail address is taken as the account or list that has it."""
    found = []
    for box in el.children(parent, tag):
        each = grantees.read(context, box)
        if each.type == "email":
            each = _resolved(context, each)
        if owning and each.type not in ("usr", "grp", "egp", "dom", "all"):
            raise faults.invalid("invalid grantee type for groups owner")
        found.append(each)
    return found


def _resolved(context: Context, each: grantees.Grantee) -> grantees.Grantee:
    entry = context.state.directory.at(names.ascii_address(each.id), "account", "resource", *LISTS)
    if entry is None:
        return grantees.Grantee("gst", each.id, each.id)
    return grantees.Grantee("grp" if entry.kind in LISTS else "usr", entry.id, entry.name, entry)


_ACTIONS: dict[str, Callable[[Context, Entry, Element], None]] = {
    "delete": _delete,
    "modify": _modify,
    "rename": _rename,
    "addMembers": _add_members,
    "removeMembers": _remove_members,
    "addOwners": _add_owners,
    "removeOwners": _remove_owners,
    "setOwners": _set_owners,
    "grantRights": _grant_rights,
    "revokeRights": _revoke_rights,
    "setRights": _set_rights,
}
ACCOUNT = {"DistributionListActionRequest": list_action}
