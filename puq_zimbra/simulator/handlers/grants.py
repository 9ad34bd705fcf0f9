"""Rights granted, revoked, listed, tried.

Source: `service/admin/GrantRight.java`, `RevokeRight.java`, `GetGrants.java`, `CheckRight.java`,
`RightCommand`.
"""

from __future__ import annotations

from puq_zimbra.simulator import access, faults, names, shown
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.access import Grant
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import LISTS, PEOPLE, Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.rights import TARGETS, USER_RIGHTS

_MODIFIERS = {"deny": "-", "canDelegate": "+", "disinheritSubGroups": "*", "subDomain": "^"}
_NOT_DELEGATED = (
    "grantee for admin right or for user right with the canDelegate modifier must be a delegated "
    "admin account or admin group, it cannot be a global admin account or a regular user account."
)


def _target(context: Context, request: Element) -> tuple[str, Entry | None]:
    """Type and entry of a request's ``target``; no entry means the global one."""
    box = el.required_child(request, "target")
    type_ = el.required(box, "type")
    if type_ == "global":
        return type_, None
    by, value = el.required(box, "by"), el.text(box)
    return type_, _entry(context, type_, by, value)


def _entry(context: Context, type_: str, by: str, value: str) -> Entry:
    directory = context.world.directory
    if type_ in ("account", "calresource"):
        found = shown.find_person(context, by, value)
    elif type_ in ("dl", "group"):
        found = directory.find(value, *LISTS) if by == "id" else directory.at(value, *LISTS)
    elif by == "id":
        found = directory.find(value, type_)
    else:
        found = {
            "domain": directory.domains.get(names.ascii_domain(value)),
            "cos": directory.coses.get(value.lower()),
            "server": directory.servers.get(value),
        }.get(type_)
    if found is None:
        noun = {"calresource": "resource", "dl": "list", "group": "list"}.get(type_, type_)
        if noun not in ("account", "resource", "list", "domain", "cos", "server"):
            raise faults.invalid(f"unknown target type: {type_}")
        raise faults.no_such(noun, value)
    return found


def _grantee(context: Context, request: Element) -> tuple[str, Entry]:
    box = el.required_child(request, "grantee")
    type_ = el.optional(box, "type") or "usr"
    by, value = el.required(box, "by"), el.text(box)
    directory = context.world.directory
    if type_ == "grp":
        found = directory.find(value, *LISTS) if by == "id" else directory.at(value, *LISTS)
        if found is None:
            raise faults.no_such("list", value)
        return type_, found
    if type_ != "usr":
        raise faults.invalid(f"unknown grantee type: {type_}")
    person = shown.find_person(context, by, value)
    if person is None:
        raise faults.no_such("account", value)
    return type_, person


def _right(request: Element) -> tuple[str, str]:
    box = el.required_child(request, "right")
    modifiers = [sign for name, sign in _MODIFIERS.items() if el.flag(box, name)]
    if len(modifiers) > 1:
        raise faults.invalid("can only have one modifier")
    name = el.text(box).strip()
    if name not in TARGETS and "." not in name:
        raise faults.no_such("right", f"invalid right {name}")
    return name, "".join(modifiers)


def grant(context: Context, request: Element) -> Element:
    """GrantRightRequest; granting twice is success."""
    type_, target = _target(context, request)
    grantee_type, grantee = _grantee(context, request)
    right, modifier = _right(request)
    allowed = TARGETS.get(right)
    if allowed is not None and type_ not in allowed:
        raise faults.invalid(
            f"right {right} cannot be granted on a {type_} entry. "
            f"It can only be granted on target types: {' or '.join(allowed)}"
        )
    if right not in USER_RIGHTS or modifier == "+":
        _require_delegated(grantee)
    if not context.is_global_admin:
        _require_delegable(context, right, target)
    made = Grant(grantee.id, grantee_type, right, modifier)
    _write(context, target, [g for g in _held(context, target) if not _same(g, made)] + [made])
    return el.response(request)


def _require_delegated(grantee: Entry) -> None:
    is_admin = grantee.first("zimbraIsAdminAccount") == "TRUE"
    flag = "zimbraIsDelegatedAdminAccount" if grantee.kind in PEOPLE else "zimbraIsAdminGroup"
    if is_admin or grantee.first(flag) != "TRUE":
        raise faults.invalid(_NOT_DELEGATED)


