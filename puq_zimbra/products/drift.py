"""Drift: how Zimbra differs from what was sold, item by item, and who can mend it.

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
                     ``suspended``, under which Zimbra touches nothing      a person
    limits           the plan's limits, and what is noted of them           repair
    cos              the class of service                                   repair
    quota-in-force   Zimbra allows a mailbox less than was sold             a person
    over-plan        more is held or used than the plan allows              a person
    rooms            with rooms that can hold mail, more than was sold      a person
    administrator    no account has the administrator's rights                repair, create
    administrator-renamed  another mailbox than the one sold has them       a person
    rights           the administrator lacks some of his rights             repair
    quota-guide      what Zimbra's panel lets him choose as a quota         repair
    rights-beyond    on Carbonio: he may make himself a global one          a person
    virtual-host     on Carbonio: a host name is another domain's too       a person
    mail-transport   on Carbonio: mail of mailboxes is delivered elsewhere  a person

The first eight, and a domain that is ``suspended``, block the rest (`blocking_drift`): until they
are gone it is not certain. What an administrator may choose himself is no drift: mailboxes that
he locked, another status stricter than the plan's, another password, mailboxes, lists and aliases.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from puq_zimbra import products
from puq_zimbra.errors import Conflict, CosUnknown, Refused
from puq_zimbra.provisioning import (
    accounts,
    admins,
    carbonio,
    changes,
    ownership,
    plans,
    suspension,
)
from puq_zimbra.provisioning.changes import Steps
from puq_zimbra.provisioning.entries import Changes, kind_of, shown_name, status_of
from puq_zimbra.request import Request
from puq_zimbra.usage.measure import Held
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

#: who mends an item: an event of ours, or a person in Zimbra or in the billing platform
REPAIR, CREATE, TERMINATE, PERSON = "repair", "create", "terminate", "person"
#: every item's name
NAMES = (
    "missing", "renamed", "stamp-twice", "foreign-stamp", "other-model", "alias-domain", "deleting",
    "unfinished", "stamp-words", "status", "limits", "cos", "quota-in-force", "over-plan", "rooms",
    "administrator", "administrator-renamed", "rights", "quota-guide", "rights-beyond",
    "virtual-host", "mail-transport",
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


def of_whole(
    zimbra: Zimbra, request: Request, everything: Sequence[Entry], held: Held
) -> list[Item]:
    """The drift of a service that holds so much; ``everything`` begins with the stamped one."""
    items = _statuses(request, everything)
    items += _plan(zimbra, request, everything, held)
    if products.of(request).HAS_ADMINISTRATOR:
        items += _administrator(zimbra, request, everything)
    return items


def _statuses(request: Request, everything: Sequence[Entry]) -> list[Item]:
    stamped = everything[0]
    items: list[Item] = []
    for entry in everything:
        try:
            ownership.purge_at(entry)
            suspended = ownership.was(stamped) is not None
            to_open = suspension.changes_to_give_back(entry)
        except Conflict as error:
            problem = {"problem": str(error)}
            return [*items, Item("stamp-words", shown_name(entry), {}, problem, PERSON)]
        # Where the stamped one has no word of a suspension, no other domain may have one.
        items += _status(request, entry, entry is stamped) if suspended else _open(entry, to_open)
    return items


def _open(entry: Entry, changes: Changes) -> list[Item]:
    """A status that is beyond us, or a suspension that was not ended with the rest."""
    if status_of(entry) not in kind_of(entry).order:
        held = {kind_of(entry).status: status_of(entry)}
        return [Item("status", shown_name(entry), {}, held, PERSON)]
    return [_modification("status", entry, changes)] if changes else []


def _status(request: Request, entry: Entry, is_stamped: bool) -> list[Item]:
    """Of a suspended service, what is more open than its plan says."""
    name, attribute, status = shown_name(entry), kind_of(entry).status, status_of(entry)
    try:
        changes = suspension.changes_to_suspend(entry, request.purchase.plan.suspend_mode)
    except Conflict as error:
        return [Item("status", name, {}, {attribute: status, "problem": str(error)}, PERSON)]
    if not is_stamped and status != "active" and ownership.was(entry) is None:
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


def _plan(zimbra: Zimbra, request: Request, everything: Sequence[Entry], held: Held) -> list[Item]:
    stamped, plan, items = everything[0], request.purchase.plan, []
    name = shown_name(stamped)
    try:
        cos, known = plans.class_of_service(zimbra, plan), True
    except CosUnknown:
        cos, known = None, False
    changes = products.of(request).changes_to_fit(request, stamped, cos, held.tally.system_accounts)
    written = changes if known else {}
    attribute = kind_of(stamped).cos
    new_class = {key: value for key, value in changes.items() if key == attribute}
    limits = {key: value for key, value in changes.items() if key != attribute}
    if limits and not _only_unnoted(stamped, limits):
        items.append(_modification("limits", stamped, limits))
    if new_class or not known:
        names = {one.id: one.name for one in zimbra.get_all_cos()}
        current = stamped.one(attribute)
        wanted, had = {"cos": plan.cos}, {"cos": names.get(current, current) if current else None}
        if known:
            items.append(Item("cos", name, wanted, had, REPAIR, stamped, new_class))
        else:
            items.append(Item("cos", name, wanted, had, PERSON))
    if known:
        items += _quotas_in_force(zimbra, request, cos, everything)
    if problems := [str(one) for one in refusals(zimbra, request, everything, held, written)]:
        items.append(Item("over-plan", name, {}, {"problem": " ".join(problems)}, PERSON))
    return items + _rooms(request, name, held)


def _only_unnoted(stamped: Entry, limits: Changes) -> bool:
    """Whether nothing differs but that a service of before has no note of what was sold."""
    words = "+" + kind_of(stamped).words
    new = limits.get(words, ())
    return set(limits) == {words} and all(one.startswith(ownership.SOLD) for one in new)


def _quotas_in_force(
    zimbra: Zimbra, request: Request, cos: Entry | None, everything: Sequence[Entry]
) -> list[Item]:
    """What Zimbra allows a mailbox, where that is less than was sold."""
    purchase = request.purchase.plan.mailbox_quota
    found = products.of(request).quotas_in_force(zimbra, request, cos, everything)
    wanted = {"mailbox_quota": purchase}
    return [Item("quota-in-force", name, wanted, held, PERSON) for name, held in found]


def _rooms(request: Request, name: str, held: Held) -> list[Item]:
    """Rooms and equipment that hold mail beside all the mailboxes that were sold."""
    most, rooms = request.purchase.plan.mailboxes, held.tally.resources
    if most is None or held.tally.mailboxes > most or held.tally.mailboxes + rooms <= most:
        return []
    had = {"mailboxes": held.tally.mailboxes, "rooms": rooms}
    return [Item("rooms", name, {"mailboxes": most}, had, PERSON)]


def refusals(
    zimbra: Zimbra, request: Request, everything: Sequence[Entry], held: Held, changes: Changes
) -> Iterator[Refused]:
    """All in which a plan is below what the service holds and uses, with the numbers."""
    mailboxes = held.mailboxes
    yield from products.of(request).refusals(zimbra, request.purchase, everything, mailboxes)
    yield from products.class_too_small(zimbra, request, everything[0], changes, mailboxes)


def _administrator(zimbra: Zimbra, request: Request, everything: Sequence[Entry]) -> list[Item]:
    address, domain = request.shown_address, everything[0]
    found = admins.find(zimbra, request, domain)
    holders = admins.holders_of(zimbra, domain)
    items = [
        Item(name, shown, {}, held, PERSON)
        for name, shown, held in carbonio.excess(zimbra, everything, found)
    ]
    if not found:
        if any(set(admins.RIGHTS) <= rights for rights in holders.values()):
            return items  # a group, or an account elsewhere
        return [_no_administrator(zimbra, request, holders), *items]
    names = [shown_name(one) for one in found]
    if names != [address]:
        had: Mapping[str, Any] = {"mailbox": names if len(names) > 1 else names[0]}
        items.append(Item("administrator-renamed", address, {"mailbox": address}, had, PERSON))
    if len(found) == 1:
        items += _rights(found[0], holders.get(found[0].id, set()))
        if guide := admins.guide_changes(found[0], request.purchase.plan):
            items.append(_modification("quota-guide", found[0], dict(guide)))
    return items


def _rights(account: Entry, granted: set[str]) -> list[Item]:
    """The item of the rights that the administrator lacks."""
    missing = tuple(right for right in admins.RIGHTS if right not in granted)
    wanted, had = {"rights": list(admins.RIGHTS)}, {"rights": sorted(granted)}
    item = Item("rights", shown_name(account), wanted, had, REPAIR, account, rights=missing)
    return [item] if missing else []


def _no_administrator(zimbra: Zimbra, request: Request, holders: Mapping[str, set[str]]) -> Item:
    """The item of a domain in which no account is its administrator."""
    address = request.shown_address
    try:
        account = accounts.find(zimbra, request)
    except Conflict as error:
        return Item("administrator", address, {}, {"problem": str(error)}, PERSON)
    if account is None:
        return Item("administrator", address, {"mailbox": address}, {"mailbox": None}, CREATE)
    granted = holders.get(account.id, set())
    return _promotion(request, account, tuple(one for one in admins.RIGHTS if one not in granted))


def _promotion(request: Request, account: Entry, missing: tuple[str, ...]) -> Item:
    """The item of a mailbox at the administrator's address that runs nothing yet."""
    delegated = "zimbraIsDelegatedAdminAccount"
    held = sorted(set(admins.RIGHTS) - set(missing))
    return Item(
        "administrator",
        request.shown_address,
        {delegated: "TRUE", "rights": list(admins.RIGHTS)},
        {delegated: account.one(delegated), "rights": held},
        REPAIR,
        account,
        {
            **admins.settings_of(request.purchase.plan),
            "zimbraAdminConsoleUIComponents": list(admins.PANEL),
        },
        missing,
    )


def steps_to_mend(stamped: Entry, items: Iterable[Item]) -> Steps[None]:
    """Write what the items want to a service that was read as ours, and to its administrator."""
    for item in items:
        assert item.entry is not None
        if item.changes:
            yield changes.modify(item.entry, item.changes)
        # Only now: Zimbra grants a right only to an account that it knows as an administrator.
        yield from changes.grants(stamped, item.entry, item.rights, joined=bool(item.changes))
