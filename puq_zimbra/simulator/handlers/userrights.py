"""Rights that users give on their own mailbox, and ask about.

Source: `service/account/GrantRights.java`, `RevokeRights.java`, `GetRights.java`,
`CheckRights.java`, `DiscoverRights.java`.
"""

from __future__ import annotations

from collections.abc import Iterator

from puq_zimbra.simulator import access, faults, grantees
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.access import Grant, acting
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import ACCOUNT_KINDS, LISTS, Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.grantees import Grantee
from puq_zimbra.simulator.handlers import grants, rightchecks
from puq_zimbra.simulator.rights import USER_RIGHTS
from puq_zimbra.simulator.state import State

#: Rights whose targets are told by their addresses.
_SENDING = ("sendAs", "sendOnBehalfOf", "sendAsDistList", "sendOnBehalfOfDistList")


def grant(context: Context, request: Element) -> Element:
    """GrantRightsRequest: all of them, or none."""
    account = acting(context)
    wanted = [_read(context, each) for each in el.children(request, "ace")]
    made = el.response(request)
    for each, grantee in wanted:
        grants.put(context, account, each)
        _put(made, each, grantee.name)
    return made


def revoke(context: Context, request: Element) -> Element:
    """RevokeRightsRequest: rights that are not granted are ignored."""
    account = acting(context)
    made = el.response(request)
    for box in el.children(request, "ace"):
        each, grantee = _read(context, box)
        if each in access.grants_on(context.state, account):
            grants.remove(context, account, grantee, each)
            _put(made, each, grantee.name)
    return made


def _read(context: Context, box: Element) -> tuple[Grant, Grantee]:
    right = el.required(box, "right")
    if right not in USER_RIGHTS:
        raise faults.failure(f"invalid right {right}")
    id_, name = el.optional(box, "zid"), el.optional(box, "d")
    by, value = ("id", id_) if id_ else ("name", name or "")
    grantee = grantees.named(context, el.required(box, "gt"), by, value)
    modifier = "-" if el.flag(box, "deny") else ""
    return Grant(grantee.id, grantee.type, right, modifier), grantee


def _put(parent: Element, each: Grant, name: str | None) -> None:
    attributes = {"gt": each.type, "zid": each.grantee, "right": each.right}
    if name is not None:
        attributes["d"] = name
    if each.modifier == "-":
        attributes["deny"] = "1"
    el.add(parent, "ace", attributes)


def own(context: Context, request: Element) -> Element:
    """GetRightsRequest: of the rights named, or of all, who holds them."""
    asked = {el.required(each, "right") for each in el.children(request, "ace")}
    made = el.response(request)
    for each in access.grants_on(context.state, acting(context)):
        if each.right in (asked or USER_RIGHTS):
            _put(made, each, grantees.shown_name(context.state, each.type, each.grantee))
    return made


def check(context: Context, request: Element) -> Element:
    """CheckRightsRequest: right by right, and whether all of a target's are held."""
    account = acting(context)
    made = el.response(request)
    for box in el.children(request, "target"):
        type_, by = el.required(box, "type"), el.required(box, "by")
        key = el.required(box, "key")
        target = grants.find_entry(context, type_, by, key)
        asked = [el.text(each) for each in el.children(box, "right")]
        held = {each: _may(context, account, each, target) for each in asked}
        attributes = {"type": type_, "by": by, "key": key, "allow": el.bit(all(held.values()))}
        inner = el.add(made, "target", attributes)
        for each in asked:
            el.add(inner, "right", {"allow": el.bit(held[each])}, each)
    return made


def _may(context: Context, account: Entry, right: str, target: Entry) -> bool:
    if right not in USER_RIGHTS:
        raise faults.no_such("right", f"invalid right {right}")
    return rightchecks.decision(context, account, right, target)[0]


def discover(context: Context, request: Element) -> Element:
    """DiscoverRightsRequest: on what rights are granted to the caller."""
    account = acting(context)
    made = el.response(request)
    for right in (el.text(each) for each in el.children(request, "right")):
        if right not in USER_RIGHTS:
            raise faults.no_such("right", f"invalid right {right}")
        box = el.add(made, "targets", {"right": right})
        for target in _granted(context.state, account, right):
            _put_target(box, right, target)
    return made


def _granted(state: State, account: Entry, right: str) -> Iterator[Entry]:
    """Entries on which a right is granted, oneself left out."""
    for target in list(state.directory.by_id.values()):
        granted = any(each.right == right for each in access.grants_on(state, target))
        if target is not account and granted and access.find_grant(state, account, right, target):
            yield target


def _put_target(parent: Element, right: str, target: Entry) -> None:
    kinds = {**dict.fromkeys(ACCOUNT_KINDS, "account"), **dict.fromkeys(LISTS, "dl")}
    type_ = {"type": kinds.get(target.kind, target.kind)}
    if right in _SENDING:
        el.add(el.add(parent, "target", type_), "email", {"addr": target.name})
        return
    shown = {"id": target.id, "name": target.name, **type_}
    name = target.first("displayName")
    el.add(parent, "target", {**shown, **({"d": name} if name else {})})


ACCOUNT = {
    "GrantRightsRequest": grant,
    "RevokeRightsRequest": revoke,
    "GetRightsRequest": own,
    "CheckRightsRequest": check,
    "DiscoverRightsRequest": discover,
}