def _require_delegable(context: Context, right: str, target: Entry | None) -> None:
    found = access.find_grant(context.world, context.caller, right, target)
    if found is None or found[1].modifier != "+":
        raise faults.denied(f"insufficient right to grant '{right}' right")


def _held(context: Context, target: Entry | None) -> list[Grant]:
    return access.grants_on(context.world, target)


def _same(one: Grant, other: Grant) -> bool:
    return (one.grantee, one.right) == (other.grantee, other.right)


def _write(context: Context, target: Entry | None, grants: list[Grant]) -> None:
    values = [str(each) for each in grants]
    if target is None:
        context.world.global_grants = values
    else:
        target.put("zimbraACE", *values)


def revoke(context: Context, request: Element) -> Element:
    """RevokeRightRequest; revoking twice is NO_SUCH_GRANT."""
    _, target = _target(context, request)
    grantee_type, grantee = _grantee(context, request)
    right, modifier = _right(request)
    wanted = Grant(grantee.id, grantee_type, right, modifier)
    held = _held(context, target)
    if wanted not in held:
        raise faults.no_such(
            "grant",
            f"[grantee name={grantee.name}, grantee id={grantee.id}, "
            f"grantee type={grantee_type}, right={right}]",
        )
    if not context.is_global_admin:
        _require_delegable(context, right, target)
    _write(context, target, [each for each in held if each != wanted])
    return el.response(request)


def get_grants(context: Context, request: Element) -> Element:
    """GetGrantsRequest by target, by grantee or by both."""
    access.system_only(context)
    has_target = el.child(request, "target") is not None
    has_grantee = el.child(request, "grantee") is not None
    if not (has_target or has_grantee):
        raise faults.invalid("at least one of target or grantee must be specified")
    grantee = _grantee(context, request)[1] if has_grantee else None
    places: list[Entry | None]
    if has_target:
        places = [_target(context, request)[1]]
    else:
        everything = context.world.directory.by_id.values()
        places = [None, *(each for each in everything if "zimbraACE" in each.attrs)]
    made = el.response(request)
    for place in places:
        for each in _held(context, place):
            if grantee is None or each.grantee == grantee.id:
                _put_grant(context, made, place, each)
    return made


_TYPES = {"resource": "calresource", "list": "dl"}


def _put_grant(context: Context, parent: Element, place: Entry | None, grant_: Grant) -> None:
    made = el.add(parent, "grant")
    if place is None:
        names_ = {"id": "globalacltarget-id", "name": "globalacltarget"}
        el.add(made, "target", {"type": "global", **names_})
    else:
        type_ = _TYPES.get(place.kind, place.kind)
        el.add(made, "target", {"type": type_, "id": place.id, "name": place.name})
    holder = context.world.directory.by_id.get(grant_.grantee)
    name = holder.name if holder else ""
    el.add(made, "grantee", {"type": grant_.type, "id": grant_.grantee, "name": name})
    marks = {name: el.bit(sign == grant_.modifier) for name, sign in _MODIFIERS.items()}
    el.add(made, "right", marks, grant_.right)


def check_right(context: Context, request: Element) -> Element:
    """CheckRightRequest: would someone be allowed, and through what.

    Who asks for himself needs no right to, but must name himself by his id.
    """
    _, target = _target(context, request)
    _, grantee = _grantee(context, request)
    named = el.text(el.required_child(request, "grantee"))
    if named != context.caller.id:
        access.require(context, "checkRightUsr", grantee, "account", grantee.name)
    right, _ = _right(request)
    found = access.find_grant(context.world, grantee, right, target)
    global_admin = grantee.first("zimbraIsAdminAccount") == "TRUE"
    made = el.response(request)
    made.set("allow", el.bit(global_admin or found is not None))
    if found is not None:
        place, via = found
        box = el.add(made, "via")
        type_ = _TYPES.get(place.kind, place.kind) if place else "global"
        el.add(box, "target", {"type": type_}, place.name if place else "globalacltarget")
        el.add(box, "grantee", {"type": via.type}, grantee.name)
        el.add(box, "right", {"deny": el.bit(via.modifier == "-")}, via.right)
    return made


ADMIN = {
    "GrantRightRequest": grant,
    "RevokeRightRequest": revoke,
    "GetGrantsRequest": get_grants,
    "CheckRightRequest": check_right,
}
