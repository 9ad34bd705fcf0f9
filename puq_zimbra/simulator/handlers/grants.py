"""Rights granted, revoked, listed.

Source: `service/admin/GrantRight.java`, `RevokeRight.java`, `GetGrants.java`, `RightCommand`.
"""

from __future__ import annotations

from puq_zimbra.simulator import access, faults, grantees, names, rendering
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.access import Grant
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import ACCOUNT_KINDS, LISTS, Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.grantees import Grantee
from puq_zimbra.simulator.rights import KNOWN, SINGLE, USER_RIGHTS, places
from puq_zimbra.simulator.settable import KINDS

_MODIFIERS = {"deny": "-", "canDelegate": "+", "disinheritSubGroups": "*", "subDomain": "^"}
_OTHERS = ("domain", "cos", "server", "config")
_NOT_DELEGATED = (
    "grantee for admin right or for user right with the canDelegate modifier must be a delegated "
    "admin account or admin group, it cannot be a global admin account or a regular user account."
)


def find_target(context: Context, request: Element) -> tuple[str, Entry | None]:
    """Type and entry of a request's ``target``; no entry means the global one."""
    box = el.required_child(request, "target")
    type_ = el.required(box, "type")
    if type_ == "global":
        return type_, None
    if type_ == "config":
        return type_, context.state.config_entry
    by, value = el.required(box, "by"), el.text(box)
    return type_, find_entry(context, type_, by, value)


def find_entry(context: Context, type_: str, by: str, value: str) -> Entry:
    """Find the target of a grant by its type."""
    directory = context.state.directory
    if type_ in ("account", "calresource"):
        found = rendering.find_account(context, by, value)
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


def named_right(context: Context, request: Element) -> tuple[str, str]:
    """The right that a request names, and its modifier."""
    el.required_child(request, "right")
    *_, box = el.children(request, "right")  # of several the last counts
    modifiers = [sign for name, sign in _MODIFIERS.items() if el.flag(box, name)]
    if len(modifiers) > 1:
        raise faults.invalid("can only have one modifier")
    name = el.text(box).strip()
    if "." in name:
        _check_inline(context, name)
    elif name not in KNOWN:
        raise faults.no_such("right", f"invalid right {name}")
    return name, "".join(modifiers)


def _check_inline(context: Context, name: str) -> None:
    """Check a right to one attribute, as ``set.account.displayName``."""
    words = name.split(".")
    if len(words) != 3:
        raise faults.parse_error("parse error: inline attr right might have 3 parts")
    operation, type_, attribute = words
    kind = KINDS.get(type_, type_)
    if operation not in ("get", "set") or kind not in (*ACCOUNT_KINDS, *LISTS, *_OTHERS):
        raise faults.invalid(f"invalid right: {name}")
    if not context.state.schema.allows(kind, attribute):
        raise faults.failure(f"attribute {attribute} is not on {type_}")


def grant(context: Context, request: Element) -> Element:
    """GrantRightRequest; granting twice is success."""
    type_, target = find_target(context, request)
    grantee = grantees.read(context, el.required_child(request, "grantee"))
    right, modifier = named_right(context, request)
    add(context, type_, target, grantee, right, modifier)
    return el.response(request)


def add(
    context: Context,
    type_: str,
    target: Entry | None,
    grantee: Grantee,
    right: str,
    modifier: str = "",
) -> None:
    """Grant a right on a target, in the place of another grant or denial of it."""
    allowed = places(right)
    if type_ not in allowed:
        raise faults.invalid(
            f"right {right} cannot be granted on a {type_} entry. "
            f"It can only be granted on target types: {' or '.join(allowed)}"
        )
    if right not in USER_RIGHTS or modifier == "+":
        _require_delegated(grantee.entry)
    _require_delegable(context, right, target)
    put(context, target, Grant(grantee.id, grantee.type, right, modifier))


def put(context: Context, target: Entry | None, made: Grant) -> None:
    """Write a grant in the place of another grant or denial of the right."""
    _write(context, target, [g for g in _held(context, target) if not _same(g, made)] + [made])


def _require_delegated(grantee: Entry | None) -> None:
    if grantee is None:
        raise faults.invalid(_NOT_DELEGATED)
    is_admin = grantee.first("zimbraIsAdminAccount") == "TRUE"
    flag = (
        "zimbraIsDelegatedAdminAccount" if grantee.kind in ACCOUNT_KINDS else "zimbraIsAdminGroup"
    )
    if is_admin or grantee.first(flag) != "TRUE":
        raise faults.invalid(_NOT_DELEGATED)


