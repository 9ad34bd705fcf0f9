"""Mailing lists: made, renamed, edited, deleted; members inside and outside.

Dynamic lists and groups of administrators belong to the provider: they are neither shown nor
touched, for whoever becomes a member of such a group gets its rights.

Source: `service/admin/{CreateDistributionList,AddDistributionListMember}.java`; recorded lists of a
genuine server (an absent member makes a removal fail as a whole; members are folded to lower case,
and their domains shown as U-labels; a circle of lists is accepted).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from puq_zimbra.clientarea.fields import FieldErrors, wrong
from puq_zimbra.errors import (
    N_,
    AddressExists,
    Conflict,
    NoSuch,
    NoSuchList,
    NotFound,
    RequestRefused,
)
from puq_zimbra.provisioning.entries import address_of, domain_of
from puq_zimbra.request import Request
from puq_zimbra.selfservice import limits, scope, senders
from puq_zimbra.selfservice.creation import FORM
from puq_zimbra.selfservice.recipients import key
from puq_zimbra.units import may_be_made, shown_address
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.lists import MailingList

_NOTES, _STATUS = "zimbraNotes", "zimbraMailStatus"
#: a group whose members have rights of administrators
_RIGHTS = "zimbraIsAdminGroup"
ATTRIBUTES = (
    "displayName",
    "zimbraHideInGal",
    _STATUS,
    "zimbraPrefReplyToEnabled",
    "zimbraPrefReplyToAddress",
    _NOTES,
    _RIGHTS,
)
TAKEN = N_("This address is taken: by a mailbox, an alias or a list.")
GONE = N_("This list is not there any more.")
#: members of one list that are made here
MOST_MEMBERS = 2000
REFUSED = N_("One of these addresses cannot be a member: a dynamic list, or the list itself.")


@dataclass(frozen=True)
class Found:
    """A list of the service."""

    list: MailingList
    #: the service's domains, the stamped one first
    domains: tuple[Entry, ...]

    @property
    def entry(self) -> Entry:
        """The list itself."""
        return self.list.entry


def static(found: Sequence[MailingList]) -> list[MailingList]:
    """Those of some lists that are not dynamic, in order."""
    return sorted((one for one in found if not _is_dynamic(one.entry)), key=lambda o: o.entry.name)


def is_providers(entry: Entry) -> bool:
    """Whether a list is not the customer's to see, though it lies in his domain."""
    return _is_dynamic(entry) or entry.one(_RIGHTS) == "TRUE"


def get(zimbra: Zimbra, request: Request, stamped: Entry, identity: str) -> Found:
    """A list of the service by Zimbra's id, with its members.

    Raises:
        NotFound: there is none, or it is not the customer's.
    """
    found = _read(zimbra, identity)
    domains = tuple(scope.domains_of(zimbra, request, stamped))
    if found is None or is_providers(found.entry):
        raise NotFound(GONE)
    if domain_of(found.entry) not in map(domain_of, domains):
        raise NotFound(GONE)
    return Found(found, domains)


def _read(zimbra: Zimbra, identity: str) -> MailingList | None:
    try:
        return zimbra.get_distribution_list(identity, "id", ATTRIBUTES)
    except NoSuchList:
        return None


def _is_dynamic(entry: Entry) -> bool:
    return entry.marks.get("dynamic") == "1"


def values_of(entry: Entry) -> dict[str, Any]:
    """The form's values as the list has them now."""
    reply_to = entry.one("zimbraPrefReplyToAddress")
    return {
        "name": address_of(entry).rpartition("@")[0],
        "display_name": entry.one("displayName") or "",
        "hidden": entry.one("zimbraHideInGal") == "TRUE",
        "reply_to": reply_to if entry.one("zimbraPrefReplyToEnabled") == "TRUE" else "",
    }


def create(zimbra: Zimbra, request: Request, domain_name: str, values: Mapping[str, Any]) -> Entry:
    """Make a list; it.

    Raises:
        FieldErrors: names the field.
        Refused: the plan allows no more lists.
    """
    stamped = scope.open_service(zimbra, request)
    domain = scope.domain(zimbra, request, stamped, domain_name)
    address = f"{values['name']}@{domain_of(domain)}"
    members = values["members"] or ()
    _require_members(address, (), members)
    mark = f"{FORM}{request.request_id}"
    made = _made_by(zimbra, address, mark)
    if made is None:
        domains = scope.domains_of(zimbra, request, stamped)
        limits.require_lists(zimbra, request, domains)
        attrs = {"displayName": values["display_name"] or "", _NOTES: mark}
        try:
            made = zimbra.create_distribution_list(
                address, {name: value for name, value in attrs.items() if value}
            )
        except AddressExists as error:
            raise wrong("name", TAKEN) from error
    try:
        _add(zimbra, made.id, members)
    except FieldErrors:
        zimbra.delete_distribution_list(made.id)  # the form is sent again with the same name
        raise
    return made


def _made_by(zimbra: Zimbra, address: str, mark: str) -> Entry | None:
    """The list that this very form made before its answer was lost."""
    try:
        found = zimbra.get_distribution_list(address, "name", (_NOTES,), limit=1).entry
    except NoSuchList:
        return None
    same = address_of(found) == address and not _is_dynamic(found)
    return found if same and mark in found.all(_NOTES) else None


