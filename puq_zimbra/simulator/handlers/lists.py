"""Distribution lists, static and dynamic.

Source: `service/admin/CreateDistributionList.java`, `GetDistributionList.java`,
`ModifyDistributionList.java`, `DeleteDistributionList.java`, `RenameDistributionList.java`.
"""

from __future__ import annotations

from collections.abc import Iterable

from puq_zimbra.simulator import access, accountrules, faults, grantees, modify, names, rendering
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import LISTS, Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.handlers.accounts import find_domain
from puq_zimbra.simulator.handlers.renames import leave_lists_by_own_name, move
from puq_zimbra.simulator.lists import (
    HIDDEN,
    check_member_url,
    create_list,
    members,
    remove_list,
)
from puq_zimbra.simulator.modify import Change
from puq_zimbra.simulator.state import State


def create(context: Context, request: Element) -> Element:
    """CreateDistributionListRequest."""
    name = el.child_first(request, "name")
    if not name:
        raise faults.invalid("missing name")
    dynamic = el.mild_flag(request, "dynamic")
    if dynamic and context.state.is_carbonio and not context.is_global_admin:
        raise faults.invalid(
            "Delegated Admins are not allowed to create Dynamic Distribution Lists"
        )
    changes = modify.read(el.pairs(request, jaxb=True))
    entry = create_list(context, name, dynamic, changes)
    made = el.response(request)
    fresh = Entry(entry.kind, entry.id, entry.name, dict(entry.attrs))
    if dynamic and accountrules.find(changes, "displayName") is None:
        # The name comes from the entry's DN, which a new entry has not been read from.
        fresh.put("cn")
    put(context, made, fresh)
    return made


def put(
    context: Context,
    parent: Element,
    entry: Entry,
    asked: tuple[str, ...] | None = None,
    listed: Iterable[str] = (),
    tag_owners: bool = False,
) -> Element:
    """Append a list, its owners and members."""
    dynamic = el.bit(entry.kind == "group")
    values = {n: v for n, v in entry.attrs.items() if n not in HIDDEN}
    made = rendering.put(parent, "dl", entry, values, asked, dynamic=dynamic)
    owners = owners_of(context.state, entry) if tag_owners else []
    if owners:
        box = el.add(made, "owners")
        for owner in owners:
            name = grantees.shown_name(context.state, owner.type, owner.grantee) or ""
            el.add(box, "owner", {"name": name, "id": owner.grantee, "type": owner.type})
    for member in listed:
        el.add(made, "dlm", content=names.unicode_address(member))
    return made


def owners_of(state: State, entry: Entry) -> list[access.Grant]:
    """Grants that make owners."""
    return [each for each in access.grants_on(state, entry) if each.right == "ownDistList"]


def select(context: Context, request: Element, right: str) -> Entry:
    """List a request selects."""
    by, value = rendering.selected(request, "dl")
    directory = context.state.directory
    if by == "id":
        found = directory.find(value, *LISTS)
    elif by == "name":
        found = directory.at(value, *LISTS)
    else:
        raise faults.invalid(f"unknown key: {by}")
    if found is None:
        raise access.hide_missing(context, "list", value, by == "name")
    access.require_account(context, right, found, value)
    return found


def get(context: Context, request: Element) -> Element:
    """GetDistributionListRequest: ``limit`` and ``offset`` page the members."""
    limit = el.number(request, "limit", 0)
    if limit < 0:
        raise faults.invalid(f"limit{limit} is negative")
    offset = el.number(request, "offset", 0)
    if offset < 0:
        raise faults.invalid(f"offset{offset} is negative")
    entry = select(context, request, "getDistributionList")
    asked = rendering.wanted(context, request, "list")
    everyone = members(context.state, entry)
    if offset > 0 and offset >= len(everyone):
        raise faults.invalid(f"offset {offset} greater than size {len(everyone)}")
    end = offset + limit if limit > 0 else len(everyone)
    made = el.response(request)
    made.set("total", str(len(everyone)))
    made.set("more", el.bit(end < len(everyone)))
    put(context, made, entry, asked, everyone[offset:end], tag_owners=True)
    return made


