"""What differs between what was sold, the stamp and Zimbra, item by item, and who can mend it.

    item             what differs                                           mended by
    missing          there is no domain or mailbox of the service           create
    renamed          the stamp stands on another name                       a person
    stamp-twice      the stamp stands on another name too                   a person
    foreign-stamp    another service's stamp stands beside ours             a person
    other-model      it was sold as another model                           a person
    alias-domain     the domain is an alias of another one                  a person
    deleting         a deletion was begun and not finished                  terminate
    unfinished       the creation was begun and not finished                create
    stamp-words      what stands beside the stamp cannot be read            a person
    status           more open than the host's suspension, or left shut     repair
    limits           the plan's limits, and what is noted of them           repair
    cos              the class of service                                   repair
    over-plan        more is held or used than the plan allows              a person
    administrator    nobody has the administrator's rights                  repair, create
    rights           the administrator lacks some of his rights             repair
    quota-guide      what Zimbra's panel lets him choose as a quota         repair

The first eight stand in the way (`obstacles`): until they are gone the rest is not certain. What
an administrator may choose himself is no drift: mailboxes that he locked, a status stricter than
the plan's, another password, mailboxes, lists and aliases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from puq_zimbra.call import Call
from puq_zimbra.errors import Conflict, CosUnknown, Refused
from puq_zimbra.provisioning import (
    accounts,
    admins,
    objects,
    ownership,
    plans,
    suspension,
)
from puq_zimbra.provisioning.kinds import kind_of, shown_name, status_of
from puq_zimbra.provisioning.suspension import Changes
from puq_zimbra.usage.measure import Held
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

#: who mends an item: an event of ours, or a person in Zimbra or in the billing platform
REPAIR, CREATE, TERMINATE, PERSON = "repair", "create", "terminate", "person"
#: every item's name
NAMES = (
    "missing", "renamed", "stamp-twice", "foreign-stamp", "other-model", "alias-domain", "deleting",
    "unfinished", "stamp-words", "status", "limits", "cos", "over-plan", "administrator", "rights",
    "quota-guide",
)  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One thing that is not as it was sold."""

    #: one of `NAMES`
    name: str
    #: the domain or address that it is about, as people read it
    object: str
    wanted: Mapping[str, Any]
    held: Mapping[str, Any]
    mended_by: str
    #: what repair writes to: a domain, the mailbox sold, the administrator's account
    entry: Entry | None = None
    #: what repair writes there
    changes: Changes = field(default_factory=dict)
    #: the rights on the domain that repair grants to the account
    rights: tuple[str, ...] = ()


def of_whole(zimbra: Zimbra, call: Call, everything: Sequence[Entry], held: Held) -> list[Item]:
    """What differs of a service that holds so much; ``everything`` that it is, the bearer first."""
    items = _statuses(call, everything)
    items += _plan(zimbra, call, everything, held)
    if everything[0].kind == "domain":
        items += _administrator(zimbra, call, everything[0])
    return items


def _statuses(call: Call, everything: Sequence[Entry]) -> list[Item]:
    bearer = everything[0]
    items: list[Item] = []
    for entry in everything:
        try:
            ownership.purge_at(entry)
            suspended = ownership.was(bearer) is not None
            to_open = suspension.changes_to_give_back(entry)
        except Conflict as error:
            problem = {"problem": str(error)}
            return [*items, Item("stamp-words", shown_name(entry), {}, problem, PERSON)]
        # Where the bearer has no word of a suspension, no other domain may have one.
        items += _status(call, entry, entry is bearer) if suspended else _open(entry, to_open)
    return items


def _open(entry: Entry, changes: Changes) -> list[Item]:
    """A status that is beyond us, or a suspension that was not ended with the rest."""
    if status_of(entry) not in kind_of(entry).order:
        held = {kind_of(entry).status: status_of(entry)}
        return [Item("status", shown_name(entry), {}, held, PERSON)]
    return [_modification("status", entry, changes)] if changes else []


def _status(call: Call, entry: Entry, is_bearer: bool) -> list[Item]:
    """Of a suspended service, what is more open than its plan says."""
    name, attribute, status = shown_name(entry), kind_of(entry).status, status_of(entry)
    try:
        changes = suspension.changes_to_suspend(entry, call.sold.plan.suspend_mode)
    except Conflict as error:
        return [Item("status", name, {}, {attribute: status, "problem": str(error)}, PERSON)]
    if not is_bearer and status != "active" and ownership.was(entry) is None:
        return []  # what staff had shut is neither marked nor opened
    return [_modification("status", entry, changes)] if changes else []


