"""Thirty days of a service's storage as columns, and the scale they stand on.

Source: PUQ Nextcloud's "Used space statistics" (thirty columns of days), drawn here on the server
from plain numbers: Google Charts would need a script and tell a third party who looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from puq_zimbra import model, units

DAYS = 30


@dataclass(frozen=True)
class Day:
    """The last measurement of a day."""

    date: date
    #: place in the chart, 0 = the oldest of the thirty days
    place: int
    #: bytes
    used: int
    mailboxes: int
    #: height of the column, 0 to 100
    height: int


@dataclass(frozen=True)
class History:
    """The days that were measured, oldest first; at least two."""

    days: tuple[Day, ...]
    #: the first and the last of the thirty days
    first: date
    last: date
    #: bytes at the upper end of the scale
    top: int

    @property
    def change(self) -> int:
        """Bytes more than at the first measured day; negative when there is less."""
        return self.days[-1].used - self.days[0].used


def build(points: Sequence[model.UsagePoint], *, now: datetime, zone: tzinfo) -> History | None:
    """Reduce measurements to one a day; None when fewer than two days were measured."""
    last = now.astimezone(zone).date()
    first = last - timedelta(days=DAYS - 1)
    by_day: dict[date, model.UsagePoint] = {}
    for point in sorted(points, key=lambda point: point.measured_at):
        by_day[point.measured_at.astimezone(zone).date()] = point
    kept = {day: point for day, point in sorted(by_day.items()) if first <= day <= last}
    if len(kept) < 2:
        return None
    top = _round_top(max(point.used for point in kept.values()))
    days = tuple(
        Day(day, (day - first).days, point.used, point.mailboxes, _height(point.used, top))
        for day, point in kept.items()
    )
    return History(days, first, last, top)


def _height(used: int, top: int) -> int:
    height = round(used * 100 / top)
    return max(1, height) if used else 0


def _round_top(used: int) -> int:
    """Give the next round number of GB, 0.01 at the least, at or above ``used`` bytes.

    >>> _round_top(28 * units.GB) // units.GB, _round_top(70 * units.GB) // units.GB
    (30, 80)
    """
    hundredths = 1
    while True:
        for step in (1, 2, 3, 4, 6, 8):
            top = units.GB * hundredths * step // 100
            if used <= top:
                return top
        hundredths *= 10
