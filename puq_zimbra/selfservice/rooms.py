"""Rooms and equipment: what people invite to meetings, so that it is booked.

To Zimbra they are accounts of another kind, which hold mail and could be logged in to; ours are
made without a password. Each takes a place of the plan, as a mailbox does. They have no bin.

Source: `service/admin/{Create,Modify}CalendarResource.java`; zimbra-attrs.xml (zimbraCalRes*);
recorded resources of a genuine server (a type and a display name cannot be cleared, and a capacity
may be negative).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from puq_zimbra.clientarea.fields import wrong
from puq_zimbra.errors import N_, AddressExists, Conflict, NoSuchResource, NotFound
from puq_zimbra.provisioning.entries import address_of, domain_of
from puq_zimbra.request import Request
from puq_zimbra.selfservice import limits, scope
from puq_zimbra.selfservice.creation import FORM
from puq_zimbra.units import may_be_made, shown_address
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

_NOTES, _TYPE = "zimbraNotes", "zimbraCalResType"
_CAPACITY, _PLACE = "zimbraCalResCapacity", "zimbraCalResLocationDisplayName"
_ACCEPTS, _IF_FREE = "zimbraCalResAutoAcceptDecline", "zimbraCalResAutoDeclineIfBusy"
ATTRIBUTES = (
    "displayName",
    "zimbraAccountStatus",
    "zimbraIsSystemResource",
    _TYPE,
    _CAPACITY,
    _PLACE,
    _ACCEPTS,
    _IF_FREE,
    _NOTES,
)
#: zimbraCalResType in our words
KINDS = {"Location": N_("Room"), "Equipment": N_("Equipment")}
FREE, ALWAYS, OTHER = "free", "always", "other"
#: what it answers to invitations
ANSWERS = {
    FREE: N_("Accept when it is free, decline when it is taken"),
    ALWAYS: N_("Accept always, also several meetings at one time"),
    OTHER: N_("As it was set in Zimbra"),
}
#: what can be chosen anew
OFFERED = (FREE, ALWAYS)
TAKEN = N_("This address is taken: by a mailbox, an alias or a list.")
GONE = N_("This room or equipment is not there any more.")
#: seats of the largest room
MOST_SEATS = 100_000


def of_domain(zimbra: Zimbra, domain: Entry) -> list[Entry]:
    """The rooms and equipment of a domain, in order."""
    query = "(!(zimbraIsSystemResource=TRUE))"
    found = zimbra.search_directory("resources", query, ATTRIBUTES, domain_of(domain))
    return sorted(found, key=lambda one: (one.one(_TYPE) != "Location", one.name))


def get(zimbra: Zimbra, request: Request, stamped: Entry, identity: str) -> Entry:
    """A room or piece of equipment of the service by Zimbra's id.

    Raises:
        NotFound: there is none, or it is not the customer's.
    """
    found = _read(zimbra, identity, "id")
    if found is None or found.one("zimbraIsSystemResource") == "TRUE":
        raise NotFound(GONE)
    names = {domain_of(one) for one in scope.domains_of(zimbra, request, stamped)}
    if domain_of(found) not in names:
        raise NotFound(GONE)
    return found


def _read(zimbra: Zimbra, value: str, by: str) -> Entry | None:
    try:
        return zimbra.get_calendar_resource(value, by, ATTRIBUTES)
    except NoSuchResource:
        return None


def works(entry: Entry) -> bool:
    """Whether it takes part in meetings."""
    return entry.one("zimbraAccountStatus") in (None, "active")


def values_of(entry: Entry) -> dict[str, Any]:
    """The form's values as it has them now."""
    capacity = entry.one(_CAPACITY) or ""
    return {
        "name": address_of(entry).rpartition("@")[0],
        "display_name": entry.one("displayName") or "",
        "kind": entry.one(_TYPE) or "",
        "place": entry.one(_PLACE) or "",
        "seats": capacity if capacity.isascii() and capacity.isdigit() else "",
        "answer": _answer(entry),
    }


def _answer(entry: Entry) -> str:
    # Zimbra takes what is not set for TRUE.
    if entry.one(_ACCEPTS) == "FALSE":
        return OTHER
    return ALWAYS if entry.one(_IF_FREE) == "FALSE" else FREE


