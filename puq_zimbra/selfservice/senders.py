"""Who may send to a list, and who owns it: grants on the list.

    nobody is granted ``sendToDistList``     everybody may send
    the service's domains are                the people of the company may
    the list itself is                       its members may
    mailboxes, lists, addresses outside are  these alone may
    anything else, such as a denial          was set in Zimbra, and is kept until another is chosen

An owner holds ``ownDistList``: he adds and removes members in the webmail.

Source: `cs/account/accesscontrol/{RightManager,GranteeType}.java`; recorded grants on lists of a
genuine server (a grant takes the place of a denial; e-mail grantees have no name).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

from puq_zimbra.clientarea.fields import together, wrong
from puq_zimbra.errors import N_, Conflict, NoSuch
from puq_zimbra.provisioning.entries import domain_named, domain_of
from puq_zimbra.selfservice import recipients
from puq_zimbra.units import shown_address
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.rights import Grant, Grantee

SEND, OWN = "sendToDistList", "ownDistList"
ALL, DOMAIN, MEMBERS, CHOSEN, OTHER = "all", "domain", "members", "chosen", "other"
WHO: Mapping[str, str] = {
    ALL: N_("Everyone"),
    DOMAIN: N_("Only people in the company"),
    MEMBERS: N_("Only members of the list"),
    CHOSEN: N_("Only chosen addresses"),
    OTHER: N_("As it was set in Zimbra"),
}
#: what can be chosen anew
OFFERED = (ALL, DOMAIN, MEMBERS, CHOSEN)
#: kinds of grantees that are addresses, and not entries of the directory
_LITERAL = ("gst", "email")
_PEOPLE = ("usr", "grp", *_LITERAL)


def of_list(entry: Entry) -> list[Grant]:
    """The grants that stand on a list which was read with all its attributes."""
    found = []
    for value in entry.all("zimbraACE"):
        match value.split():
            case [grantee, kind, *_, right]:
                deny, name = right.startswith("-"), right.lstrip("-+*^")
                found.append(Grant("dl", entry.id, "", kind, grantee, "", name, deny))
    return found


def who(grants: Sequence[Grant], list_id: str, domain_ids: Collection[str]) -> str:
    """Who may send: a key of `WHO`."""
    sending = [one for one in grants if one.right == SEND]
    if any(one.deny for one in sending):
        return OTHER
    kinds = {one.grantee_type for one in sending}
    ids = {one.grantee_id for one in sending}
    if not sending or kinds == {"pub"}:
        return ALL
    if kinds == {"dom"} and ids <= set(domain_ids):
        return DOMAIN
    if kinds == {"grp"} and ids == {list_id}:
        return MEMBERS
    return CHOSEN if kinds <= set(_PEOPLE) else OTHER


def named(grants: Sequence[Grant], right: str) -> tuple[str, ...]:
    """The addresses that hold a right, in order."""
    held = [one for one in grants if one.right == right and not one.deny]
    return tuple(sorted(one.grantee_name or one.grantee_id for one in held))


def wanted(
    zimbra: Zimbra,
    list_id: str,
    grants: Sequence[Grant],
    domains: Sequence[Entry],
    values: Mapping[str, Any],
) -> dict[str, list[Grantee]]:
    """The grantees that a form asks for, by right; a right that stays as it is is left out.

    What the form cannot say, such as a denial, stays until something else is chosen.

    Raises:
        FieldErrors: an address is none of the service's.
    """
    names = {domain_of(one) for one in domains}
    found: dict[str, list[Grantee]] = {}
    with together() as fields:
        with fields:
            found |= _wanted_senders(zimbra, list_id, grants, domains, values)
        with fields:
            if _differs(grants, OWN, values["owners"]):
                found[OWN] = _owners(zimbra, grants, names, values["owners"] or ())
    return found


def _wanted_senders(
    zimbra: Zimbra,
    list_id: str,
    grants: Sequence[Grant],
    domains: Sequence[Entry],
    values: Mapping[str, Any],
) -> dict[str, list[Grantee]]:
    choice, ids = values["who"], [one.id for one in domains]
    if choice == who(grants, list_id, ids) and _is_settled(grants, choice, ids, values["senders"]):
        return {}
    if choice == DOMAIN:
        return {SEND: [Grantee("dom", one) for one in ids]}
    if choice == MEMBERS:
        return {SEND: [Grantee("grp", list_id)]}
    if choice == CHOSEN:
        names = {domain_of(one) for one in domains}
        return {SEND: _senders(zimbra, grants, names, values["senders"] or ())}
    if choice == ALL:
        return {SEND: []}
    # As it was set in Zimbra: offered only where it is so.
    raise wrong("who", N_("Choose one of the values offered."))


def _is_settled(
    grants: Sequence[Grant], choice: str, domain_ids: Sequence[str], typed: Sequence[str] | None
) -> bool:
    """Whether a choice that is in force already is so in all its parts."""
    if choice == CHOSEN:
        return not _differs(grants, SEND, typed)
    held = {one.grantee_id for one in grants if one.right == SEND}
    return choice != DOMAIN or held == set(domain_ids)


def _differs(grants: Sequence[Grant], right: str, typed: Sequence[str] | None) -> bool:
    return set(map(recipients.key, named(grants, right))) != set(map(recipients.key, typed or ()))


def _senders(
    zimbra: Zimbra, grants: Sequence[Grant], names: Collection[str], addresses: Sequence[str]
) -> list[Grantee]:
    if not addresses:
        raise wrong("senders", N_("Type at least one address."))
    recipients.require_few("senders", addresses)
    known = _known(grants, SEND)
    types = f"{recipients.ACCOUNTS},{recipients.LISTS}"
    local = [one for one in addresses if domain_named(one) in names]
    entries = recipients.find(zimbra, types, local, names)
    found = []
    for one in addresses:
        key = recipients.key(one)
        entry = entries.get(key)
        if key in known:
            found.append(known[key])
        elif entry is not None:
            found.append(Grantee("grp" if entry.kind == "dl" else "usr", entry.id))
        elif one in local:
            message = N_("%(address)s is no mailbox or list of yours.")
            raise wrong("senders", message, address=shown_address(one))
        else:
            found.append(Grantee("gst", one))
    return found


def _owners(
    zimbra: Zimbra, grants: Sequence[Grant], names: Collection[str], addresses: Sequence[str]
) -> list[Grantee]:
    recipients.require_few("owners", addresses)
    known = _known(grants, OWN)
    new = [one for one in addresses if recipients.key(one) not in known]
    entries = recipients.find(zimbra, recipients.ACCOUNTS, new, names)
    for one in new:
        if recipients.key(one) not in entries:
            message = N_("%(address)s is no mailbox of yours.")
            raise wrong("owners", message, address=shown_address(one))
    kept = [known[key] for key in map(recipients.key, addresses) if key in known]
    return kept + [Grantee("usr", entries[recipients.key(one)].id) for one in new]


def _known(grants: Sequence[Grant], right: str) -> dict[str, Grantee]:
    """Those who hold a right, by the address that the form shows."""
    held = (one for one in grants if one.right == right and not one.deny)
    return {recipients.key(one.grantee_name or one.grantee_id): _of(one) for one in held}


def _of(grant: Grant) -> Grantee:
    return Grantee(grant.grantee_type, grant.grantee_id)


def apply(zimbra: Zimbra, entry: Entry, right: str, grantees: Sequence[Grantee]) -> None:
    """Let those grantees, and no others, hold a right on a list.

    New ones come first: without any grant of ``sendToDistList`` everybody might send meanwhile.

    Raises:
        Conflict: Zimbra did not keep it.
    """
    held = _held(zimbra, entry, right)
    for one in grantees:
        if one not in {_of(each) for each in held if not each.deny}:
            zimbra.grant_list_right(entry.id, one, right)
    for each in held:
        if _of(each) not in grantees:
            with suppress(NoSuch):  # it went meanwhile, as with the mailbox that held it
                zimbra.revoke_list_right(entry.id, each)
    if {_of(one) for one in _held(zimbra, entry, right)} != set(grantees):
        raise Conflict("Zimbra did not keep who may use the list %(name)s.", name=entry.name)


def _held(zimbra: Zimbra, entry: Entry, right: str) -> list[Grant]:
    return [one for one in zimbra.get_list_grants(entry.id) if one.right == right]
