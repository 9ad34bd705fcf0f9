"""Distribution lists, static and dynamic.

Source: `service/admin/CreateDistributionList.java`, `GetDistributionList.java`,
`ModifyDistributionList.java`, `DeleteDistributionList.java`, `RenameDistributionList.java`.
"""

from __future__ import annotations

from collections.abc import Iterable

from puq_zimbra.simulator import (
    access,
    accountrules,
    faults,
    ldapfilter,
    modify,
    names,
    shown,
)
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import LISTS, Entry, new_id
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.handlers.accounts import find_domain
from puq_zimbra.simulator.handlers.renames import leave_lists_by_own_name, move
from puq_zimbra.simulator.modify import Change
from puq_zimbra.simulator.schema import Values
from puq_zimbra.simulator.status import refuse_suspended
from puq_zimbra.simulator.world import World

_HIDDEN = ("zimbraMailForwardingAddress",)


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


def create_list(context: Context, name: str, dynamic: bool, changes: list[Change]) -> Entry:
    """Make a list; its address must be free."""
    world = context.world
    local, domain_name = names.split_address(name)
    domain = world.domain_named(domain_name)
    right = "createGroup" if dynamic else "createDistributionList"
    access.require(context, right, domain, "domain", domain.name)
    refuse_suspended(world, domain.name)
    names.check_local(local)
    if domain.first("zimbraDomainType") == "alias":
        raise faults.failure(f"unable to create distribution list: {local}@{domain.name}")
    modify.check_values(world.schema, changes, creating=True)
    kind = "group" if dynamic else "list"
    values = modify.for_create(world.schema, kind, changes)
    address = f"{local}@{domain.name}"
    if address in world.directory.aliases:
        raise faults.directory(
            "INVALID_ATTR_VALUE",
            modify.CREATING,
            f"non-unique attributes found with (|(mail={address}))",
        )
    if address in world.directory.addresses:
        raise faults.list_exists(address)
    entry = Entry(kind, new_id(), address, {})
    entry.attrs = _attributes(world, entry, local, values, dynamic)
    entry.members = dict.fromkeys(values.get("zimbraMailForwardingAddress", ()))
    world.directory.add(entry)
    return entry


def _attributes(world: World, entry: Entry, local: str, values: Values, dynamic: bool) -> Values:
    attrs: Values = {
        "zimbraMailStatus": ["enabled"],
        "zimbraMailHost": [world.hostname],
        **{n: v for n, v in values.items() if n not in _HIDDEN},
        "zimbraId": [entry.id],
        "mail": [entry.name],
        "zimbraMailAlias": [entry.name],
        "zimbraCreateTimestamp": [world.timestamp()],
    }
    if "displayName" in values and "cn" not in values:
        attrs["cn"] = values["displayName"]
    if not dynamic:
        attrs["uid"] = [local]
        attrs["objectClass"] = ["zimbraDistributionList", "zimbraMailRecipient"]
        return attrs
    attrs["objectClass"] = ["groupOfURLs", "dgIdentityAux", "zimbraGroup"]
    attrs.setdefault("zimbraIsACLGroup", ["TRUE"])
    attrs.setdefault("cn", [local])
    if "memberURL" not in values:
        own = f"(|(zimbraMemberOf={entry.id})(zimbraId={new_id()}))"
        attrs["memberURL"] = [f"ldap:///??sub?{own}"]
    elif attrs["zimbraIsACLGroup"] == ["TRUE"]:
        raise faults.invalid("cannot set memberURL when zimbraIsACLGroup is TRUE")
    return attrs


def has_own_members(entry: Entry) -> bool:
    """Say whether members are added by hand, not chosen by a filter."""
    return entry.kind == "list" or entry.first("zimbraIsACLGroup") == "TRUE"


def members(world: World, entry: Entry) -> list[str]:
    """Members' addresses, sorted."""
    if has_own_members(entry):
        return sorted(entry.members or ())
    url = entry.first("memberURL") or ""
    wanted = ldapfilter.parse(url.rpartition("?")[2])
    return sorted(
        each.name
        for each in world.directory.all("account", "resource")
        if wanted.matches(each.attrs)
    )


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
    values = {n: v for n, v in entry.attrs.items() if n not in _HIDDEN}
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


def remove_list(world: World, entry: Entry) -> None:
    """Take a list out of the world."""
    addresses = (entry.name, *entry.aliases)
    for each in list(world.directory.lists_holding(addresses)):
        for address in addresses:
            if each.members is not None:
                each.members.pop(address, None)
    world.directory.remove(entry)


ADMIN = {
    "CreateDistributionListRequest": create,
    "GetDistributionListRequest": get,
    "GetAllDistributionListsRequest": all_lists,
    "ModifyDistributionListRequest": change,
    "RenameDistributionListRequest": rename,
    "DeleteDistributionListRequest": delete,
}
