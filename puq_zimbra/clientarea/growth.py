"""The mailboxes that grew the most, and when each is full at that pace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from puq_zimbra import readings, units
from puq_zimbra.clientarea import forecast
from puq_zimbra.clientarea.quota_bar import UNKNOWN, Space


@dataclass(frozen=True)
class Grown:
    """A mailbox that grew."""

    #: Zimbra's id; "" = its limit is not known
    id: str
    #: in U-label form
    address: str
    #: bytes more than on the day
    grown: int
    space: Space
    #: when it will be full at its pace; None = not within `forecast.MOST_LEFT`, or no limit
    full_on: date | None


@dataclass(frozen=True)
class Growth:
    """The mailboxes that grew the most."""

    since: date
    mailboxes: tuple[Grown, ...]


def build(
    found: Sequence[readings.Growth], boxes: Sequence[readings.MailboxUsage], now: datetime
) -> Growth | None:
    """Lay out what grew; None when nobody knows."""
    if not found:
        return None
    held = {one.address: one for one in boxes}
    return Growth(found[0].day, tuple(_grown(one, held.get(one.address), now) for one in found))


def _grown(one: readings.Growth, box: readings.MailboxUsage | None, now: datetime) -> Grown:
    space = Space(one.used, box.limit if box else UNKNOWN)
    days = (now.date() - one.day).days
    full_on = None
    if space.free is not None and one.grown > 0 and days > 0:
        left = space.free * days // one.grown
        full_on = now.date() + timedelta(left) if left < forecast.MOST_LEFT else None
    return Grown(box.id if box else "", units.shown_address(one.address), one.grown, space, full_on)
