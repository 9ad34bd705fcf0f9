"""Rights tried: whether somebody holds one, and by which grant.

Source: `service/admin/CheckRight.java`, `ACLAccessManager.canPerform`, `HardRules`, `AllowedAttrs`.
"""

from __future__ import annotations

from puq_zimbra.simulator import access, faults, grantees
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.access import Grant
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import ACCOUNT_KINDS, Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.handlers.grants import TYPES, find_target, named_right
from puq_zimbra.simulator.rights import ALLOWED_BY_DEFAULT, SINGLE, USER_RIGHTS
from puq_zimbra.simulator.settable import KINDS


def decision(
    context: Context, grantee: Entry, right: str, target: Entry | None
) -> tuple[bool, tuple[Entry | None, Grant] | None]:
    """Whether a grantee has a right, and the grant it comes from where that is told.

    Raises:
        faults.Fault: PERM_DENIED by a hard rule, or for an attribute that he may not change.
    """
    state = context.state
    if grantee.first("zimbraIsAdminAccount") == "TRUE":
        return True, None
    delegated = grantee.first("zimbraIsDelegatedAdminAccount") == "TRUE"
    if right not in USER_RIGHTS and not delegated:
        raise faults.denied("not an eligible admin account")
    if right in USER_RIGHTS and target is not None and target.kind in ACCOUNT_KINDS:
        login = delegated and access.find_grant(state, grantee, "adminLoginAs", target)
        family = right != "loginAs" and access.find_grant(state, grantee, "loginAs", target)
        if target is grantee or login or family:
            return True, None
    if right.startswith("set."):
        return _may_set(context, grantee, right, target), None
    found = access.decide(state, grantee, right, target)
    if found is None:
        return right in ALLOWED_BY_DEFAULT, None
    told = SINGLE.get(right, ("", ""))[0] == "preset"
    return found[1].modifier != "-", found if told else None


def check_right(context: Context, request: Element) -> Element:
    """CheckRightRequest: would someone be allowed, and through what.

    Who asks for himself needs no right to, but must name himself by his id.
    """
    _, target = find_target(context, request)
    box = el.required_child(request, "grantee")
    named = el.text(box)
    grantee = grantees.someone(context, el.required(box, "by"), named)
    if named != context.caller.id:
        access.require(context, "checkRightUsr", grantee, "account", grantee.name)
    right, _ = named_right(context, request)
    allowed, found = decision(context, grantee, right, target)
    made = el.response(request)
    made.set("allow", el.bit(allowed))
    if found is not None:
        place, via = found
        through = el.add(made, "via")
        type_ = TYPES.get(place.kind, place.kind) if place else "global"
        el.add(through, "target", {"type": type_}, place.name if place else "globalacltarget")
        name = grantees.shown_name(context.state, via.type, via.grantee)
        el.add(through, "grantee", {"type": via.type}, name or via.grantee)
        el.add(through, "right", {"deny": el.bit(via.modifier == "-")}, via.right)
    return made


def _may_set(context: Context, grantee: Entry, right: str, target: Entry | None) -> bool:
    """Whether a right to one attribute is held on a target of its kind."""
    _, type_, name = right.split(".", 2)
    if target is None or target.kind != KINDS.get(type_, type_):
        return False
    if not access.may_write(context.state, grantee, target, name):
        words = f"cannot access attribute {name} on {type_} target {target.name}"
        raise faults.denied(words)
    return True


ADMIN = {"CheckRightRequest": check_right}