def _modification(name: str, entry: Entry, changes: Changes) -> Item:
    """An item that repair mends by these changes: what is added is wanted, what goes is held."""
    words = kind_of(entry).words
    wanted = {key.lstrip("+"): value for key, value in changes.items() if key != "-" + words}
    held: dict[str, Any] = {key: entry.one(key) for key in changes if key.lstrip("+-") != words}
    if "-" + words in changes:
        held[words] = changes["-" + words]
    return Item(name, shown_name(entry), wanted, held, REPAIR, entry, changes)


def _plan(zimbra: Zimbra, call: Call, everything: Sequence[Entry], held: Held) -> list[Item]:
    bearer, plan, items = everything[0], call.sold.plan, []
    name = shown_name(bearer)
    try:
        cos, known = plans.class_of_service(zimbra, plan), True
    except CosUnknown:
        cos, known = None, False
    changes = objects.changes_to_fit(call, bearer, cos, held.tally.system_accounts)
    written = changes if known else {}
    attribute = "zimbraCOSId" if bearer.kind == "account" else "zimbraDomainDefaultCOSId"
    new_class = {key: value for key, value in changes.items() if key == attribute}
    limits = {key: value for key, value in changes.items() if key != attribute}
    if limits:
        items.append(_modification("limits", bearer, limits))
    if new_class or not known:
        names = {one.id: one.name for one in zimbra.get_all_cos()}
        current = bearer.one(attribute)
        wanted, had = {"cos": plan.cos}, {"cos": names.get(current, current) if current else None}
        if known:
            items.append(Item("cos", name, wanted, had, REPAIR, bearer, new_class))
        else:
            items.append(Item("cos", name, wanted, had, PERSON))
    try:
        require_fit(zimbra, call, everything, held, written)
    except Refused as error:
        items.append(Item("over-plan", name, {}, {"problem": str(error)}, PERSON))
    return items


def require_fit(
    zimbra: Zimbra, call: Call, everything: Sequence[Entry], held: Held, changes: Changes
) -> None:
    """Let a plan pass only if it is not below what the service holds and uses.

    Raises:
        Refused: it is; with the numbers.
    """
    plans.refuse_if_too_small(call.sold, held.mailboxes)
    plans.refuse_if_more_held(zimbra, call.sold, everything)
    plans.refuse_if_class_too_small(zimbra, everything[0], changes, held.mailboxes)


def _administrator(zimbra: Zimbra, call: Call, domain: Entry) -> list[Item]:
    address = call.shown_address
    try:
        account = accounts.find(zimbra, call)
    except Conflict as error:
        return [Item("administrator", address, {}, {"problem": str(error)}, PERSON)]
    holders = admins.holders_of(zimbra, domain)
    # One whom the customer renamed counts, as for create.
    somebody = any(set(admins.RIGHTS) <= rights for rights in holders.values())
    if account is None:
        if somebody:
            return []
        return [Item("administrator", address, {"mailbox": address}, {"mailbox": None}, CREATE)]
    granted = holders.get(account.id, set())
    missing = tuple(right for right in admins.RIGHTS if right not in granted)
    if not admins.is_delegated(account):
        return [] if somebody else [_promotion(call, account, missing)]
    items = []
    if missing:
        wanted, had = {"rights": list(admins.RIGHTS)}, {"rights": sorted(granted)}
        items.append(Item("rights", address, wanted, had, REPAIR, account, rights=missing))
    if guide := admins.guide_changes(account, call.sold.plan):
        items.append(_modification("quota-guide", account, dict(guide)))
    return items


def _promotion(call: Call, account: Entry, missing: tuple[str, ...]) -> Item:
    """The item of a mailbox at the administrator's address that runs nothing yet."""
    delegated = "zimbraIsDelegatedAdminAccount"
    held = sorted(set(admins.RIGHTS) - set(missing))
    return Item(
        "administrator",
        call.shown_address,
        {delegated: "TRUE", "rights": list(admins.RIGHTS)},
        {delegated: account.one(delegated), "rights": held},
        REPAIR,
        account,
        {
            **admins.settings_of(call.sold.plan),
            "zimbraAdminConsoleUIComponents": list(admins.PANEL),
        },
        missing,
    )


def mend(zimbra: Zimbra, bearer: Entry, items: Iterable[Item]) -> None:
    """Write what the items want to a service that was read as ours, and to its administrator."""
    for item in items:
        assert item.entry is not None
        if item.changes:
            objects.modify(zimbra, item.entry, item.changes)
        # Only now: Zimbra lets nobody hold a right whom it does not know as an administrator.
        for right in item.rights:
            zimbra.grant_right(bearer.id, item.entry.id, right)
