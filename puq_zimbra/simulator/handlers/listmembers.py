"""Who is on a list, and on which lists someone is.

Source: `service/admin/AddDistributionListMember.java`, `RemoveDistributionListMember.java`,
`GetAccountMembership.java`, `GetDistributionListMembership.java`.
"""

from __future__ import annotations

from puq_zimbra.simulator import element as el
from puq_zimbra.simulator import faults, modify, names
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import LISTS, Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.handlers import accounts, lists
from puq_zimbra.simulator.lists import has_own_members
from puq_zimbra.simulator.state import State


def add(context: Context, request: Element) -> Element:
    """AddDistributionListMemberRequest: repeating is no error, one bad address refuses all."""
    entry = lists.by_id(context, request, "addDistributionListMember")
    asked = [el.text(each) for each in el.children(request, "dlm")]
    if not asked:
        raise faults.invalid("members to add not specified")
    if not has_own_members(entry):
        raise faults.invalid("cannot add members to dynamic group with custom memberURL")
    if entry.kind == "group":
        for each in asked:
            if context.state.directory.at(each, *LISTS) is not None:
                raise faults.invalid(f"address cannot be a group: [{each}]")
        # A dynamic list holds accounts, not addresses: aliases become the primary one.
        accounts = [context.state.directory.at(each, "account", "resource") for each in asked]
        asked = [p.name if p else each for p, each in zip(accounts, asked, strict=True)]
    add_members(context.state, entry, asked)
    return el.response(request)


def add_members(state: State, entry: Entry, asked: list[str]) -> None:
    """Add addresses, existing or not, but not the list's own, nor a dynamic list's."""
    own = {entry.name, *entry.aliases}
    wanted: list[str] = []
    for each in asked:
        address = names.member_address(each)
        if address in own:
            raise faults.invalid(f"Cannot add self as a member: {address}")
        if entry.kind == "list" and state.directory.at(address, "group") is not None:
            raise faults.invalid(f"Cannot add dynamic group as a member: {address}")
        wanted.append(address)
    if not all(each.isascii() for each in wanted):
        raise faults.bad_value(
            f"invalid attr value: invalid attr value - {modify.MODIFYING}: {faults.LDAP_HOST}: "
            "zimbraMailForwardingAddress: value #0 invalid per syntax"
        )
    entry.members = {**(entry.members or {}), **dict.fromkeys(wanted)}


def remove(context: Context, request: Element) -> Element:
    """RemoveDistributionListMemberRequest: one absent address and nothing is removed."""
    entry = lists.by_id(context, request, "removeDistributionListMember")
    asked = [el.text(each) for each in el.children(request, "dlm")]
    for each in el.children(request, "account"):
        member = context.state.directory.at(el.text(each), "account", "resource")
        held = (member.name, *member.aliases) if member else (el.text(each),)
        asked += [address for address in held if address in (entry.members or {})]
    if not asked:
        raise faults.invalid("empty remove set")
    if not has_own_members(entry):
        raise faults.invalid("cannot remove members from dynamic group with custom memberURL")
    remove_members(entry, asked)
    return el.response(request)


def remove_members(entry: Entry, asked: list[str]) -> None:
    """Remove addresses; NO_SUCH_MEMBER when one is none, and nothing is removed."""
    gone = [names.ascii_address(each) for each in asked]
    absent = [each for each in gone if each not in (entry.members or {})]
    if absent:
        raise faults.Fault(
            "account.NO_SUCH_MEMBER",
            f"non-existent members: {','.join(absent)} in distribution list: {entry.name}",
        )
    entry.members = {each: None for each in entry.members or {} if each not in gone}


def of_account(context: Context, request: Element) -> Element:
    """GetAccountMembershipRequest: direct lists, and those reached ``via`` another."""
    account = accounts.select(context, request, "getAccountMembership")
    made = el.response(request)
    for entry, via in sorted(holding(context.state, account), key=lambda pair: pair[0].name):
        attributes = {"via": via} if via else {}
        dynamic = el.bit(entry.kind == "group")
        el.add(made, "dl", {"name": entry.name, "id": entry.id, "dynamic": dynamic, **attributes})
    return made


def of_list(context: Context, request: Element) -> Element:
    """GetDistributionListMembershipRequest."""
    entry = lists.select(context, request, "getDistributionListMembership")
    if entry.kind == "group":
        raise faults.no_such("list", entry.name)
    made = el.response(request)
    for each, via in sorted(holding(context.state, entry), key=lambda pair: pair[0].name):
        attributes = {"via": via} if via else {}
        el.add(made, "dl", {"name": each.name, "id": each.id, **attributes})
    return made


def holding(state: State, entry: Entry) -> list[tuple[Entry, str]]:
    """Lists an entry is on, with the list in between."""
    found: dict[str, tuple[Entry, str]] = {}
    queue: list[tuple[Entry, str]] = [(entry, "")]
    while queue:
        member, _ = queue.pop(0)
        via = member.name if member is not entry else ""
        for each in state.directory.lists_holding((member.name, *member.aliases)):
            if each.id not in found:
                found[each.id] = (each, via)
                queue.append((each, via))
    for group in state.directory.lists.values():
        held = group.members or () if group.kind == "group" else ()
        if has_own_members(group) and entry.name in held:
            found.setdefault(group.id, (group, ""))
    return list(found.values())


ADMIN = {
    "AddDistributionListMemberRequest": add,
    "RemoveDistributionListMemberRequest": remove,
    "GetAccountMembershipRequest": of_account,
    "GetDistributionListMembershipRequest": of_list,
}