def all_lists(context: Context, request: Element) -> Element:
    """GetAllDistributionListsRequest."""
    selector = el.child(request, "domain")
    state = context.state
    if selector is not None:
        found = state.directory.of_domain(find_domain(context, selector).name, *LISTS)
    else:
        found = state.directory.all(*LISTS)
    made = el.response(request)
    for each in sorted(found, key=lambda entry: entry.name):
        if not access.may(context, access.of_list(each, "listDistributionList"), each):
            continue
        if state.is_carbonio:
            put(context, made, each, tag_owners=True)
        else:
            held = members(state, each)
            put(context, made, each, None, held, tag_owners=True)
            # Every list writes its count over the one before.
            made.set("total", str(len(held)))
    return made


def by_id(context: Context, request: Element, right: str | None) -> Entry:
    """List by id."""
    id_ = el.required(request, "id")
    found = context.state.directory.find(id_, *LISTS)
    if found is None:
        raise access.hide_missing(context, "list", id_, False)
    access.require_account(context, right, found, id_)
    return found


def change(context: Context, request: Element) -> Element:
    """ModifyDistributionListRequest: members may be set by attribute."""
    entry = by_id(context, request, None)
    changes = modify.read(el.pairs(request))
    if access.may_set(context, entry, [each.name for each in changes]) is not None:
        raise faults.denied(f"can not access distribution list {entry.id}")
    write_list(context.state, entry, changes)
    made = el.response(request)
    put(context, made, entry)
    return made


def write_list(state: State, entry: Entry, changes: list[Change]) -> None:
    """Check and write changes that the caller may make."""
    schema = state.schema
    check_member_url(entry, changes)
    modify.check_values(schema, changes)
    name = accountrules.find(changes, "displayName")
    follows = name is not None and not name.sign and not name.clears
    if name is not None and follows and accountrules.find(changes, "cn") is None:
        changes.append(Change("cn", "", name.values))
    if entry.members is not None:
        entry.attrs["zimbraMailForwardingAddress"] = list(entry.members)
    try:
        modify.apply(schema, entry, changes)
    finally:
        held = entry.attrs.pop("zimbraMailForwardingAddress", [])
        if entry.members is not None:
            entry.members = dict.fromkeys(held)


def rename(context: Context, request: Element) -> Element:
    """RenameDistributionListRequest."""
    entry = by_id(context, request, "renameDistributionList")
    rename_list(context, entry, el.required(request, "newName"))
    made = el.response(request)
    put(context, made, entry)
    return made


def rename_list(context: Context, entry: Entry, new_name: str) -> None:
    """Give a list another address, which must be free."""
    local, domain_name = names.split_address(new_name)
    state = context.state
    domain = state.domain_named(domain_name)
    if domain.name != entry.domain:
        access.require(context, "createDistributionList", domain, "domain", domain.name)
        if domain.first("zimbraDomainType") == "alias":
            raise faults.invalid("domain type must be local")
    names.check_local(local)
    address = f"{local}@{domain.name}"
    if address == entry.name:
        leave_lists_by_own_name(state, entry)
    else:
        if address in state.directory.addresses:
            raise faults.list_exists(address)
        move(state, entry, address)
        if entry.kind == "group":  # whose name in the directory is its ``cn``
            entry.put("cn", local)


def delete(context: Context, request: Element) -> Element:
    """DeleteDistributionListRequest: it leaves the lists it was in."""
    entry = by_id(context, request, "deleteDistributionList")
    remove_list(context.state, entry)
    return el.response(request)


ADMIN = {
    "CreateDistributionListRequest": create,
    "GetDistributionListRequest": get,
    "GetAllDistributionListsRequest": all_lists,
    "ModifyDistributionListRequest": change,
    "RenameDistributionListRequest": rename,
    "DeleteDistributionListRequest": delete,
}
