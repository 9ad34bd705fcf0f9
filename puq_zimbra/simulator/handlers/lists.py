"""Distribution lists, static and dynamic.

Source: `service/admin/CreateDistributionList.java`, `GetDistributionList.java`,
`ModifyDistributionList.java`, `DeleteDistributionList.java`, `RenameDistributionList.java`.
"""

from __future__ import annotations

from collections.abc import Iterable

from puq_zimbra.simulator import access, accountrules, faults, modify, names, shown
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
from puq_zimbra.simulator.world import World


def create(context: Context, request: Element) -> Element:
    """CreateDistributionListRequest."""
    name = el.child_first(request, "name")
    if not name:
        raise faults.invalid("missing name")
    dynamic = el.flag(request, "dynamic")
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
    made = shown.put(parent, "dl", entry, values, asked, dynamic=dynamic)
    owners = _owners(context.world, entry) if tag_owners else []
    if owners:
        box = el.add(made, "owners")
        for owner in owners:
            el.add(box, "owner", {"name": owner.name, "id": owner.id, "type": "usr"})
    for member in listed:
        el.add(made, "dlm", content=member)
    return made


def _owners(world: World, entry: Entry) -> list[Entry]:
    ids = [g.grantee for g in access.grants_on(world, entry) if g.right == "ownDistList"]
    return [world.directory.by_id[id_] for id_ in ids if id_ in world.directory.by_id]


def select(context: Context, request: Element, right: str) -> Entry:
    """List a request selects."""
    by, value = shown.selected(request, "dl")
    directory = context.world.directory
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
    asked = shown.wanted(context, request, entry.kind)
    everyone = members(context.world, entry)
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
    world = context.world
    if selector is not None:
        found = world.directory.of_domain(find_domain(context, selector).name, *LISTS)
    else:
        found = world.directory.all(*LISTS)
    made = el.response(request)
    for each in sorted(found, key=lambda entry: entry.name):
        if access.may(context, "listDistributionList", each):
            held = members(world, each)
            put(context, made, each, None, held, tag_owners=True)
            # Every list writes its count over the one before.
            made.set("total", str(len(held)))
    return made


def by_id(context: Context, request: Element, right: str) -> Entry:
    """List by id."""
    id_ = el.required(request, "id")
    found = context.world.directory.find(id_, *LISTS)
    if found is None:
        raise access.hide_missing(context, "list", id_, False)
    access.require_account(context, right, found, id_)
    return found


def change(context: Context, request: Element) -> Element:
    """ModifyDistributionListRequest: members may be set by attribute."""
    entry = by_id(context, request, "modifyDistributionList")
    schema = context.world.schema
    changes = modify.read(el.pairs(request))
    modify.check_values(schema, changes)
    if entry.kind == "group":
        changes = check_member_url(entry, changes)
    name = accountrules.find(changes, "displayName")
    if name is not None and not name.sign and accountrules.find(changes, "cn") is None:
        changes.append(Change("cn", "", name.values))
    if entry.members is not None:
        entry.attrs["zimbraMailForwardingAddress"] = list(entry.members)
    try:
        modify.apply(schema, entry, changes)
    finally:
        held = entry.attrs.pop("zimbraMailForwardingAddress", [])
        if entry.members is not None:
            entry.members = dict.fromkeys(held)
    made = el.response(request)
    put(context, made, entry)
    return made


def rename(context: Context, request: Element) -> Element:
    """RenameDistributionListRequest."""
    entry = by_id(context, request, "renameDistributionList")
    local, domain_name = names.split_address(el.required(request, "newName"))
    world = context.world
    domain = world.domain_named(domain_name)
    if domain.name != entry.domain:
        access.require(context, "createDistributionList", domain, "domain", domain.name)
    names.check_local(local)
    address = f"{local}@{domain.name}"
    if address == entry.name:
        leave_lists_by_own_name(world, entry)
    else:
        if address in world.directory.addresses:
            raise faults.list_exists(address)
        move(world, entry, address)
    made = el.response(request)
    put(context, made, entry)
    return made


def delete(context: Context, request: Element) -> Element:
    """DeleteDistributionListRequest: it leaves the lists it was in."""
    entry = by_id(context, request, "deleteDistributionList")
    remove_list(context.world, entry)
    return el.response(request)


ADMIN = {
    "CreateDistributionListRequest": create,
    "GetDistributionListRequest": get,
    "GetAllDistributionListsRequest": all_lists,
    "ModifyDistributionListRequest": change,
    "RenameDistributionListRequest": rename,
    "DeleteDistributionListRequest": delete,
}
