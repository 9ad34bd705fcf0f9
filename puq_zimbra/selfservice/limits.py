"""The plan's limits, told with their numbers before anything is made.

Zimbra enforces the number of mailboxes, if not several are made at once, and the cap of a mailbox;
aliases, lists and alias domains it does not count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from puq_zimbra.clientarea.fields import wrong
from puq_zimbra.errors import N_, Refused
from puq_zimbra.provisioning import quotas
from puq_zimbra.provisioning.entries import domain_of
from puq_zimbra.request import Request
from puq_zimbra.selfservice import scope
from puq_zimbra.units import GB
from puq_zimbra.zimbra import batches
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

#: what takes a seat of the plan: rooms and equipment hold mail as mailboxes do
_SEATS = "accounts,resources"


def counting_seats(names: Iterable[str]) -> list[Callable[[Zimbra], int]]:
    """The reads that count what takes a seat in each of a service's domains (A-labels).

    Mailboxes, those in the bin included, and rooms and equipment.
    """
    query = f"(&{scope.NOT_SYSTEM})"
    return [
        lambda zimbra, name=name: zimbra.count_directory(_SEATS, query, name)  # type: ignore[misc]
        for name in names
    ]


def seats(zimbra: Zimbra, domains: Iterable[Entry]) -> int:
    """How many seats are taken in all of a service's domains."""
    return sum(batches.Along(zimbra).send(*counting_seats(map(domain_of, domains))))


def require_room(zimbra: Zimbra, request: Request, stamped: Entry) -> None:
    """Let pass if the plan allows one more mailbox, room or piece of equipment.

    Raises:
        Refused: with the numbers.
    """
    most = request.purchase.plan.mailboxes
    if most is None:
        return
    if (held := seats(zimbra, scope.domains_of(zimbra, request, stamped))) >= most:
        raise Refused(
            "Your plan allows %(most)s mailboxes and %(held)s are there, those in the bin, rooms"
            " and equipment included: delete one for good, or order a bigger plan.",
            most=most,
            held=held,
        )


def most_of_a_mailbox(request: Request, domain: Entry) -> int | None:
    """The highest limit of a mailbox in bytes; None = any."""
    capped = quotas.limit(quotas.amount(domain, quotas.CAP))
    known = [one for one in (capped, request.purchase.plan.mailbox_quota) if one]
    return min(known) if known else None


def require_quota(
    request: Request, domain: Entry, size: int | None, left: int | None = None
) -> None:
    """Let a mailbox's limit pass if the plan allows it and it is ``left``; None = not known.

    Raises:
        FieldErrors: of the field ``limit``.
    """
    if size is None:
        return
    most = most_of_a_mailbox(request, domain)
    if most is not None and size > most:
        raise wrong("limit", N_("Your plan allows at most %(most)s GB."), most=f"{most / GB:g}")
    if left is not None and size > left:
        raise wrong(
            "limit",
            N_("The limit of %(size)s GB is too large: %(left)s GB are left to give out."),
            size=f"{size / GB:g}",
            left=f"{left / GB:.4g}",
        )


def count_lists(zimbra: Zimbra, domains: Sequence[Entry]) -> int:
    """The mailing lists of a service's domains; dynamic ones are the provider's."""
    return sum(zimbra.count_directory("distributionlists", "", domain_of(one)) for one in domains)


def require_lists(zimbra: Zimbra, request: Request, domains: Sequence[Entry]) -> None:
    """Let pass if the plan allows one more mailing list.

    Raises:
        Refused: with the numbers.
    """
    most = request.purchase.plan.lists
    if most is not None and (held := count_lists(zimbra, domains)) >= most:
        raise Refused(
            "Your plan allows %(most)s mailing lists and %(held)s are there: delete one, or order a"
            " bigger plan.",
            most=most,
            held=held,
        )


def require_alias_domains(request: Request, held: int) -> None:
    """Let pass if the plan allows one more domain alias.

    Raises:
        Refused: with the numbers.
    """
    most = request.purchase.plan.domain_aliases
    if most is not None and held >= most:
        raise Refused(
            "Your plan allows %(most)s domain aliases and %(held)s are there: remove one, or order"
            " a bigger plan.",
            most=most,
            held=held,
        )
