"""What of the whole space is left to give out to mailboxes, as it is now.

The limits are those of the last reading, but for mailboxes that the directory has written since:
they are read again. Where more has changed than a few of them (many at once, one that was deleted,
a class of service), Zimbra lists the storage of all, as for a reading.

Source: RFC 4512, 3.4.4 (modifyTimestamp); `service/admin/{SearchDirectory,GetQuotaUsage}.java`;
recorded limits of a genuine server (the limit in force is the own or the class's, and no more than
the domain's).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from puq_zimbra import products
from puq_zimbra.errors import Fault, NoAnswer
from puq_zimbra.provisioning import quotas
from puq_zimbra.provisioning.entries import domain_named, domain_of
from puq_zimbra.readings import ServiceUsage
from puq_zimbra.request import Request
from puq_zimbra.selfservice import scope
from puq_zimbra.usage import parts
from puq_zimbra.usage.tallies import SYSTEM
from puq_zimbra.zimbra import batches
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.listings import QuotaRow

#: mailboxes written since the reading that are looked at one by one
MOST = 500
#: how long before its time a reading may have read a mailbox, and by what a clock may be wrong
_MARGIN = timedelta(minutes=2)
#: marks of accounts whose limits the customer does not give out: Zimbra's own, and administrators
_MARKS = sorted({*SYSTEM, *scope.SYSTEM})
_MARKED = "".join(f"({one}=TRUE)" for one in _MARKS)
_ACCOUNTS = "accounts"


@dataclass(frozen=True)
class Left:
    """What was found."""

    #: bytes; None = there is no limit on the whole, or a mailbox has none
    bytes: int | None = None
    #: the storage of each mailbox (id), where all were listed
    storage: Mapping[str, QuotaRow] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """What is to be asked; its reads may go along with others in one HTTP request."""

    request: Request
    #: of the service's domains, in A-label form
    names: Sequence[str]
    usage: ServiceUsage | None
    #: by Zimbra's clock, as the directory writes it
    since: str

    @property
    def reads(self) -> list[Callable[[Zimbra], Any]]:
        """The reads; none where nothing limits the whole."""
        if not whole(self.request):
            return []
        found: list[Callable[[Zimbra], Any]] = [_classes_written(self.since)]
        for name in self.names:
            found += _of_domain(name, self.since)
        return found

    def left(self, zimbra: Zimbra, found: Sequence[Any]) -> Left:
        """What the answers to `reads` say; Zimbra may be asked once more.

        Raises:
            PuqZimbraError: one of them was refused.
        """
        space = whole(self.request)
        if not space:
            return Left()
        classes, *others = found
        limits = {one.id: one.limit for one in self.usage.mailboxes} if self.usage else {}
        count, many, system = 0, bool(limits) and classes != 0, set()
        for at in range(0, len(others), 4):
            written, held, cap, marked = (batches.accepted(one) for one in others[at : at + 4])
            limits |= {one.id: _in_force(one, cap) for one in written}
            count, many = count + held, many or len(written) > MOST
            system |= {one.id for one in marked}
        limits = {key: limit for key, limit in limits.items() if key not in system}
        storage: Mapping[str, QuotaRow] = {}
        if many or count != len(limits):
            storage = _storage(zimbra, self.names, system)
            limits = {key: row.quota for key, row in storage.items()} or limits
        if not storage and count > len(limits):  # of some of them, nothing says it
            return Left()
        known = [one for one in limits.values() if one is not None]
        rooms = self.usage.in_rooms if self.usage else 0
        left = max(0, space - sum(known) - rooms) if len(known) == len(limits) else None
        return Left(left, storage)


def question(
    zimbra: Zimbra, request: Request, stamped: Entry, usage: ServiceUsage | None, now: datetime
) -> Question:
    """What is to be asked about a service; ``usage`` is its last reading with its mailboxes."""
    names = {domain_of(stamped)}
    if usage is not None and products.of(request).IS_WHOLE_ZIMBRA:
        shown = {one.address.rpartition("@")[2] for one in usage.mailboxes}
        names |= {domain_named(f"@{one}") for one in shown}
    ahead = zimbra.pipeline.clock.seconds_ahead(now) or 0.0
    since = (usage.measured_at if usage else now) - timedelta(seconds=ahead) - _MARGIN
    return Question(request, sorted(names), usage, f"{since:%Y%m%d%H%M%S}Z")


def left(
    zimbra: Zimbra, request: Request, stamped: Entry, usage: ServiceUsage | None, now: datetime
) -> int | None:
    """Bytes that are left to give out; None = there is no limit on the whole, or of a mailbox."""
    asked = question(zimbra, request, stamped, usage, now)
    return asked.left(zimbra, batches.together(zimbra, asked.reads)).bytes


def whole(request: Request) -> int | None:
    """The space in bytes of the whole service, as it was sold; None = no limit."""
    return request.purchase.plan.domain_quota or request.purchase.disk or None


def _classes_written(since: str) -> Callable[[Zimbra], Any]:
    return lambda zimbra: zimbra.count_directory("coses", f"(modifyTimestamp>={since})")


def _of_domain(name: str, since: str) -> list[Callable[[Zimbra], Any]]:
    """Mailboxes written since, their number, the domain's cap, and accounts that are no mailbox."""
    own = "".join(f"(!({one}=TRUE))" for one in _MARKS)
    query = f"(&{own}(modifyTimestamp>={since}))"
    return [
        lambda zimbra: zimbra.search_page(
            _ACCOUNTS, query, (quotas.QUOTA,), name, limit=MOST + 1, inherited=True
        ),
        lambda zimbra: zimbra.count_directory(_ACCOUNTS, f"(&{own})", name),
        lambda zimbra: zimbra.get_domain(name, "name", (quotas.CAP,), inherited=True),
        lambda zimbra: zimbra.search_page(_ACCOUNTS, f"(|{_MARKED})", (), name, limit=MOST),
    ]


def _in_force(account: Entry, domain: Entry) -> int | None:
    own, cap = quotas.amount(account, quotas.QUOTA), quotas.amount(domain, quotas.CAP)
    return quotas.limit(quotas.in_force(own, cap))


def _storage(zimbra: Zimbra, names: Sequence[str], system: set[str]) -> dict[str, QuotaRow]:
    """The storage of all mailboxes; empty where the administrator may not list it."""
    lost = parts.Lost()
    alone = names[0] if len(names) == 1 else None
    pages = parts.of_domain(zimbra, lost, alone) if alone else parts.of_servers(zimbra, lost)
    try:
        rows = [row for page in pages for row in page.account if row.id not in system]
    except (Fault, NoAnswer):  # the last reading is all that is known
        return {}
    return {row.id: row for row in rows if alone or domain_named(row.name) in names}