def edit(
    zimbra: Zimbra, request: Request, identity: str, values: Mapping[str, Any]
) -> tuple[Entry, bool]:
    """Make a list what the values say; it, and whether anything was written.

    Raises:
        FieldErrors: names the field.
        Conflict: Zimbra did not keep it.
    """
    stamped = scope.open_service(zimbra, request)
    found = get(zimbra, request, stamped, identity)
    grants = zimbra.get_list_grants(identity)
    # All that can be refused is looked up before the first write.
    wanted = senders.wanted(zimbra, identity, grants, found.domains, values)
    renamed = _rename(zimbra, found.entry, values["name"])
    if changes := _difference(found.entry, values):
        zimbra.modify_distribution_list(identity, changes)
    for right, grantees in wanted.items():
        senders.apply(zimbra, found.entry, right, grantees)
    if not (renamed or changes or wanted):
        return found.entry, False
    fresh = get(zimbra, request, stamped, identity).entry
    if _difference(fresh, values) or values_of(fresh)["name"] != values["name"]:
        raise Conflict("Zimbra did not keep the list %(name)s.", name=shown_address(fresh.name))
    return fresh, True


def _rename(zimbra: Zimbra, entry: Entry, name: str) -> bool:
    if values_of(entry)["name"] == name:
        return False
    if not may_be_made(name):  # one that Zimbra made stays as it is
        raise wrong("name", N_("This address cannot be used."))
    try:
        zimbra.rename_distribution_list(entry.id, f"{name}@{domain_of(entry)}")
    except AddressExists as error:
        raise wrong("name", TAKEN) from error
    return True


def _difference(entry: Entry, values: Mapping[str, Any]) -> dict[str, str]:
    now = values_of(entry)
    changes = {}
    if now["display_name"] != (values["display_name"] or ""):
        changes["displayName"] = values["display_name"] or ""
    if now["hidden"] != values["hidden"]:
        changes["zimbraHideInGal"] = "TRUE" if values["hidden"] else "FALSE"
    reply_to = values["reply_to"] or ""
    if key(now["reply_to"] or "") != key(reply_to):
        changes["zimbraPrefReplyToEnabled"] = "TRUE" if reply_to else "FALSE"
        changes["zimbraPrefReplyToAddress"] = reply_to
    return changes


def add_members(
    zimbra: Zimbra, request: Request, identity: str, members: Sequence[str]
) -> tuple[str, int]:
    """Put addresses on a list; its address and how many are new.

    Raises:
        FieldErrors: of the field ``members``.
    """
    stamped = scope.open_service(zimbra, request)
    found = get(zimbra, request, stamped, identity)
    held = set(map(key, found.list.members))
    new = [one for one in members if key(one) not in held]
    _require_members(address_of(found.entry), found.list.members, new)
    _add(zimbra, identity, new)
    return shown_address(found.entry.name), len(new)


def _add(zimbra: Zimbra, identity: str, members: Sequence[str]) -> None:
    if not members:
        return
    above = set(map(key, zimbra.get_lists_above(identity)))
    if circle := next((one for one in members if key(one) in above), None):
        message = N_("%(address)s holds this list already, so it cannot be its member.")
        raise wrong("members", message, address=shown_address(circle))
    try:
        zimbra.add_members(identity, members)
    except RequestRefused as error:
        raise wrong("members", REFUSED) from error


def remove_member(zimbra: Zimbra, request: Request, identity: str, member: str) -> tuple[str, bool]:
    """Take an address off a list, if it is there; the list's address, and whether it was there."""
    stamped = scope.open_service(zimbra, request)
    found = get(zimbra, request, stamped, identity)
    # As Zimbra writes it: an absent one makes it refuse.
    held = [one for one in found.list.members if key(one) == key(member)]
    if held:
        with suppress(NoSuch):  # an owner took it off meanwhile
            zimbra.remove_members(identity, held)
    return shown_address(found.entry.name), bool(held)


def switch_on(zimbra: Zimbra, request: Request, identity: str) -> tuple[str, bool]:
    """Let a list that an owner switched off receive mail; its address, and whether it was off.

    Raises:
        Conflict: Zimbra did not keep it.
    """
    stamped = scope.open_service(zimbra, request)
    entry = get(zimbra, request, stamped, identity).entry
    if receives(entry):
        return shown_address(entry.name), False
    zimbra.modify_distribution_list(identity, {_STATUS: "enabled"})
    if not receives(get(zimbra, request, stamped, identity).entry):
        raise Conflict("Zimbra did not keep the list %(name)s.", name=shown_address(entry.name))
    return shown_address(entry.name), True


def receives(entry: Entry) -> bool:
    """Whether a list receives mail; one that does not say it does."""
    return entry.one(_STATUS) != "disabled"


def _require_members(address: str, held: Sequence[str], new: Sequence[str]) -> None:
    if key(address) in map(key, new):
        raise wrong("members", N_("A list cannot be a member of itself."))
    if len(held) + len(new) > MOST_MEMBERS:
        raise wrong("members", N_("At most %(most)s members."), most=MOST_MEMBERS)


def delete(zimbra: Zimbra, request: Request, identity: str, typed: str) -> tuple[str, bool]:
    """Delete a list, if it is there; its address, and whether anything was written.

    Raises:
        FieldErrors: another address was typed.
        NotFound: it is not the customer's.
    """
    stamped = scope.open_service(zimbra, request)
    if _read(zimbra, identity) is None:
        return shown_address(typed), False  # the form's token says that it was the customer's
    found = get(zimbra, request, stamped, identity)
    if typed != address_of(found.entry):
        raise wrong("typed", N_("This is not the address of the list."))
    zimbra.delete_distribution_list(identity)
    return shown_address(found.entry.name), True
