"""The table of mailboxes: searched, sorted, a page at a time, with a total of them all.

Ten thousand mailboxes are compared by their raw figures; what is shown of one is made only for
those that a page shows.

Source: doc.puq.info "Jakie są możliwości panelu klienta" (columns and their order); outroll/vesta
issue 1492 (13,300 rows in one page hang a browser: pages are cut on the server).
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from puq_zimbra import readings, units
from puq_zimbra.clientarea.quota_bar import CRITICAL, FULL, UNKNOWN, Space

PAGE_SIZE = 50
#: from so many mailboxes on, there is a search, an order and pages
CONTROLS_FROM = 21
#: mailboxes that a warning names
NAMED = 5
COLUMNS = ("address", "percent", "used", "limit")
#: the order of a table of which nothing else was asked
FULLEST_FIRST = "-percent"
#: characters of a search that count
_MOST_SEARCHED = 100
#: of a page's number
_DIGITS = 9
#: account statuses in which nobody can log in, those of one that ends by itself left out
_SHUT = ("locked", "closed", "maintenance", "pending")


@dataclass(frozen=True)
class Wanted:
    """The part of the table that the customer asked for."""

    page: int = 1
    #: a part of the address, in any case of letters; "" = all mailboxes
    search: str = ""
    #: one of `COLUMNS`
    column: str = "percent"
    descending: bool = True

    @property
    def sort(self) -> str:
        """The order as an address carries it."""
        return "-" * self.descending + self.column


@dataclass(frozen=True)
class Line:
    """One mailbox."""

    #: Zimbra's id
    id: str
    #: with its domain in U-label form
    address: str
    space: Space
    #: Zimbra's account status
    status: str


@dataclass(frozen=True)
class Table:
    """One page of the mailboxes."""

    wanted: Wanted
    lines: tuple[Line, ...]
    #: over all mailboxes, also those of other pages
    total: Space
    #: all mailboxes of the service, found by the search or not
    count: int
    #: mailboxes that the search found
    found: int
    #: mailboxes whose use is not known, so that the total is "at least"
    unknown: int
    page: int
    pages: int

    @property
    def first(self) -> int:
        """Number of the first line among those that the search found, from 1."""
        return (self.page - 1) * PAGE_SIZE + 1

    @property
    def controls(self) -> bool:
        """Whether there are so many that they are searched and sorted."""
        return self.count >= CONTROLS_FROM


@dataclass(frozen=True)
class Group:
    """Mailboxes that share a warning."""

    #: percent of their limit that they have reached
    percent: int
    count: int
    #: the fullest of them
    lines: tuple[Line, ...]

    @property
    def unnamed(self) -> int:
        """How many more there are than lines."""
        return self.count - len(self.lines)


def wanted(page: str | None, form: Mapping[str, str]) -> Wanted:
    """Read what was asked of the table out of a call; what makes no sense counts as not asked.

    >>> wanted("3", {"sort": "-used"})
    Wanted(page=3, search='', column='used', descending=True)
    >>> wanted("usage", {"search": " Anna ", "sort": "<b>"})
    Wanted(page=1, search='Anna', column='percent', descending=True)
    """
    number = int(page) if page and page.isascii() and page.isdigit() and len(page) <= _DIGITS else 1
    search = "".join(one for one in form.get("search", "") if one.isprintable()).strip()
    sort = form.get("sort", "")
    if sort.removeprefix("-") not in COLUMNS:
        sort = FULLEST_FIRST
    return Wanted(
        max(1, number), search[:_MOST_SEARCHED], sort.removeprefix("-"), sort.startswith("-")
    )


def table(mailboxes: Sequence[readings.MailboxUsage], wanted: Wanted) -> Table:
    """Cut one page out of the mailboxes; a page past the end is the last one."""
    needle = wanted.search.casefold()
    found = (
        [one for one in mailboxes if needle in units.shown_address(one.address).casefold()]
        if needle
        else mailboxes
    )
    pages = max(1, -(-len(found) // PAGE_SIZE))
    page = min(wanted.page, pages)
    return Table(
        wanted=wanted,
        lines=lines(_first(page * PAGE_SIZE, found, wanted)[(page - 1) * PAGE_SIZE :]),
        total=_total(mailboxes),
        count=len(mailboxes),
        found=len(found),
        unknown=sum(one.used is None for one in mailboxes),
        page=page,
        pages=pages,
    )


def full(mailboxes: Sequence[readings.MailboxUsage]) -> Group:
    """The mailboxes that are at their limit or over it."""
    return _group(mailboxes, FULL, None)


def nearly_full(mailboxes: Sequence[readings.MailboxUsage]) -> Group:
    """The mailboxes that soon will be."""
    return _group(mailboxes, CRITICAL, FULL)


def _group(mailboxes: Sequence[readings.MailboxUsage], least: int, below: int | None) -> Group:
    found = [
        one
        for one in mailboxes
        if one.used is not None
        and one.limit is not None
        and one.used * 100 >= one.limit * least
        and (below is None or one.used * 100 < one.limit * below)
    ]
    return Group(least, len(found), lines(_first(NAMED, found, Wanted())))


def shut(mailboxes: Sequence[readings.MailboxUsage]) -> int:
    """How many mailboxes nobody can use: locked, closed or in maintenance."""
    return sum(one.status in _SHUT for one in mailboxes)


def lines(mailboxes: Iterable[readings.MailboxUsage]) -> tuple[Line, ...]:
    """What is shown of mailboxes, in their order."""
    return tuple(
        Line(one.id, units.shown_address(one.address), Space(one.used, one.limit), one.status)
        for one in mailboxes
    )


def _first(
    most: int, mailboxes: Sequence[readings.MailboxUsage], wanted: Wanted
) -> list[readings.MailboxUsage]:
    """The first mailboxes in a column's order: what is not known comes last either way.

    Not all of ten thousand are sorted for the fifty that a page shows.
    """
    sign = -1 if wanted.descending else 1

    def by_percent(one: readings.MailboxUsage) -> tuple[int, float, str]:
        if one.used is None:
            return 2, 0.0, one.address
        if one.limit is not None:
            return 0, sign * (one.used / one.limit if one.limit else math.inf), one.address
        return 1, sign * one.used, one.address

    def by_used(one: readings.MailboxUsage) -> tuple[int, int, str]:
        return (0, sign * one.used, one.address) if one.used is not None else (1, 0, one.address)

    def by_limit(one: readings.MailboxUsage) -> tuple[float, str]:
        return sign * (math.inf if one.limit is None else one.limit), one.address

    if wanted.column == "address":
        pick = heapq.nlargest if wanted.descending else heapq.nsmallest
        return pick(most, mailboxes, key=lambda one: one.address)
    keys: dict[str, Callable[[readings.MailboxUsage], Any]] = {
        "percent": by_percent,
        "used": by_used,
        "limit": by_limit,
    }
    return heapq.nsmallest(most, mailboxes, key=keys[wanted.column])


def _total(mailboxes: Sequence[readings.MailboxUsage]) -> Space:
    known = [one.used for one in mailboxes if one.used is not None]
    used = sum(known) if known or not mailboxes else None
    if not mailboxes:
        return Space(used, UNKNOWN)
    limits = [one.limit for one in mailboxes if one.limit is not None]
    return Space(used, sum(limits) if len(limits) == len(mailboxes) else None)
