"""Who is on a list, and on which lists someone is.

Source: `service/admin/AddDistributionListMember.java`, `RemoveDistributionListMember.java`,
`GetAccountMembership.java`, `GetDistributionListMembership.java`.
"""

from __future__ import annotations

from puq_zimbra.simulator import element as el
from puq_zimbra.simulator import faults, names
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.handlers import accounts, lists
from puq_zimbra.simulator.lists import has_own_members, members
from puq_zimbra.simulator.world import World


def add(context: Context, request: Element) -> Element:
    """AddDistributionListMemberRequest: repeating is no error, one bad address refuses all."""
    entry = lists.by_id(context, request, "addDistributionListMember")
    asked = [el.text(each) for each in el.children(request, "dlm")]
    if not asked:
        raise faults.invalid("members to add not specified")
    if not has_own_members(entry):
        raise faults.invalid("cannot add members to dynamic group with custom memberURL")
    if entry.kind == "group":
        # A dynamic list holds accounts, not addresses: aliases become the primary one.
        people = [context.world.directory.at(each, "account", "resource") for each in asked]
        asked = [p.name if p else each for p, each in zip(people, asked, strict=True)]
    add_members(entry, asked)
    return el.response(request)


def add_members(entry: Entry, asked: list[str]) -> None:
    """Add addresses, existing or not, but not the list's own."""
    own = {entry.name, *entry.aliases}
    wanted: list[str] = []
    for each in asked:
        local, domain = names.split_address(each)
        address = f"{local}@{domain}"
        if address in own:
            raise faults.invalid(f"Cannot add self as a member: {address}")
        wanted.append(address)
    entry.members = {**(entry.members or {}), **dict.fromkeys(wanted)}


def remove(context: Context, request: Element) -> Element:
    """RemoveDistributionListMemberRequest: one absent address and nothing is removed."""
    entry = lists.by_id(context, request, "removeDistributionListMember")
    asked = [el.text(each) for each in el.children(request, "dlm")]
    for each in el.children(request, "account"):
        person = context.world.directory.at(el.text(each), "account", "resource")
        held = (person.name, *person.aliases) if person else (el.text(each),)
        asked += [address for address in held if address in (entry.members or {})]
    if not asked:
        raise faults.invalid("empty remove set")
    if not has_own_members(entry):
        raise faults.invalid("cannot remove members from dynamic group with custom memberURL")
    gone = [names.ascii_address(each) for each in asked]
    absent = [each for each in gone if each not in (entry.members or {})]
    if absent:
        raise faults.Fault(
            "account.NO_SUCH_MEMBER",
            f"non-existent members: {','.join(absent)} in distribution list: {entry.name}",
        )
    entry.members = {each: None for each in entry.members or {} if each not in gone}
    return el.response(request)


def of_account(context: Context, request: Element) -> Element:
    """GetAccountMembershipRequest: direct lists, and those reached ``via`` another."""
    account = accounts.select(context, request, "getAccountMembership")
    made = el.response(request)
    for entry, via in sorted(holding(context.world, account), key=lambda pair: pair[0].name):
        attributes = {"via": via} if via else {}
        dynamic = el.bit(entry.kind == "group")
        el.add(made, "dl", {"name": entry.name, "id": entry.id, "dynamic": dynamic, **attributes})
    return made


def of_list(context: Context, request: Element) -> Element:
    """GetDistributionListMembershipRequest."""
    entry = lists.select(context, request, "getDistributionListMembership")
    made = el.response(request)
    for each, via in sorted(holding(context.world, entry), key=lambda pair: pair[0].name):
        attributes = {"via": via} if via else {}
        el.add(made, "dl", {"name": each.name, "id": each.id, **attributes})
    return made


def holding(world: World, entry: Entry) -> list[tuple[Entry, str]]:
    """Lists an entry is on, with the list in between."""
    found: dict[str, tuple[Entry, str]] = {}
    queue: list[tuple[Entry, str]] = [(entry, "")]
    while queue:
        member, _ = queue.pop(0)
        via = member.name if member is not entry else ""
        for each in world.directory.lists_holding((member.name, *member.aliases)):
            if each.id not in found:
                found[each.id] = (each, via)
                queue.append((each, via))
    for group in world.directory.lists.values():
        if group.kind == "group" and entry.name in members(world, group):
            found.setdefault(group.id, (group, ""))
    return list(found.values())


ADMIN = {
    "AddDistributionListMemberRequest": add,
    "RemoveDistributionListMemberRequest": remove,
    "GetAccountMembershipRequest": of_account,
    "GetDistributionListMembershipRequest": of_list,
}
