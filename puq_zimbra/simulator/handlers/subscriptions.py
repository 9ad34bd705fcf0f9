"""Lists as their members see them: which I am on, what they are, joining and leaving.

Source: `service/account/GetAccountDistributionLists.java`, `GetDistributionList.java`,
`SubscribeDistributionList.java`.
"""

from __future__ import annotations

from collections.abc import Iterable

from puq_zimbra.simulator import access, faults, grantees, names
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.access import acting
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.handlers.listmembers import add_members, holding, remove_members
from puq_zimbra.simulator.handlers.listowners import OWNER, find_list, is_owner
from puq_zimbra.simulator.handlers.lists import owners_of
from puq_zimbra.simulator.lists import members
from puq_zimbra.simulator.rights import USER_RIGHTS
from puq_zimbra.simulator.wordlist import words

_POLICIES = {
    "subscribe": "zimbraDistributionListSubscriptionPolicy",
    "unsubscribe": "zimbraDistributionListUnsubscriptionPolicy",
}
_FOR_ALL = words("description displayName zimbraHideInGal zimbraNotes")
_FOR_OWNERS = _FOR_ALL | words(
    """mail zimbraIsAdminGroup zimbraLocale zimbraMailAlias zimbraMailStatus
    zimbraPrefReplyToAddress zimbraPrefReplyToDisplay zimbraPrefReplyToEnabled"""
)


def get(context: Context, request: Element) -> Element:
    """GetDistributionListRequest of a user: owners see more, and who holds which right."""
    entry = find_list(context, request)
    made = el.response(request)
    box = el.add(made, "dl", _head(entry))
    owns = is_owner(context, entry)
    if context.caller.name in members(context.state, entry):
        box.set("isMember", "1")
    if owns:
        box.set("isOwner", "1")
    owners = owners_of(context.state, entry) if el.flag(request, "needOwners") else []
    if owners:
        _put_holders(context, el.add(box, "owners"), "owner", owners)
    # Carbonio tells users no policies.
    policies = () if context.state.is_carbonio else tuple(_POLICIES.values())
    _put_values(box, entry, _FOR_OWNERS if owns else _FOR_ALL, policies)
    rights = el.optional(request, "needRights")
    if owns and rights is not None:
        _put_rights(context, el.add(box, "rights"), entry, rights.split(","))
    return made


def _head(entry: Entry) -> dict[str, str]:
    dynamic = el.bit(entry.kind == "group")
    return {"name": names.unicode_address(entry.name), "id": entry.id, "dynamic": dynamic}


def _put_values(box: Element, entry: Entry, shown: Iterable[str], policies: Iterable[str]) -> None:
    wanted = set(shown)
    el.add_values(box, {n: v for n, v in entry.attrs.items() if n in wanted})
    for name in policies:
        el.add(box, "a", {"n": name}, _policy(entry, name))


def _policy(entry: Entry, name: str) -> str:
    """What holds for a list: static ones refuse, dynamic ones accept unless told."""
    return entry.first(name) or ("REJECT" if entry.kind == "list" else "ACCEPT")


def _put_holders(context: Context, box: Element, tag: str, held: Iterable[access.Grant]) -> None:
    for each in held:
        name = grantees.shown_name(context.state, each.type, each.grantee)
        attributes = {"type": each.type, "id": each.grantee}
        el.add(box, tag, attributes if name is None else {**attributes, "name": name})


def _put_rights(context: Context, box: Element, entry: Entry, asked: Iterable[str]) -> None:
    held = access.grants_on(context.state, entry)
    for right in asked:
        if right not in USER_RIGHTS:
            raise faults.no_such("right", f"invalid right {right}")
        if right == OWNER:
            raise faults.invalid(
                f"{right} cannot be queried directly, owners are returned in the owners section"
            )
        made = el.add(box, "right", {"right": right})
        _put_holders(context, made, "grantee", (each for each in held if each.right == right))


def mine(context: Context, request: Element) -> Element:
    """GetAccountDistributionListsRequest: lists that the user is on or owns."""
    account, state = acting(context), context.state
    with_owned = el.flag(request, "ownerOf")
    scope = el.optional(request, "memberOf") or "directOnly"
    asked = {each.strip() for each in (el.optional(request, "attrs") or "").split(",")}
    on = {entry.id: via for entry, via in holding(state, account)} if scope != "none" else {}
    if scope == "directOnly":
        on = {id_: via for id_, via in on.items() if not via}
    owned: set[str] = set()
    if with_owned:
        lists = state.directory.lists.values()
        owned = {e.id for e in lists if access.find_grant(state, account, OWNER, e)}
    made = el.response(request)
    found = [state.directory.by_id[id_] for id_ in {*on, *owned}]
    for entry in sorted(found, key=lambda e: (e.first("displayName") or e.name).lower()):
        box = el.add(made, "dl", {**_head(entry), "ref": _dn(entry)})
        if entry.first("displayName"):
            box.set("d", entry.first("displayName") or "")
        if with_owned:
            box.set("isOwner", el.bit(entry.id in owned))
        if scope != "none":
            box.set("isMember", el.bit(entry.id in on))
            if on.get(entry.id):
                box.set("via", on[entry.id])
        allowed = _FOR_OWNERS if entry.id in owned else _FOR_ALL
        _put_values(box, entry, asked & allowed, asked & set(_POLICIES.values()))
    return made


def _dn(entry: Entry) -> str:
    if entry.kind == "list":
        return names.dn(entry.name)
    local, _, domain = entry.name.partition("@")
    return f"cn={local},cn=groups," + ",".join(f"dc={part}" for part in domain.split("."))


def subscribe(context: Context, request: Element) -> Element:
    """SubscribeDistributionListRequest, under the list's policy."""
    account, entry = acting(context), find_list(context, request)
    op = el.required(request, "op")
    if op not in _POLICIES:
        raise faults.invalid(f"unknown operation: {op}")
    policy = _policy(entry, _POLICIES[op])
    joining = op == "subscribe"
    if policy == "REJECT":
        word = "subscription" if joining else "un-subscription"
        raise faults.denied(f"{word} policy for group {entry.name} is reject")
    made = el.response(request)
    if policy == "APPROVAL":
        if not owners_of(context.state, entry):
            raise faults.denied(
                f"{op}request needs approval but there is no owner for list {entry.name}"
            )
        made.set("status", "awaiting_approval")
        return made
    if joining:
        add_members(context.state, entry, [account.name])
    else:
        remove_members(entry, [account.name])
    made.set("status", f"{op}d")
    return made


ACCOUNT = {
    "GetDistributionListRequest": get,
    "GetAccountDistributionListsRequest": mine,
    "SubscribeDistributionListRequest": subscribe,
}
