"""Resource usage: how the space is divided, how it grew, and how the machines do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from puq_zimbra.clientarea.page import Page, PageContext, shown
from puq_zimbra.clientarea.views import PageView
from puq_zimbra.errors import N_

PAGE = Page(title=N_("Resource usage"), order=20)


@dataclass(frozen=True)
class Split:
    """The whole space in parts, in bytes."""

    whole: int
    used: int
    #: granted to mailboxes and not used by them; None = it cannot be said
    granted: int | None
    #: neither used nor granted
    free: int

    @property
    def ends(self) -> tuple[float, float]:
        """Where the used and the granted parts end, 0 to 100."""
        used = min(100.0, 100 * self.used / self.whole)
        return round(used, 1), round(min(100.0, used + 100 * (self.granted or 0) / self.whole), 1)


def split(view: PageView) -> Split | None:
    """Divide the whole space; None where there is no limit on it, or its use is not known."""
    used, whole = view.total.used, view.total.limit
    if not view.limited_whole or used is None or not whole or whole < 0:
        return None
    limits = view.table.total.limit if view.table is not None else None
    # What mailboxes may use beyond the whole is granted to nobody; rooms have no limits of theirs.
    if view.sold_alone or limits is None or not used <= limits + view.in_rooms <= whole:
        return Split(whole, used, None, max(0, whole - used))
    taken = limits + view.in_rooms
    return Split(whole, used, taken - used, whole - taken)


def draw(page: PageContext) -> Mapping[str, Any]:
    """Lay out the page; where it stands below the first one, that one has the time."""
    return {"split": split(page.view), "page_alone": len(shown(page.request)) == 1}
