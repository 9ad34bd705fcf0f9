"""Owners of lists, through the users' service.

Source: `service/account/DistributionListAction.java`.
"""

from __future__ import annotations

from puq_zimbra.simulator import access, faults, shown
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import LISTS, Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.handlers.listmembers import add_members


def list_action(context: Context, request: Element) -> Element:
    """DistributionListActionRequest by an owner or a global administrator."""
    by, value = shown.selected(request, "dl")
    directory = context.world.directory
    found = directory.find(value, *LISTS) if by == "id" else directory.at(value, *LISTS)
    if found is None:
        raise faults.no_such("list", value)
    if not (
        context.is_global_admin
        or access.find_grant(context.world, context.caller, "ownDistList", found)
    ):
        raise faults.denied("you don't have sufficient permission")
    action = el.required_child(request, "action")
    op = el.required(action, "op")
    if op == "addMembers":
        add_members(found, [el.text(each) for each in el.children(action, "dlm")])
    elif op == "removeMembers":
        for each in el.children(action, "dlm"):
            (found.members or {}).pop(el.text(each), None)
    elif op in ("addOwners", "removeOwners", "setOwners"):
        _owners(context, found, action, op)
    else:
        raise faults.invalid(f"unsupported op: {op}")
    return el.response(request)


def _owners(context: Context, entry: Entry, action: Element, op: str) -> None:
    held = entry.attrs.get("zimbraACE", [])
    if op == "setOwners":
        held = [each for each in held if not each.endswith(" ownDistList")]
    for each in el.children(action, "owner"):
        person = shown.find_person(context, el.required(each, "by"), el.text(each))
        if person is None:
            raise faults.no_such("account", el.text(each))
        value = str(access.Grant(person.id, "usr", "ownDistList"))
        held = [v for v in held if v != value] + ([value] if op != "removeOwners" else [])
    entry.put("zimbraACE", *held)
