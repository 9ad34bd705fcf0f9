"""The mailboxes of a service: a page of their list, one of them, and changes to it.

Zimbra sorts as text and only by what it is asked for; used space, limits and mailbox plans (by
their names) are sorted by the last reading of the store. What is nearly full or over its limit is
told by that reading alone. The rows of a page are read live, their limits and what they use
included.

Source: `service/admin/SearchDirectory.java`; recorded listings of a genuine server.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from puq_zimbra import readings
from puq_zimbra.provisioning import quotas
from puq_zimbra.provisioning.entries import domain_of
from puq_zimbra.selfservice import bin as bins
from puq_zimbra.selfservice import mailbox_states as states
from puq_zimbra.selfservice import scope
from puq_zimbra.selfservice.mailbox_wanted import BY_ZIMBRA, Wanted
from puq_zimbra.units import shown_domain
from puq_zimbra.zimbra import batches, filters
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.batches import Along
from puq_zimbra.zimbra.client import Zimbra

#: rows of one page
PAGE = 50
#: rows of a search that are sorted by the last reading, as they are now
FEW = 500
#: what is read of each mailbox of the list
ATTRIBUTES = (
    "displayName",
    "zimbraAccountStatus",
    "zimbraCOSId",
    "zimbraMailQuota",
    "zimbraLastLogonTimestamp",
    "zimbraIsDelegatedAdminAccount",
)


@dataclass(frozen=True)
class Row:
    """One mailbox of the list."""

    id: str
    #: as Zimbra writes it
    address: str
    display_name: str
    #: Zimbra's account status
    status: str
    #: id of its own class of service; "" = the domain's
    cos: str
    #: UTC; None = never, or not for as long as Zimbra notes it
    last_login: datetime | None
    is_administrator: bool
    #: bytes by the last reading until `sized`; None = unknown
    used: int | None
    #: bytes; None = unlimited
    limit: int | None
    #: whether the last reading has it
    measured: bool
    #: what it uses was read now
    is_live: bool = False


@dataclass(frozen=True)
class Listed:
    """One page of the list."""

    rows: tuple[Row, ...]
    #: mailboxes found, in all pages
    found: int
    page: int
    pages: int


@dataclass(frozen=True)
class _Known:
    """What is known before Zimbra lists mailboxes."""

    #: of the domain, in bytes; 0 = none
    cap: int
    #: by id
    measured: Mapping[str, readings.MailboxUsage]
    #: class of service's id -> its name; "" = the domain's own
    tiers: Mapping[str, str]

    def row(self, entry: Entry) -> Row:
        """A mailbox as the list shows it."""
        known = self.measured.get(entry.id)
        return Row(
            entry.id,
            entry.name,
            entry.one("displayName") or "",
            entry.one("zimbraAccountStatus") or "active",
            entry.one("zimbraCOSId") or "",
            time_of(entry.one("zimbraLastLogonTimestamp")),
            entry.one("zimbraIsDelegatedAdminAccount") == "TRUE",
            known.used if known else None,
            quotas.limit(quotas.in_force(quotas.amount(entry, quotas.QUOTA), self.cap)),
            known is not None,
        )


def page_of(
    along: Along[Zimbra],
    domain: Entry,
    wanted: Wanted,
    usage: readings.ServiceUsage | None,
    without: Collection[str] = (),
    tiers: Mapping[str, str] = MappingProxyType({}),
) -> Listed:
    """One page of a domain's mailboxes; ``without`` are the ids of those in the bin.

    ``tiers``: class of service's id -> its name, "" = the domain's own.
    """
    measured = {one.id: one for one in usage.mailboxes} if usage else {}
    known = _Known(quotas.amount(domain, quotas.CAP), measured, tiers)
    if wanted.state in states.BY_READING or (wanted.by_reading and measured):
        name = domain_of(domain)
        if wanted.part and (few := _few_by_reading(along, name, wanted, known, without)):
            return few
        return _by_reading(along, name, wanted, known, without)
    column = wanted.column if wanted.column in BY_ZIMBRA else "address"
    query = _query(wanted, without, measured)
    ask = _Ask(domain_of(domain), query, BY_ZIMBRA[column], wanted.descending)
    # A page past the end is the last one: the first of the other order.
    is_past = wanted.page > max(1, -(-len(measured) // PAGE))
    other = replace(ask, descending=not wanted.descending)
    entries, found, *first = along.send(
        ask.page(wanted.page), ask.count, *([other.page(1)] if is_past else ())
    )
    pages = max(1, -(-found // PAGE))
    page = min(wanted.page, pages)
    if page != wanted.page and first:
        entries = first[0][: found - (pages - 1) * PAGE][::-1]
    elif page != wanted.page:
        (entries,) = along.send(ask.page(page))
    return Listed(tuple(known.row(one) for one in entries), found, page, pages)


@dataclass(frozen=True)
class _Ask:
    domain: str
    query: str
    sort_by: str
    descending: bool

    def count(self, zimbra: Zimbra) -> int:
        """How many mailboxes there are in all pages."""
        return zimbra.count_directory("accounts", self.query, self.domain)

    def page(self, number: int) -> Callable[[Zimbra], Sequence[Entry]]:
        """The read of one page."""
        return lambda zimbra: zimbra.search_page(
            "accounts",
            self.query,
            ATTRIBUTES,
            self.domain,
            limit=PAGE,
            offset=(number - 1) * PAGE,
            sort_by=self.sort_by,
            ascending=not self.descending,
            inherited=True,
        )


def all_found(
    zimbra: Zimbra,
    domain: Entry,
    wanted: Wanted,
    usage: readings.ServiceUsage | None,
    most: int,
) -> list[Entry]:
    """All mailboxes that a search finds, in all pages, by address; one more than ``most`` at most.

    None where nothing is searched for. Those in the bin are left out.
    """
    if not wanted.part:
        return []
    measured = {one.id: one for one in usage.mailboxes} if usage else {}
    query = _query(wanted, tuple(bins.marks(domain)), measured)
    entries = zimbra.search_page(
        "accounts", query, ATTRIBUTES, domain_of(domain), limit=most + 1, inherited=True
    )
    if wanted.state not in states.BY_READING:
        return entries
    return [one for one in entries if states.is_in(measured.get(one.id), wanted.state)]


def sized(zimbra: Zimbra, rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows with what they use now, as far as Zimbra says it."""
    asked = [row for row in rows if not row.is_live and not _is_untouched(row)]
    found = batches.together(zimbra, [_size(row.id) for row in asked])
    sizes = {row.id: size for row, size in zip(asked, found, strict=True)}
    return tuple(_with_size(row, sizes.get(row.id)) for row in rows)


