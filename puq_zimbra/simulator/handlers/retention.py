"""How long mail must and may be kept: the policies of a class of service or of all.

Source: `service/admin/GetSystemRetentionPolicy.java`, `CreateSystemRetentionPolicy.java`,
`ModifySystemRetentionPolicy.java`, `DeleteSystemRetentionPolicy.java`, `RetentionPolicyManager`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from lxml import etree

from puq_zimbra.simulator import access, faults
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import Entry, new_id
from puq_zimbra.simulator.element import Element

#: Where Zimbra keeps them; what stands there is this simulator's own writing.
_ATTRIBUTE = "zimbraMailPurgeSystemPolicy"
_KINDS = ("keep", "purge")
_LIFETIME = re.compile(r"[0-9]+(ms|[hmsd])?")

Policy = dict[str, str]


def _place(context: Context, request: Element, right: str) -> Entry:
    """Class of service that a request names, or the global configuration."""
    selector = el.child(request, "cos")
    state = context.state
    if selector is None:
        if not context.is_global_admin:
            raise faults.denied(f"need right: {right} for config globalconfig")
        return state.config_entry
    by, value = el.required(selector, "by"), el.text(selector)
    directory = state.directory
    found = directory.find(value, "cos") if by == "id" else directory.coses.get(value.lower())
    if found is None:
        raise faults.no_such("cos", value)
    access.require(context, right, found, "cos", found.name)
    return found


def _held(place: Entry) -> list[Policy]:
    return [json.loads(value) for value in place.attrs.get(_ATTRIBUTE, ())]


def _write(place: Entry, policies: list[Policy]) -> None:
    place.put(_ATTRIBUTE, *(json.dumps(each) for each in policies))


def _policies(parent: Element) -> Iterator[Element]:
    return el.children(parent, "policy")


def _put(parent: Element, policy: Policy) -> None:
    shown = {name: value for name, value in policy.items() if name != "kind"}
    etree.SubElement(parent, f"{{{el.MAIL}}}policy", shown, nsmap=el.plain(el.MAIL))


def get(context: Context, request: Element) -> Element:
    """GetSystemRetentionPolicyRequest."""
    place = _place(context, request, "getCos")
    made = el.response(request)
    tag = f"{{{el.MAIL}}}retentionPolicy"
    box = etree.SubElement(made, tag, nsmap=el.plain(el.MAIL))
    # Carbonio keeps no policies of what to keep.
    for kind in ("purge",) if context.state.is_carbonio else _KINDS:
        inner = el.add(box, kind)
        for policy in _held(place):
            if policy["kind"] == kind:
                _put(inner, policy)
    return made


def create(context: Context, request: Element) -> Element:
    """CreateSystemRetentionPolicyRequest: one policy, to keep or to purge."""
    place = _place(context, request, "modifyCos")
    kind = next((each for each in _KINDS if el.child(request, each) is not None), None)
    wanted = next(_policies(el.required_child(request, kind)), None) if kind else None
    if kind is None or wanted is None:
        raise faults.invalid("No keep or purge policy specified.")
    policy = {"id": new_id(), "kind": kind, "name": el.optional(wanted, "name") or ""}
    policy["lifetime"] = _lifetime(wanted)
    policy["type"] = "system"
    _write(place, [*_held(place), policy])
    made = el.response(request)
    _put(made, policy)
    return made


def _lifetime(policy: Element) -> str:
    lifetime = el.optional(policy, "lifetime") or ""
    if not _LIFETIME.fullmatch(lifetime):
        raise faults.invalid(f"Invalid lifetime value: {lifetime}")
    return lifetime


def change(context: Context, request: Element) -> Element:
    """ModifySystemRetentionPolicyRequest."""
    place = _place(context, request, "modifyCos")
    wanted = el.required_child(request, "policy")
    policy = _find(place, wanted)
    policy["name"] = el.optional(wanted, "name") or policy["name"]
    if el.optional(wanted, "lifetime") is not None:
        policy["lifetime"] = _lifetime(wanted)
    _write(place, [policy if p["id"] == policy["id"] else p for p in _held(place)])
    made = el.response(request)
    _put(made, policy)
    return made


def _find(place: Entry, wanted: Element) -> Policy:
    id_ = el.optional(wanted, "id")
    found = next((each for each in _held(place) if each["id"] == id_), None)
    if found is None:
        raise faults.invalid(f"Could not find policy with id {id_}")
    return found


def delete(context: Context, request: Element) -> Element:
    """DeleteSystemRetentionPolicyRequest."""
    place = _place(context, request, "modifyCos")
    gone = _find(place, el.required_child(request, "policy"))
    _write(place, [each for each in _held(place) if each["id"] != gone["id"]])
    return el.response(request)


ADMIN = {
    "GetSystemRetentionPolicyRequest": get,
    "CreateSystemRetentionPolicyRequest": create,
    "ModifySystemRetentionPolicyRequest": change,
    "DeleteSystemRetentionPolicyRequest": delete,
}
