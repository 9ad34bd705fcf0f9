"""Lists made and removed, and who is on them.

Source: `LdapProvisioning.createDistributionList`/`createDynamicGroup`, callback `MemberURL`.
"""

from __future__ import annotations

from puq_zimbra.simulator import (
    access,
    accountrules,
    faults,
    grantees,
    ldapfilter,
    modify,
    names,
)
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import Entry, new_id
from puq_zimbra.simulator.modify import Change
from puq_zimbra.simulator.schema import Values
from puq_zimbra.simulator.state import State
from puq_zimbra.simulator.status import refuse_suspended

#: Values that are members, shown apart.
HIDDEN = ("zimbraMailForwardingAddress",)


def create_list(context: Context, name: str, dynamic: bool, changes: list[Change]) -> Entry:
    """Make a list; its address must be free."""
    state = context.state
    local, domain_name = names.split_address(name)
    domain = state.domain_named(domain_name)
    right = "createGroup" if dynamic else "createDistributionList"
    access.require(context, right, domain, "domain", domain.name)
    draft = Entry("group" if dynamic else "list", "", f"{local}@{domain.name}", {})
    access.require_set(context, draft, [each.name for each in changes])
    return enter_list(state, draft, changes)


def enter_list(state: State, draft: Entry, changes: list[Change]) -> Entry:
    """Make a list of a kind and name, for someone who may."""
    kind, address = draft.kind, draft.name
    local, dynamic = address.partition("@")[0], kind == "group"
    domain = state.domain_named(draft.domain)
    refuse_suspended(state, domain.name)
    names.check_local(local)
    if domain.first("zimbraDomainType") == "alias":
        raise faults.failure(f"unable to create distribution list: {address}")
    # Whether a dynamic list may hold rights is said once, at its creation.
    fixed = ("zimbraIsACLGroup",) if dynamic else ()
    checked = [each for each in changes if each.name not in fixed]
    modify.check_values(state.schema, checked, creating=True)
    values = modify.for_create(state.schema, kind, changes)
    if address in state.directory.aliases:
        raise faults.directory(
            "INVALID_ATTR_VALUE",
            modify.CREATING,
            f"non-unique attributes found with (|(mail={address}))",
        )
    if address in state.directory.addresses:
        raise faults.list_exists(address)
    entry = Entry(kind, new_id(), address, {})
    entry.attrs = _attributes(state, entry, local, values, dynamic)
    entry.members = dict.fromkeys(values.get("zimbraMailForwardingAddress", ()))
    state.directory.add(entry)
    return entry


def _attributes(state: State, entry: Entry, local: str, values: Values, dynamic: bool) -> Values:
    attrs: Values = {
        "zimbraMailStatus": ["enabled"],
        "zimbraMailHost": [state.hostname],
        **{n: v for n, v in values.items() if n not in HIDDEN},
        "zimbraId": [entry.id],
        "mail": [entry.name],
        "zimbraMailAlias": [entry.name],
        "zimbraCreateTimestamp": [state.timestamp()],
    }
    if "displayName" in values and "cn" not in values:
        attrs["cn"] = values["displayName"]
    if not dynamic:
        attrs["uid"] = [local]
        attrs["objectClass"] = ["zimbraDistributionList", "zimbraMailRecipient"]
        return attrs
    attrs["objectClass"] = ["groupOfURLs", "dgIdentityAux", "zimbraGroup"]
    attrs.setdefault("cn", [local])
    return {**attrs, **_query(entry, values)}


def _query(entry: Entry, values: Values) -> Values:
    """Who is on a dynamic list: those added by hand, or those whom a filter of its own finds."""
    acl = values.get("zimbraIsACLGroup")
    if "memberURL" not in values:
        if acl == ["FALSE"]:
            raise faults.invalid(
                "No custom memberURL is provided, zimbraIsACLGroup cannot be set to FALSE"
            )
        return {"memberURL": [_default_url(entry.id)], "zimbraIsACLGroup": ["TRUE"]}
    if acl is None:
        raise faults.directory(
            "OBJECT_CLASS_VIOLATION",
            modify.CREATING,
            "object class 'zimbraGroup' requires attribute 'zimbraIsACLGroup'",
        )
    return {"memberURL": values["memberURL"], "zimbraIsACLGroup": acl}


def has_own_members(entry: Entry) -> bool:
    """Say whether members are added by hand, not chosen by a filter."""
    own = f"(zimbraMemberOf={entry.id})"
    return entry.kind == "list" or own in (entry.first("memberURL") or "")


def members(state: State, entry: Entry) -> list[str]:
    """Members' addresses, sorted."""
    if has_own_members(entry):
        return sorted(entry.members or ())
    wanted = _filter_of(entry)
    accounts = state.directory.all("account", "resource") if wanted is not None else ()
    return sorted(each.name for each in accounts if wanted and wanted.matches(each.attrs))


def _filter_of(entry: Entry) -> ldapfilter.Node | None:
    """Filter of a dynamic list; an invalid one matches no account."""
    _, mark, text = (entry.first("memberURL") or "").rpartition("?")
    try:
        return ldapfilter.parse(text) if mark else None
    except faults.Fault:
        return None


def _default_url(id_: str) -> str:
    return f"ldap:///??sub?(|(zimbraMemberOf={id_})(zimbraId={new_id()}))"


def check_member_url(entry: Entry, changes: list[Change]) -> None:
    """A filter may change only where the list has one of its own and holds no rights."""
    url = accountrules.find(changes, "memberURL")
    if url is not None and entry.first("zimbraIsACLGroup") != "FALSE":
        raise faults.invalid("cannot modify memberURL when zimbraIsACLGroup is TRUE")


def remove_list(state: State, entry: Entry) -> None:
    """Take a list out of the state."""
    addresses = (entry.name, *entry.aliases)
    for each in list(state.directory.lists_holding(addresses)):
        for address in addresses:
            if each.members is not None:
                each.members.pop(address, None)
    grantees.drop_grants(state, entry.id)
    state.directory.remove(entry)
