"""A service's storage over thirty days and over twelve months as columns, and their scale.

Source: PUQ Nextcloud's "Used space statistics" (columns of days and of months), drawn here on the
server from plain numbers: Google Charts would need a script and tell a third party who looks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from puq_zimbra import readings, units

DAYS, MONTHS = 30, 12
#: points that make a history
_LEAST = 2


@dataclass(frozen=True)
class Column:
    """The last measurement of a day or of a month."""

    #: the day, or the first one of the month
    date: date
    #: place in the chart, 0 = the oldest
    place: int
    #: bytes
    used: int
    mailboxes: int
    #: height of the column, 0 to 100
    height: int


@dataclass(frozen=True)
class History:
    """The days or months that were measured, oldest first; at least two."""

    columns: tuple[Column, ...]
    #: places in the chart, measured or not
    slots: int
    #: the first and the last of them
    first: date
    last: date
    #: bytes at the upper end of the scale
    top: int

    @property
    def change(self) -> int:
        """Bytes more than at first; negative when there is less."""
        return self.columns[-1].used - self.columns[0].used


def last_of_days(
    points: Sequence[readings.UsagePoint], now: datetime, zone: tzinfo
) -> dict[date, readings.UsagePoint]:
    """The last measurement of each of the last thirty days that has one, oldest first."""
    today = now.astimezone(zone).date()
    first = today - timedelta(days=DAYS - 1)
    found = _last_of(points, zone, lambda day: day)
    return {day: point for day, point in found.items() if first <= day <= today}


def days(points: Sequence[readings.UsagePoint], *, now: datetime, zone: tzinfo) -> History | None:
    """Reduce measurements to one a day; None when fewer than two of thirty days have one."""
    today = now.astimezone(zone).date()
    first = today - timedelta(days=DAYS - 1)
    kept = last_of_days(points, now, zone)
    return _history({day: (day - first).days for day in kept}, kept, DAYS, first, today)


def months(points: Sequence[readings.UsagePoint], *, now: datetime, zone: tzinfo) -> History | None:
    """Reduce measurements to one a month; None when fewer than two of twelve months have one."""
    last = now.astimezone(zone).date().replace(day=1)
    first = _month(_number(last) - MONTHS + 1)
    found = _last_of(points, zone, lambda day: day.replace(day=1))
    kept = {month: point for month, point in found.items() if first <= month <= last}
    slots = {month: _number(month) - _number(first) for month in kept}
    return _history(slots, kept, MONTHS, first, last)


def _last_of(
    points: Sequence[readings.UsagePoint], zone: tzinfo, period: Callable[[date], date]
) -> dict[date, readings.UsagePoint]:
    """The last measurement of each period, oldest first."""
    return {
        period(point.measured_at.astimezone(zone).date()): point
        for point in sorted(points, key=lambda point: point.measured_at)
    }


def _number(month: date) -> int:
    return month.year * 12 + month.month - 1


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


def _history(
    slots: Mapping[date, int],
    kept: Mapping[date, readings.UsagePoint],
    most: int,
    first: date,
    last: date,
) -> History | None:
    if len(kept) < _LEAST:
        return None
    top = _round_top(max(point.used for point in kept.values()))
    columns = tuple(
        Column(at, slots[at], point.used, point.mailboxes, _height(point.used, top))
        for at, point in kept.items()
    )
    return History(columns, most, first, last, top)


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
