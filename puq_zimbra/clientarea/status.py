"""The status card: does my mail work, how full is it, and what do I do next. One state at a time.

Pure: which state it is, and which mailboxes it is about; the template has the words.

Source: DESIGN of the page, "States"; `store/.../ZimbraLmtpBackend.java` (over its quota a mailbox
answers a temporary failure, so mail waits with its senders until they give up).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeAlias

from puq_zimbra.clientarea.mailboxes import Group, Line
from puq_zimbra.clientarea.quota_bar import CRITICAL, FULL
from puq_zimbra.clientarea.views import PageView

Kind: TypeAlias = Literal[
    "ok", "near_box", "near_whole", "over_box", "over_whole",
    "suspended", "locked", "ending", "unknown", "new",
]  # fmt: skip

#: kind -> colour and icon
LOOKS: dict[Kind, tuple[str, str]] = {
    "ok": ("ok", "ok"),
    "near_box": ("warn", "warning"),
    "near_whole": ("warn", "warning"),
    "over_box": ("bad", "stop"),
    "over_whole": ("bad", "stop"),
    "suspended": ("warn", "pause"),
    "locked": ("warn", "pause"),
    "ending": ("bad", "clock"),
    "unknown": ("off", "unknown"),
    "new": ("info", "ok"),
}
#: of a service that is not in use, or of which that is not known, nothing can be changed
_AT_REST = ("suspended", "locked", "ending", "unknown")
#: space that lasts less than this is running out
SOON = timedelta(days=14)


@dataclass(frozen=True)
class Card:
    """The state of a service in one glance."""

    kind: Kind
    #: the mailboxes that it is about, for kinds near_box and over_box
    boxes: Group
    #: when the one nearly full mailbox will be full; None = nobody knows, or there are several
    full_on: date | None = None

    @property
    def colour(self) -> str:
        """The end of the class that gives it its colour."""
        return LOOKS[self.kind][0]

    @property
    def icon(self) -> str:
        """Name of its icon."""
        return LOOKS[self.kind][1]

    @property
    def box(self) -> Line | None:
        """The mailbox that it is about, if that is one alone."""
        return self.boxes.lines[0] if self.boxes.count == 1 else None

    @property
    def at_rest(self) -> bool:
        """Whether mailboxes cannot be changed now, so that none is a link."""
        return self.kind in _AT_REST


def card(view: PageView) -> Card:
    """Find the one state that matters most."""
    kind = _kind(view)
    boxes = view.full if kind == "over_box" else view.nearly_full
    full_on = None
    if kind == "near_box" and boxes.count == 1 and view.growth is not None:
        named = boxes.lines[0].address
        full_on = next((one.full_on for one in view.growth.mailboxes if one.address == named), None)
    return Card(kind, boxes, full_on)


def _kind(view: PageView) -> Kind:
    if view.state.kind == "purge":
        return "ending"
    if view.state.kind in ("suspended", "locked"):
        return view.state.kind
    # Zimbra may have stopped answering in the middle of the page.
    if view.state.kind != "active" or view.problem:
        return "unknown"
    return _fullness(view) or ("new" if _new(view) else "ok")


def _fullness(view: PageView) -> Kind | None:
    percent = view.total.percent if view.limited_whole else None
    outlook = view.outlook if percent is not None else None
    if percent is not None and percent >= FULL:
        return "over_whole"
    # One mailbox that was sold alone is the whole.
    if view.full.count and not view.sold_alone:
        return "over_box"
    left = outlook.left if outlook else None
    if (percent is not None and percent >= CRITICAL) or (left is not None and left <= SOON):
        return "near_whole"
    if view.nearly_full.count and not view.sold_alone:
        return "near_box"
    return None


def _new(view: PageView) -> bool:
    """Nothing arrived yet, and there is none but the administrator's mailbox."""
    if view.table is None or view.sold_alone:
        return False
    return not view.total.used and view.table.count <= 1
