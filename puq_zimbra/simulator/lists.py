"""Lists made and removed, and who is on them.

Source: `LdapProvisioning.createDistributionList`/`createDynamicGroup`, callback `MemberURL`.
"""

from __future__ import annotations

from puq_zimbra.simulator import access, accountrules, faults, ldapfilter, modify, names
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import Entry, new_id
from puq_zimbra.simulator.modify import Change
from puq_zimbra.simulator.schema import Values
from puq_zimbra.simulator.status import refuse_suspended
from puq_zimbra.simulator.world import World

_CUSTOM_URL = "cannot have custom memberURL when zimbraIsACLGroup is TRUE"
#: Values that are members, shown apart.
HIDDEN = ("zimbraMailForwardingAddress",)


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
        **{n: v for n, v in values.items() if n not in HIDDEN},
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
        attrs["memberURL"] = [_default_url(entry.id)]
    elif attrs["zimbraIsACLGroup"] == ["TRUE"]:
        raise faults.invalid(_CUSTOM_URL)
    return attrs


def has_own_members(entry: Entry) -> bool:
    """Say whether members are added by hand, not chosen by a filter."""
    own = f"(zimbraMemberOf={entry.id})"
    return entry.kind == "list" or own in (entry.first("memberURL") or "")


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


def _default_url(id_: str) -> str:
    return f"ldap:///??sub?(|(zimbraMemberOf={id_})(zimbraId={new_id()}))"


def check_member_url(entry: Entry, changes: list[Change]) -> list[Change]:
    """A filter of one's own needs ``zimbraIsACLGroup`` FALSE; TRUE brings the default one back."""
    acl = accountrules.find(changes, "zimbraIsACLGroup")
    url = accountrules.find(changes, "memberURL")
    is_acl = (acl.value if acl else entry.first("zimbraIsACLGroup")) == "TRUE"
    if url is not None and not url.clears and is_acl:
        raise faults.invalid(_CUSTOM_URL)
    if acl is not None and is_acl and not has_own_members(entry):
        return [*changes, Change("memberURL", "", (_default_url(entry.id),))]
    return changes


def remove_list(world: World, entry: Entry) -> None:
    """Take a list out of the world."""
    addresses = (entry.name, *entry.aliases)
    for each in list(world.directory.lists_holding(addresses)):
        for address in addresses:
            if each.members is not None:
                each.members.pop(address, None)
    world.directory.remove(entry)
