"""Who a right is granted to: an entry of the directory, an address from outside, or everybody.

Source: `GranteeType`, `ZimbraACE`, `RightCommand`.
"""

from __future__ import annotations

from dataclasses import dataclass

from puq_zimbra.simulator import element as el
from puq_zimbra.simulator import faults, names, rendering
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import LISTS, Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.state import State

#: Ids of all who are logged in, and of everybody.
EVERYBODY = {
    "all": "00000000-0000-0000-0000-000000000000",
    "pub": "99999999-9999-9999-9999-999999999999",
}
#: Kinds that are addresses or names themselves: guests, e-mail addresses, external domains,
#: external groups, holders of a key.
_LITERAL = ("gst", "email", "edom", "egp", "key")
#: Kinds that GetGrants shows without a name.
_NAMELESS = ("email", "all", "pub")
_NOUNS = {"usr": "account", "grp": "list", "dom": "domain"}


@dataclass(frozen=True)
class Grantee:
    """The holder of a grant."""

    type: str
    #: As it stands in the access control list.
    id: str
    #: As it is shown; None for none.
    name: str | None
    #: Entry of the directory, for users, groups and domains.
    entry: Entry | None = None


def read(context: Context, box: Element) -> Grantee:
    """Read a ``grantee`` or ``owner``; NO_SUCH_… for entries that there are not."""
    type_ = el.optional(box, "type") or "usr"
    by = el.required(box, "by") if type_ in (*_NOUNS, *_LITERAL) else ""
    return named(context, type_, by, el.text(box).strip())


def named(context: Context, type_: str, by: str, value: str) -> Grantee:
    """Find a grantee of a kind by name or id; NO_SUCH_… for entries that there are not."""
    if type_ in EVERYBODY:
        return Grantee(type_, EVERYBODY[type_], None)
    if type_ not in (*_NOUNS, *_LITERAL):
        raise faults.failure("java.lang.IllegalArgumentException: Unrecognised GranteeType:null")
    if type_ in _LITERAL:
        name = names.ascii_address(value)
        return Grantee(type_, name, shown_name(context.state, type_, name))
    found = _find(context, type_, by, value)
    if found is None:
        raise faults.no_such(_NOUNS[type_], value)
    return Grantee(type_, found.id, found.name, found)


def _find(context: Context, type_: str, by: str, value: str) -> Entry | None:
    directory = context.state.directory
    if type_ == "usr":
        return rendering.find_account(context, by, value)
    if type_ == "grp":
        return directory.find(value, *LISTS) if by == "id" else directory.at(value, *LISTS)
    if by == "id":
        return directory.find(value, "domain")
    return directory.domains.get(names.ascii_domain(value))


def read_gone(context: Context, box: Element) -> Grantee:
    """Read a grantee that may be gone: by its id it can still be named."""
    try:
        return read(context, box)
    except faults.Fault as fault:
        if not fault.code.startswith("account.NO_SUCH_"):
            raise
        type_ = el.optional(box, "type") or "usr"
        by, value = el.required(box, "by"), el.text(box).strip()
        if by != "id":
            raise faults.invalid(
                f"cannot find grantee by name: {value}, try revoke by grantee id if you want to "
                "remove the orphan grant"
            ) from fault
        return Grantee(type_, value, None)


def shown_name(state: State, type_: str, id_: str) -> str | None:
    """Name of a grantee in answers; None where there is none to show."""
    if type_ in _NAMELESS:
        return None
    if type_ in _LITERAL:
        return id_
    entry = state.directory.by_id.get(id_)
    return entry.name if entry is not None else ""


def stranger(address: str) -> Entry:
    """Stand in for someone from outside in questions about rights (`GuestAccount`)."""
    return Entry("guest", "", names.ascii_address(address), {})


def someone(context: Context, by: str, value: str) -> Entry:
    """Account of that name, or a stranger."""
    found = rendering.find_account(context, by, value) if by in ("id", "name") else None
    if found is None and by == "id":
        raise faults.no_such("account", value)
    return found or stranger(value)


def drop_grants(state: State, id_: str) -> None:
    """Take away everything granted to an entry that goes."""
    for target in state.directory.by_id.values():
        held = target.attrs.get("zimbraACE")
        if held and any(value.startswith(id_) for value in held):
            target.put("zimbraACE", *(v for v in held if not v.startswith(id_)))
    state.global_grants = [v for v in state.global_grants if not v.startswith(id_)]
