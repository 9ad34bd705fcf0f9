"""Lists that users make, and who is on a list as its readers see it.

Source: `service/account/CreateDistributionList.java`, `GetDistributionListMembers.java`.
"""

from __future__ import annotations

from puq_zimbra.simulator import access, faults, modify, names
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.access import Grant, acting
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import LISTS, Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.handlers import grants
from puq_zimbra.simulator.handlers.listowners import OWNER, is_owner
from puq_zimbra.simulator.lists import HIDDEN, enter_list, members


def create(context: Context, request: Element) -> Element:
    """CreateDistributionListRequest of a user: dynamic unless told; its maker owns it."""
    state, caller = context.state, context.caller
    local, domain_name = names.split_address(el.required(request, "name"))
    domain = state.domain_named(domain_name)
    granted = access.find_grant(state, caller, "createDistList", domain)
    if not context.is_global_admin and granted is None:
        raise faults.denied("you do not have sufficient rights to create distribution list")
    kind = "group" if el.flag(request, "dynamic", True) else "list"
    draft = Entry(kind, "", f"{local}@{domain.name}", {})
    entry = enter_list(state, draft, modify.read(el.pairs(request)))
    grants.put(context, entry, Grant(caller.id, "usr", OWNER))
    made = el.response(request)
    dn = names.dn_of_group(entry.name) if kind == "group" else names.dn(entry.name)
    shown = {"name": entry.name, "id": entry.id, "ref": dn}
    box = el.add(made, "dl", shown)
    el.add_values(box, {n: v for n, v in entry.attrs.items() if n not in (*HIDDEN, "zimbraACE")})
    return made


def listed(context: Context, request: Element) -> Element:
    """GetDistributionListMembersRequest: hidden lists show theirs to owners only."""
    acting(context)
    name = el.text(el.required_child(request, "dl"))
    limit, offset = el.number(request, "limit", 0), el.number(request, "offset", 0)
    for word, number in (("limit", limit), ("offset", offset)):
        if number < 0:
            raise faults.invalid(f"{word}{number} is negative")
    found = context.state.directory.at(name, *LISTS)
    hidden = found is not None and found.first("zimbraHideInGal") == "TRUE"
    if found is None or (hidden and not is_owner(context, found)):
        raise faults.no_such("list", name)
    if not _may_expand(context, found):
        raise faults.denied(f"can not access dl members: {name}")
    everyone = members(context.state, found)
    if offset > 0 and offset >= len(everyone):
        raise faults.invalid(f"offset {offset} greater than size {len(everyone)}")
    end = min(offset + limit, len(everyone)) if limit else len(everyone)
    made = el.response(request)
    made.set("more", el.bit(end < len(everyone)))
    made.set("total", str(len(everyone)))
    for each in everyone[offset:end]:
        el.add(made, "dlm", content=each)
    return made


def _may_expand(context: Context, entry: Entry) -> bool:
    """Everyone may see the members but those to whom it is denied."""
    if context.is_global_admin or is_owner(context, entry):
        return True
    decided = access.decide(context.state, context.caller, "viewDistList", entry)
    return decided is None or decided[1].modifier != "-"


ACCOUNT = {
    "CreateDistributionListRequest": create,
    "GetDistributionListMembersRequest": listed,
}