def create(zimbra: Zimbra, request: Request, domain_name: str, values: Mapping[str, Any]) -> Entry:
    """Make a room or a piece of equipment; it.

    Raises:
        FieldErrors: names the field.
        Refused: the plan allows no more.
    """
    stamped = scope.open_service(zimbra, request)
    domain = scope.domain(zimbra, request, stamped, domain_name)
    address = f"{values['name']}@{domain_of(domain)}"
    mark = f"{FORM}{request.request_id}"
    wanted = _written(values)
    found = _read(zimbra, address, "name")
    if found is not None and mark in found.all(_NOTES):
        return found  # made by this very form, whose answer was lost
    limits.require_room(zimbra, request, stamped)
    try:
        return zimbra.create_calendar_resource(
            address, {**{name: one for name, one in wanted.items() if one}, _NOTES: mark}
        )
    except AddressExists as error:
        raise wrong("name", TAKEN) from error


def _written(values: Mapping[str, Any]) -> dict[str, str]:
    """What the form's values are in Zimbra.

    Raises:
        FieldErrors: of the field ``seats``.
    """
    seats = values["seats"] or ""
    if seats and not (seats.isascii() and seats.isdigit() and int(seats[:7]) <= MOST_SEATS):
        raise wrong("seats", N_("Type a number from 0 to %(most)s."), most=MOST_SEATS)
    found = {
        "displayName": values["display_name"],
        _TYPE: values["kind"],
        _PLACE: values["place"] or "",
        _CAPACITY: str(int(seats)) if seats else "",
    }
    if values["answer"] in OFFERED:
        found |= {_ACCEPTS: "TRUE", _IF_FREE: "TRUE" if values["answer"] == FREE else "FALSE"}
    return found


def edit(
    zimbra: Zimbra, request: Request, identity: str, values: Mapping[str, Any]
) -> tuple[Entry, bool]:
    """Make a room or a piece of equipment what the values say; it, and whether it was written.

    Raises:
        FieldErrors: names the field.
        Conflict: Zimbra did not keep it.
    """
    stamped = scope.open_service(zimbra, request)
    entry = get(zimbra, request, stamped, identity)
    if values["answer"] == OTHER != _answer(entry):
        raise wrong("answer", N_("Choose one of the values offered."))
    changes = _difference(entry, values)
    renamed = _rename(zimbra, entry, values["name"])
    if changes:
        zimbra.modify_calendar_resource(identity, changes)
    if not (renamed or changes):
        return entry, False
    fresh = get(zimbra, request, stamped, identity)
    if _difference(fresh, values) or values_of(fresh)["name"] != values["name"]:
        raise Conflict("Zimbra did not keep the changes of %(name)s.", name=fresh.name)
    return fresh, True


def _difference(entry: Entry, values: Mapping[str, Any]) -> dict[str, str]:
    now = values_of(entry)
    wanted = _written(values)
    if now["answer"] == values["answer"]:  # what is not set stays so
        wanted = {key: one for key, one in wanted.items() if key not in (_ACCEPTS, _IF_FREE)}
    return {key: one for key, one in wanted.items() if (entry.one(key) or "") != one}


def _rename(zimbra: Zimbra, entry: Entry, name: str) -> bool:
    if values_of(entry)["name"] == name:
        return False
    if not may_be_made(name):  # one that Zimbra made stays as it is
        raise wrong("name", N_("This address cannot be used."))
    try:
        zimbra.rename_calendar_resource(entry.id, f"{name}@{domain_of(entry)}")
    except AddressExists as error:
        raise wrong("name", TAKEN) from error
    return True


def delete(zimbra: Zimbra, request: Request, identity: str, typed: str) -> tuple[str, bool]:
    """Delete a room or a piece of equipment, if it is there; its address, and whether it was.

    Raises:
        FieldErrors: another address was typed.
        NotFound: it is not the customer's.
    """
    stamped = scope.open_service(zimbra, request)
    if _read(zimbra, identity, "id") is None:
        return shown_address(typed), False  # the form's token says that it was the customer's
    entry = get(zimbra, request, stamped, identity)
    if typed != address_of(entry):
        raise wrong("typed", N_("This is not the address of the room or equipment."))
    zimbra.delete_calendar_resource(identity)
    return shown_address(entry.name), True
