"""Where mail goes to addresses of a domain that do not exist: back to its sender, or to a mailbox.

Exactly one mailbox catches a domain's mail: Zimbra itself would let several hold the same address.

Source: zimbra-attrs.xml (zimbraMailCatchAllAddress holds many values); recorded catch-alls of a
genuine server, which checks the value's shape alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet

from lxml import etree

from puq_zimbra import products
from puq_zimbra.clientarea.fields import wrong
from puq_zimbra.errors import N_, Conflict, Refused
from puq_zimbra.provisioning.entries import domain_of
from puq_zimbra.request import Request
from puq_zimbra.selfservice import recipients, scope
from puq_zimbra.units import shown_address, shown_domain
from puq_zimbra.zimbra import answers, directory, filters
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.batches import Asked
from puq_zimbra.zimbra.client import Zimbra

_CATCHES, _STATUS = "zimbraMailCatchAllAddress", "zimbraAccountStatus"
#: mailboxes that the page offers to choose from; where there are more, the address is typed
MOST_OFFERED = 50


def asking(domain: Entry, *, alone: bool) -> dict[str, Asked]:
    """The requests whose answers `offered` reads.

    ``alone``: the service has no other domain, in which the mailbox that catches could be.
    """
    boxes = directory.page_arguments(
        "accounts",
        f"(&{recipients.RECEIVES})",
        (_CATCHES,),
        domain_of(domain),
        limit=MOST_OFFERED + 1,
        sort_by=_CATCHES,
        ascending=False,  # those with a value come first
    )
    asked: dict[str, Asked] = {"boxes": ("SearchDirectory", boxes)}
    if not alone:
        holders = directory.page_arguments(*_holding(domain_of(domain)), limit=directory.PAGE)
        asked["holders"] = ("SearchDirectory", holders)
    return asked


def offered(found: Mapping[str, etree._Element], domain: Entry) -> tuple[list[Entry], Entry | None]:
    """Mailboxes of a domain, one more than `MOST_OFFERED` at most, and the one that catches."""
    boxes, name = answers.entries(found["boxes"]), domain_of(domain)
    caught = next((one for one in boxes if _held(one, name)), None)
    if caught is None and "holders" in found:
        holders = answers.entries(found["holders"])
        caught = next((one for one in holders if _held(one, name) and receives(one)), None)
        boxes += [] if caught is None else [caught]
    return sorted(boxes, key=lambda one: one.name), caught


def receives(account: Entry) -> bool:
    """Whether what catches is open for mail, and a customer's."""
    return not scope.is_system(account) and account.one(_STATUS) not in ("pending", "closed")


def set_to(
    zimbra: Zimbra, request: Request, domain_name: str, address: str | None
) -> tuple[str, str | None, bool]:
    """Let a mailbox catch a domain's mail, None = no mailbox.

    The domain, the mailbox, and whether anything was written.

    Raises:
        FieldErrors: the address is no mailbox of the service.
        Refused: a mailbox outside of the service catches it.
        Conflict: Zimbra did not keep it.
    """
    stamped = scope.open_service(zimbra, request)
    domain = scope.domain(zimbra, request, stamped, domain_name)
    names = {domain_of(one) for one in scope.domains_of(zimbra, request, stamped)}
    wanted = None
    if address is not None:
        found = recipients.find(zimbra, recipients.ACCOUNTS, (address,), names)
        wanted = found.get(recipients.key(address))
        if wanted is None:
            message = N_("%(address)s is no mailbox of yours.")
            raise wrong("box", message, address=shown_address(address))
    name = domain_of(domain)
    held = _holders(zimbra, name)
    if any(domain_of(one) not in names or scope.is_system(one) for one in held):
        raise Refused(
            "A mailbox outside of your service receives this mail of %(name)s: ask your provider.",
            name=shown_domain(name),
        )
    changed = _let_catch(zimbra, name, held, {wanted.id} if wanted else set())
    return shown_domain(name), shown_address(wanted.name) if wanted else None, changed


def _let_catch(zimbra: Zimbra, name: str, held: Sequence[Entry], goal: AbstractSet[str]) -> bool:
    """Let those accounts alone catch a domain's mail (ids); whether anything was written."""
    now = {one.id for one in held}
    if now == goal:
        return False
    # The new one first: no message is returned in between.
    for identity in sorted(goal - now):
        zimbra.modify_account(identity, {f"+{_CATCHES}": f"@{name}"})
    for one in held:
        if one.id not in goal:
            zimbra.modify_account(one.id, {f"-{_CATCHES}": _held(one, name)})
    if {one.id for one in _holders(zimbra, name)} != goal:
        shown = shown_domain(name)
        raise Conflict("Zimbra did not keep where the mail of %(name)s goes.", name=shown)
    return True


def mailbox_of(zimbra: Zimbra, request: Request, address: str) -> Entry | None:
    """The mailbox of an address in the service's domains."""
    found = recipients.find(zimbra, recipients.ACCOUNTS, (address,), _names(zimbra, request))
    return found.get(recipients.key(address))


def _names(zimbra: Zimbra, request: Request) -> set[str]:
    stamped = products.get(zimbra, request)
    return {domain_of(one) for one in scope.domains_of(zimbra, request, stamped)}


def set_as_before(
    zimbra: Zimbra, request: Request, domain: Entry, addresses: Sequence[str]
) -> None:
    """Let the mailboxes of those addresses alone catch a domain's mail.

    Raises:
        Refused: one of them is no mailbox of the service any more.
    """
    names = _names(zimbra, request)
    found = recipients.find(zimbra, recipients.ACCOUNTS, addresses, names)
    wanted = [found.get(recipients.key(one)) for one in addresses]
    goal = {one.id for one in wanted if one is not None}
    if None in wanted:
        raise Refused("A mailbox of this change is not there any more: nothing was changed.")
    _let_catch(zimbra, domain_of(domain), _holders(zimbra, domain_of(domain)), goal)


def is_inside(
    zimbra: Zimbra,
    request: Request,
    domain: Entry,
    held: Sequence[Entry],
    names: Collection[str] | None = None,
) -> bool:
    """Whether all that catches a domain's mail is the service's, whose domains are ``names``.

    Where those are not known, Zimbra is asked, if another domain's mailbox catches.
    """
    if any(scope.is_system(one) for one in held):
        return False
    others = {domain_of(one) for one in held} - {domain_of(domain)}
    if not others:
        return True
    return others <= set(_names(zimbra, request) if names is None else names)


def _holders(zimbra: Zimbra, name: str) -> list[Entry]:
    """Every account of the Zimbra that catches a domain's mail."""
    return [one for one in zimbra.search_directory(*_holding(name)) if _held(one, name)]


def _holding(name: str) -> tuple[str, str, tuple[str, ...]]:
    """What finds them: types, filter, and attributes that are read."""
    attrs = (_CATCHES, _STATUS, *scope.SYSTEM, "zimbraAccountCalendarUserType")
    return "accounts", filters.equal(_CATCHES, f"@{name}"), attrs


def _held(account: Entry, name: str) -> Sequence[str]:
    return [
        one for one in account.all(_CATCHES) if recipients.key(one) == recipients.key(f"@{name}")
    ]