def _require_delegable(context: Context, right: str, target: Entry | None) -> None:
    if not access.may_pass_on(context, right, target):
        raise faults.denied(f"insufficient right to grant '{right}' right")


def _held(context: Context, target: Entry | None) -> list[Grant]:
    return access.grants_on(context.state, target)


def _same(one: Grant, other: Grant) -> bool:
    return (one.grantee, one.right) == (other.grantee, other.right)


def _write(context: Context, target: Entry | None, grants: list[Grant]) -> None:
    values = [str(each) for each in grants]
    if target is None:
        context.state.global_grants = values
    else:
        target.put("zimbraACE", *values)


def revoke(context: Context, request: Element) -> Element:
    """RevokeRightRequest; revoking twice is NO_SUCH_GRANT."""
    _, target = find_target(context, request)
    grantee = grantees.read_gone(context, el.required_child(request, "grantee"))
    right, modifier = named_right(context, request)
    wanted = Grant(grantee.id, grantee.type, right, modifier)
    _require_delegable(context, right, target)
    remove(context, target, grantee, wanted)
    return el.response(request)


def remove(context: Context, target: Entry | None, grantee: Grantee, wanted: Grant) -> None:
    """Take a grant away; NO_SUCH_GRANT when it is not there."""
    held = _held(context, target)
    if wanted not in held:
        raise faults.no_such(
            "grant",
            f"[grantee name={grantee.name or 'null'}, grantee id={grantee.id}, "
            f"grantee type={grantee.type}, right={wanted.right}]",
        )
    _write(context, target, [each for each in held if each != wanted])


def get_grants(context: Context, request: Element) -> Element:
    """GetGrantsRequest by target, by grantee or by both.

    ``all`` says whether the grants of the grantee's groups are wanted, too; it must be said.
    """
    has_target = el.child(request, "target") is not None
    has_grantee = el.child(request, "grantee") is not None
    if not (has_target or has_grantee):
        raise faults.invalid("at least one of target or grantee must be specified")
    wanted = _wanted(context, request) if has_grantee else None
    where: list[Entry | None]
    if has_target:
        where = [find_target(context, request)[1]]
        _require_view(context, where[0])
    else:
        everything = context.state.directory.by_id.values()
        where = [None, *(each for each in everything if "zimbraACE" in each.attrs)]
    made = el.response(request)
    for place in where:
        for each in _held(context, place):
            if wanted is None or each.grantee in wanted:
                _require_view(context, place)
                _put_grant(context, made, place, each)
    return made


def _require_view(context: Context, place: Entry | None) -> None:
    """Refuse to show grants of a target whose values the caller may not read."""
    kind = place.kind if place is not None else "global"
    type_ = TYPES.get(kind, kind)
    reading = next((n for n, each in SINGLE.items() if each == ("getAttrs", type_)), "viewGrants")
    name = place.name if place is not None else "globalacltarget"
    if not access.may(context, reading, place):
        raise faults.denied(f"need right: viewGrants for {type_} {name}")


def _wanted(context: Context, request: Element) -> set[str]:
    """The ids of whose grants are asked for."""
    box = el.required_child(request, "grantee")
    with_groups = el.required(box, "all") == "1"
    grantee = grantees.read(context, box)
    if not with_groups or grantee.entry is None:
        return {grantee.id}
    return {grantee.id, *access.groups_of(context.state, grantee.entry)}


TYPES = {"resource": "calresource", "list": "dl"}


def _put_grant(context: Context, parent: Element, place: Entry | None, grant_: Grant) -> None:
    made = el.add(parent, "grant")
    if place is None:
        names_ = {"id": "globalacltarget-id", "name": "globalacltarget"}
        el.add(made, "target", {"type": "global", **names_})
    else:
        type_ = TYPES.get(place.kind, place.kind)
        el.add(made, "target", {"type": type_, "id": place.id, "name": place.name})
    name = grantees.shown_name(context.state, grant_.type, grant_.grantee)
    shown_as = {"type": grant_.type, "id": grant_.grantee}
    el.add(made, "grantee", shown_as if name is None else {**shown_as, "name": name})
    marks = {name: el.bit(sign == grant_.modifier) for name, sign in _MODIFIERS.items()}
    el.add(made, "right", marks, grant_.right)


ADMIN = {
    "GrantRightRequest": grant,
    "RevokeRightRequest": revoke,
    "GetGrantsRequest": get_grants,
}
