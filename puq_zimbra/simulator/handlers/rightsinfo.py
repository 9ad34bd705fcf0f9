"""What rights there are, who has which, and which attributes Zimbra knows.

Source: `service/admin/GetRight.java`, `GetAllRights.java`, `GetEffectiveRights.java`,
`GetAllEffectiveRights.java`, `GetCreateObjectAttrs.java`, `GetDelegatedAdminConstraints.java`,
`GetAttributeInfo.java`, `RightCommand`.
"""

from __future__ import annotations

from collections.abc import Iterable

from puq_zimbra.simulator import access, faults, grantees, rights
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import ACCOUNT_KINDS, Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.handlers.grants import find_target
from puq_zimbra.simulator.settable import KINDS, writes
from puq_zimbra.simulator.state import State

_CLASSES = ("ADMIN", "USER", "ALL")
_MAKING = ("account", "calresource", "cos", "dl", "domain", "server", "group")
#: Classes of entry as GetAttributeInfo names them, with the simulator's kinds.
_ENTRY_TYPES = {
    "account": "account",
    "calendarResource": "resource",
    "distributionList": "list",
    "group": "group",
    "domain": "domain",
    "cos": "cos",
    "server": "server",
    "globalConfig": "config",
}
_WITHOUT = ("alias", "mailRecipient", "zimletEntry", "identity", "dataSource", "signature")


def get(_context: Context, request: Element) -> Element:
    """GetRightRequest."""
    name = el.text(el.required_child(request, "right"))
    if name not in rights.KNOWN:
        raise faults.no_such("right", f"invalid right {name}")
    made = el.response(request)
    _put(made, name)
    return made


def _put(parent: Element, name: str) -> None:
    single = rights.SINGLE.get(name)
    kind, target = single or ("combo", "")
    attributes = {"targetType": target} if single else {}
    whose = "USER" if name in rights.USER_RIGHTS else "ADMIN"
    made = el.add(parent, "right", {"name": name, "type": kind, "rightClass": whose, **attributes})
    described = rights.USER_RIGHTS.get(name)
    el.add(made, "desc", content=described[1] if described else name)
    if not single:
        box = el.add(made, "rights")
        for each in rights.parts(name):
            kind, target = rights.SINGLE.get(each, ("combo", ""))
            el.add(
                box, "r", {"n": each, "type": kind, **({"targetType": target} if target else {})}
            )


def all_rights(_context: Context, request: Element) -> Element:
    """GetAllRightsRequest: those that may be granted on a type of target."""
    target = el.optional(request, "targetType")
    whose = el.optional(request, "rightClass") or "ADMIN"
    if whose not in _CLASSES:
        raise faults.invalid(f"unknown right class: {whose}")
    made = el.response(request)
    for name in sorted(rights.KNOWN):
        user = name in rights.USER_RIGHTS
        wanted = whose == "ALL" or user == (whose == "USER")
        if wanted and (target is None or target in rights.places(name)):
            _put(made, name)
    return made


def effective(context: Context, request: Element) -> Element:
    """GetEffectiveRightsRequest: what an administrator may do to one target."""
    type_, target = find_target(context, request)
    grantee = _administrator(context, request)
    made = el.response(request)
    el.add(made, "grantee", {"id": grantee.id, "name": grantee.name})
    attributes = {"type": type_}
    if target is not None:
        attributes.update(id=target.id, name=target.name)
    box = el.add(made, "target", attributes)
    _put_effective(context, box, grantee, type_, target)
    return made


def _administrator(context: Context, request: Element) -> Entry:
    """Whose rights are asked for: the caller's, or those of the one named."""
    box = el.child(request, "grantee")
    grantee = context.caller if box is None else grantees.read(context, box).entry
    if grantee is None or not _is_admin(grantee):
        raise faults.invalid("invalid grantee")
    if grantee is not context.caller:
        access.require(context, "checkRightUsr", grantee, "account", grantee.name)
    return grantee


def _is_admin(entry: Entry) -> bool:
    flags = ("zimbraIsAdminAccount", "zimbraIsDelegatedAdminAccount")
    return entry.kind in ACCOUNT_KINDS and any(entry.first(flag) == "TRUE" for flag in flags)


def _put_effective(
    context: Context, parent: Element, grantee: Entry, type_: str, target: Entry | None
) -> None:
    everything = grantee.first("zimbraIsAdminAccount") == "TRUE"
    for name in sorted(n for n, each in rights.SINGLE.items() if each == ("preset", type_)):
        user = name in rights.USER_RIGHTS
        if not user and (everything or access.find_grant(context.state, grantee, name, target)):
            el.add(parent, "right", {"n": name})
    for tag in ("setAttrs", "getAttrs"):
        box = el.add(parent, tag, {"all": "1"} if everything else {})
        if not everything and tag == "setAttrs" and target is not None:
            for name in _settable(context, grantee, target):
                el.add(box, "a", {"n": name})


