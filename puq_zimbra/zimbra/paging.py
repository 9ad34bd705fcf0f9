"""Read a long list page by page, with the same checks for every request that has pages.

A page never has more rows than were asked for. Zimbra names the number of all rows only in an admin
session: then all pages together must have as many. Without a session the list ends with the first
page that is not full. A row that was on the page before, too, comes of a list that grew meanwhile:
it is reported as repeated. A page of repeated rows alone would never end, and so would a list of
more rows than any Zimbra has: neither is read on.

Source: `service/admin/{SearchDirectory,GetQuotaUsage}.java`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from puq_zimbra.zimbra import answers

#: rows after which a list is taken for endless
MOST_ROWS = 10_000_000

Rows = TypeVar("Rows")
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Page(Generic[Rows]):
    """One page."""

    rows: Rows
    #: what tells each row from the others
    ids: Sequence[str]
    #: rows of all pages; None = Zimbra does not say
    total: int | None = None
    #: ids that were on the page before, too
    repeated: frozenset[str] = frozenset()


def pages(
    read: Callable[[int], Page[Rows]],
    size: int,
    progress: Progress = lambda done, total: None,
) -> Iterator[Page[Rows]]:
    """Yield the pages of a list; ``read`` takes an offset.

    Raises:
        NoAnswer: the pages are not what they should be; those before are not to be used.
    """
    offset, seen = 0, 0
    before: frozenset[str] = frozenset()
    while True:
        page = read(offset)
        now = frozenset(page.ids)
        page = replace(page, repeated=now & before)
        offset, seen, before = offset + size, seen + len(page.ids) - len(page.repeated), now
        endless = seen > MOST_ROWS or (now and now == page.repeated)
        if len(page.ids) > size or endless or (page.total is not None and page.repeated):
            raise answers.garbled()
        yield page
        progress(seen, page.total if page.total is not None else seen)
        if page.total is None and len(page.ids) < size:
            return
        if page.total is not None and (offset >= page.total or not page.ids):
            break
    if seen != page.total:
        raise answers.garbled()
