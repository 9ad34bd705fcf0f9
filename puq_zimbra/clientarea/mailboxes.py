"""The table of mailboxes: fullest first, a page at a time, with a total of them all.

Source: doc.puq.info "Jakie są możliwości panelu klienta" (columns and their order); outroll/vesta
issue 1492 (13,300 rows in one page hang a browser: pages are cut on the server).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from puq_zimbra import model, units
from puq_zimbra.clientarea.space import UNKNOWN, Space

PAGE_SIZE = 50
FULLEST = 10


@dataclass(frozen=True)
class Line:
    """One mailbox."""

    #: with its domain in U-label form
    address: str
    space: Space
    #: Zimbra's account status
    status: str


@dataclass(frozen=True)
class Table:
    """One page of the mailboxes."""

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


def fullest_first(mailboxes: Iterable[model.MailboxUsage]) -> tuple[Line, ...]:
    """Order mailboxes by how soon they need a look."""
    lines = (
        Line(units.shown_address(one.address), Space(one.used, one.limit), one.status)
        for one in mailboxes
    )
    return tuple(sorted(lines, key=_urgency))


def table(lines: Sequence[Line], page: int = 1, search: str = "") -> Table:
    """Cut one page out of the ordered mailboxes; a page past the end is the last one."""
    wanted = search.strip().casefold()
    found = [line for line in lines if wanted in line.address.casefold()] if wanted else lines
    pages = max(1, -(-len(found) // PAGE_SIZE))
    page = min(max(1, page), pages)
    return Table(
        lines=tuple(found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]),
        total=_total(lines),
        count=len(lines),
        found=len(found),
        unknown=sum(line.space.used is None for line in lines),
        page=page,
        pages=pages,
    )


def _urgency(line: Line) -> tuple[int, float, str]:
    """Order by share of the limit, then the unlimited by use, then what is unknown."""
    space = line.space
    if space.used is None:
        return 2, 0.0, line.address
    if not space.limit:
        return 1, float(-space.used), line.address
    return 0, -space.used / space.limit, line.address


def _total(lines: Sequence[Line]) -> Space:
    known = [line.space.used for line in lines if line.space.used is not None]
    used = sum(known) if known or not lines else None
    limits = [line.space.limit for line in lines if line.space.limit]
    if not lines:
        return Space(used, UNKNOWN)
    return Space(used, sum(limits) if len(limits) == len(lines) else None)
