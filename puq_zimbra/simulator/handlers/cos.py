"""Classes of service.

Source: `service/admin/CreateCos.java`, `GetCos.java`, `ModifyCos.java`, `DeleteCos.java`,
`CopyCos.java`, `RenameCos.java`, `LdapProvisioning.createCos`.
"""

from __future__ import annotations

from puq_zimbra.simulator import access, callbacks, faults, modify, rendering
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import Entry, new_id
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.modify import Change
from puq_zimbra.simulator.state import State

_BUILT_IN = ("default", "defaultExternal")
_MAX_NAME = 256
#: Attributes that every COS holds itself.
_OWN = ("cn", "zimbraId", "zimbraCreateTimestamp", "objectClass", "description", "zimbraACE")


def put(context: Context, parent: Element, cos: Entry, asked: tuple[str, ...] | None) -> None:
    """Append a COS; ``c`` marks values that accounts do not inherit."""
    attributes = {"isDefaultCos": "1"} if cos.name == "default" else {}
    made = el.add(parent, "cos", {**attributes, "name": cos.name, "id": cos.id})
    readable = access.may(context, "getCos", cos)
    inherited = context.state.schema.inherited
    tag = f"{{{el.namespace(parent)}}}a"
    for name, values in cos.attrs.items():
        if asked is not None and name not in asked:
            continue
        marks = {} if name in inherited and name not in _OWN else {"c": "1"}
        if not readable:
            el.add(made, "a", {**marks, "pd": "1", "n": name})
            continue
        for value in values:
            made.append(made.makeelement(tag, {**marks, "n": name}))
            made[-1].text = el.printable(value)


def create(context: Context, request: Element) -> Element:
    """CreateCosRequest: starts as a copy of the default COS."""
    name = el.text(el.required_child(request, "name"))
    access.require(context, "createCos", None, "global", "globalacltarget")
    changes = modify.read(el.pairs(request))
    state = context.state
    cos = create_cos(state, name, changes, state.directory.coses["default"])
    return _respond(context, request, cos)


def create_cos(state: State, name: str, changes: list[Change], source: Entry) -> Entry:
    """Make a COS from another one and changes."""
    wanted = name.strip().lower()
    modify.check_values(state.schema, changes, creating=True)
    callbacks.check(state, None, changes)
    values = modify.for_create(state.schema, "cos", changes)
    _check_name(wanted)
    if wanted in state.directory.coses:
        raise faults.cos_exists(wanted)
    id_ = values.get("zimbraId", [new_id()])[0]
    copied = {n: v for n, v in source.attrs.items() if n not in _OWN}
    attrs = {
        **copied,
        **values,
        "cn": [wanted],
        "zimbraId": [id_],
        "zimbraCreateTimestamp": [state.timestamp()],
        "objectClass": ["zimbraCOS"],
    }
    cos = Entry("cos", id_, wanted, attrs)
    state.directory.add(cos)
    return cos


def _check_name(name: str) -> None:
    if not name or len(name) > _MAX_NAME:
        raise faults.directory("LDAP_ERROR", modify.CREATING, "invalid DN")


def copy(context: Context, request: Element) -> Element:
    """CopyCosRequest."""
    name = el.text(el.required_child(request, "name"))
    by, value = rendering.selected(request, "cos")
    access.require(context, "createCos", None, "global", "globalacltarget")
    cos = create_cos(context.state, name, [], _find(context, by, value))
    return _respond(context, request, cos)


def _find(context: Context, by: str, value: str) -> Entry:
    directory = context.state.directory
    if by == "id":
        found = directory.find(value, "cos")
    elif by == "name":
        found = directory.coses.get(value.lower())
    else:
        raise faults.invalid(f"unknown key: {by}")
    if found is None:
        raise faults.no_such("cos", value)
    return found


def get(context: Context, request: Element) -> Element:
    """GetCosRequest."""
    by, value = rendering.selected(request, "cos")
    found = _find(context, by, value)
    asked = rendering.wanted(context, request, "cos")
    made = el.response(request)
    put(context, made, found, asked)
    return made


def all_cos(context: Context, request: Element) -> Element:
    """GetAllCosRequest."""
    made = el.response(request)
    for cos in sorted(context.state.directory.coses.values(), key=lambda each: each.name):
        if access.may(context, "listCos", cos):
            put(context, made, cos, None)
    return made


def _by_child_id(context: Context, request: Element, right: str) -> Entry:
    id_ = el.text(el.required_child(request, "id")).strip()
    found = context.state.directory.find(id_, "cos")
    if found is None:
        raise faults.no_such("cos", id_)
    access.require(context, right, found, "cos", found.name)
    return found


def change(context: Context, request: Element) -> Element:
    """ModifyCosRequest: acts at once on every account that has no value of its own."""
    cos = _by_child_id(context, request, "modifyCos")
    changes = modify.read(el.pairs(request))
    modify.check_values(context.state.schema, changes)
    callbacks.check(context.state, cos, changes)
    if any(change.name == "cn" for change in changes):
        raise faults.failure(
            f"unable to modify attrs: LDAP error:  - {modify.MODIFYING}: {faults.LDAP_HOST}: "
            "value of naming attribute 'cn' is not present in entry"
        )
    modify.apply(context.state.schema, cos, changes)
    cos.modified = context.state.timestamp()
    return _respond(context, request, cos)


def rename(context: Context, request: Element) -> Element:
    """RenameCosRequest."""
    cos = _by_child_id(context, request, "renameCos")
    wanted = el.text(el.required_child(request, "newName")).strip().lower()
    directory = context.state.directory
    if cos.name in _BUILT_IN:
        raise faults.invalid("unable to rename default cos")
    if not wanted:
        raise faults.directory("LDAP_ERROR", modify.MODIFYING, "invalid DN")
    if len(wanted) > _MAX_NAME:
        raise faults.failure(f"unable to rename cos: {cos.id}")
    if wanted == cos.name:
        return _respond(context, request, cos)
    if wanted in directory.coses:
        raise faults.cos_exists(wanted)
    directory.coses.pop(cos.name.lower())
    cos.name = wanted
    cos.put("cn", wanted)
    directory.coses[wanted] = cos
    return _respond(context, request, cos)


def delete(context: Context, request: Element) -> Element:
    """DeleteCosRequest: accounts keep the dangling id and fall to a default."""
    cos = _by_child_id(context, request, "deleteCos")
    if cos.name in _BUILT_IN:
        raise faults.invalid("unable to delete default cos")
    context.state.directory.remove(cos)
    return el.response(request)


def _respond(context: Context, request: Element, cos: Entry) -> Element:
    made = el.response(request)
    put(context, made, cos, None)
    return made


ADMIN = {
    "CreateCosRequest": create,
    "CopyCosRequest": copy,
    "GetCosRequest": get,
    "GetAllCosRequest": all_cos,
    "ModifyCosRequest": change,
    "RenameCosRequest": rename,
    "DeleteCosRequest": delete,
}