def _is_untouched(row: Row) -> bool:
    """Whether nobody has used it yet: Zimbra makes a mailbox when it is first asked for."""
    return row.used == 0 and row.last_login is None


def _size(identity: str) -> Callable[[Zimbra], int]:
    return lambda zimbra: zimbra.get_mailbox_size(identity)


def _with_size(row: Row, size: Any) -> Row:
    return replace(row, used=size, is_live=True) if isinstance(size, int) else row


def _query(
    wanted: Wanted, without: Collection[str], measured: Mapping[str, readings.MailboxUsage]
) -> str:
    in_bin = filters.any_of("zimbraId", without)
    # One that was opened again is not in the bin any more.
    left_out = f"(!(&(zimbraAccountStatus=pending){in_bin}))" if in_bin else ""
    parts = states.query(wanted.state, measured.values())
    if wanted.search:
        either = (filters.holds(name, wanted.search) for name in ("mail", "displayName"))
        parts += f"(|{''.join(either)})"
    return f"(&{scope.NOT_SYSTEM}{left_out}{parts})"


def _few_by_reading(
    along: Along[Zimbra],
    domain: str,
    wanted: Wanted,
    known: _Known,
    without: Collection[str],
) -> Listed | None:
    """What a search finds now, by name too, in the reading's order; None where it is too much."""
    if not wanted.search and wanted.state in states.BY_READING:
        return None  # the reading says which they are
    query = _query(wanted, without, known.measured)
    (entries,) = along.send(
        lambda zimbra: zimbra.search_page(
            "accounts", query, ATTRIBUTES, domain, limit=FEW, inherited=True
        )
    )
    if len(entries) == FEW:
        return None
    rows = sorted((known.row(one) for one in entries), key=lambda row: row.address)
    if wanted.state in states.BY_READING:
        rows = [row for row in rows if states.is_in(known.measured.get(row.id), wanted.state)]
    held = [row for row in rows if row.measured]
    if wanted.column == "limit":
        held.sort(key=lambda row: (row.limit is None, row.limit or 0), reverse=wanted.descending)
    elif wanted.column == "used":
        held.sort(key=lambda row: row.used or -1, reverse=wanted.descending)
    elif wanted.column == "tier":
        held.sort(key=lambda row: known.tiers.get(row.cos, ""), reverse=wanted.descending)
    elif wanted.descending:
        held.reverse()
    # What was made since is not measured yet, and comes last either way.
    found = [*held, *(row for row in rows if not row.measured)]
    pages = max(1, -(-len(found) // PAGE))
    page = min(wanted.page, pages)
    return Listed(tuple(found[(page - 1) * PAGE : page * PAGE]), len(found), page, pages)


def _by_reading(
    along: Along[Zimbra],
    domain: str,
    wanted: Wanted,
    known: _Known,
    without: Collection[str],
) -> Listed:
    needle = wanted.search.casefold()
    domains = {domain, shown_domain(domain)}  # Zimbra lists storage by U-labels
    found = [
        one
        for one in known.measured.values()
        if one.id not in without
        and one.address.rpartition("@")[2] in domains
        and needle in one.address.casefold()
        and states.is_in(one, wanted.state)
    ]
    # Without a limit is more than any limit; unknown use comes last.
    if wanted.column == "limit":
        found.sort(key=lambda one: (one.limit is None, one.limit or 0, one.address))
    elif wanted.column == "used":
        found.sort(key=lambda one: (one.used or -1, one.address))
    elif wanted.column == "tier":
        found.sort(key=lambda one: (known.tiers.get(one.cos, ""), one.address))
    else:
        found.sort(key=lambda one: one.address)
    if wanted.descending:
        found.reverse()
    pages = max(1, -(-len(found) // PAGE))
    page = min(wanted.page, pages)
    shown = found[(page - 1) * PAGE : page * PAGE]
    if not shown:
        return Listed((), 0, 1, 1)
    either = filters.any_of("zimbraId", [one.id for one in shown])
    query = f"(&{scope.NOT_SYSTEM}{states.query(wanted.state, ())}{either})"
    (entries,) = along.send(
        lambda zimbra: zimbra.search_page(
            "accounts", query, ATTRIBUTES, domain, limit=PAGE, inherited=True
        )
    )
    live = {one.id: known.row(one) for one in entries}
    rows = tuple(live[one.id] for one in shown if one.id in live)
    return Listed(rows, len(found), page, pages)


def time_of(text: str | None) -> datetime | None:
    """A time as Zimbra writes it; None if it is none.

    >>> time_of("20261130120800.123Z")
    datetime.datetime(2026, 11, 30, 12, 8, tzinfo=datetime.timezone.utc)
    """
    digits = (text or "")[:14]
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