def _settable(context: Context, grantee: Entry, target: Entry) -> Iterable[str]:
    """Attributes that a delegated administrator may change on a target."""
    held = {
        right
        for right in rights.SINGLE
        if rights.SINGLE[right][0] == "setAttrs"
        and access.find_grant(context.state, grantee, right, target)
    }
    names = sorted(context.state.schema.attributes)
    return (name for name in names if any(writes(right, target.kind, name) for right in held))


def all_effective(context: Context, request: Element) -> Element:
    """GetAllEffectiveRightsRequest: by type of target, the entries on which rights are granted."""
    grantee = _administrator(context, request)
    made = el.response(request)
    el.add(made, "grantee", {"id": grantee.id, "name": grantee.name, "type": "usr"})
    everything = grantee.first("zimbraIsAdminAccount") == "TRUE"
    for type_ in sorted({target for _, target in rights.SINGLE.values()}):
        box = el.add(made, "target", {"type": type_})
        if everything:
            _put_effective(context, el.add(box, "all"), grantee, type_, None)
            continue
        for entry in list(context.state.directory.all(KINDS.get(type_, type_))):
            if any(each.grantee == grantee.id for each in access.grants_on(context.state, entry)):
                inner = el.add(box, "entries")
                el.add(inner, "entry", {"name": entry.name})
                _put_effective(context, el.add(inner, "rights"), grantee, type_, entry)
    return made


def creatable(context: Context, request: Element) -> Element:
    """GetCreateObjectAttrsRequest: what may be set when an entry is made."""
    type_ = el.required(el.required_child(request, "target"), "type")
    if type_ not in _MAKING:
        raise faults.invalid(f"unknown target type: {type_}")
    made = el.response(request)
    box = el.add(made, "setAttrs", {"all": "1"} if context.is_global_admin else {})
    kind = KINDS.get(type_, type_)
    for name, attribute in sorted(context.state.schema.attributes.items()):
        if kind in attribute.kinds:
            el.add(box, "a", {"n": name})
    return made


def constraints(context: Context, request: Element) -> Element:
    """GetDelegatedAdminConstraintsRequest: none can be set here."""
    find_named(context, request)
    return el.response(request)


def find_named(context: Context, request: Element) -> Entry | None:
    """Class of service or configuration that a request names by ``type`` and ``name`` or ``id``."""
    type_ = el.required(request, "type")
    if type_ == "config":
        return None
    if type_ != "cos":
        raise faults.invalid(f"invalid type: {type_}")
    directory = context.state.directory
    id_, name = el.optional(request, "id"), el.optional(request, "name")
    found = directory.find(id_, "cos") if id_ else directory.coses.get((name or "").lower())
    if found is None:
        raise faults.no_such("cos", id_ or name)
    return found


def attribute_info(context: Context, request: Element) -> Element:
    """GetAttributeInfoRequest: the names; Zimbra's descriptions are not held here."""
    attrs, types = el.optional(request, "attrs"), el.optional(request, "entryTypes")
    if attrs is not None and types is not None:
        raise faults.invalid("only one of attrs or entryTypes can be specified")
    known = context.state.schema.attributes
    names: Iterable[str] = sorted(known)
    if attrs is not None:
        names = [each.strip() for each in attrs.split(",") if each.strip() in known]
    elif types is not None:
        kinds = {_kind(context.state, each.strip()) for each in types.split(",")}
        names = (name for name in sorted(known) if not known[name].kinds.isdisjoint(kinds))
    made = el.response(request)
    for name in names:
        el.add(made, "a", {"n": name, "desc": ""})
    return made


def _kind(state: State, type_: str) -> str:
    if type_ not in _ENTRY_TYPES and type_ not in _WITHOUT:
        words = f"unknown attribute class: {type_}"
        if state.is_carbonio:
            raise faults.failure(words)
        raise faults.parse_error(f"parse error: {words}")
    return _ENTRY_TYPES.get(type_, type_)


ADMIN = {
    "GetRightRequest": get,
    "GetAllRightsRequest": all_rights,
    "GetEffectiveRightsRequest": effective,
    "GetAllEffectiveRightsRequest": all_effective,
    "GetCreateObjectAttrsRequest": creatable,
    "GetDelegatedAdminConstraintsRequest": constraints,
    "GetAttributeInfoRequest": attribute_info,
}
