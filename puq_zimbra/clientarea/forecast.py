"""When the space will be full at its present pace, told only where the measurements support it.

The pace is the middle one of the slopes between any two days (Theil and Sen): one day on which a
lot was moved in or thrown away does not change it. Where those slopes do not agree with each other,
or the last days go another way, there is no pace, and nothing is said.

Source: Theil, "A rank-invariant method of linear and polynomial regression analysis" (1950); Sen,
"Estimates of the regression coefficient based on Kendall's tau" (1968).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from itertools import combinations
from statistics import median, quantiles

from puq_zimbra import readings
from puq_zimbra.clientarea import history

#: fewer measured days than these, or within less time, show no pace
LEAST_DAYS, LEAST_SPAN = 7, timedelta(days=10)
#: how old the last measurement may be
_MOST_AGE = timedelta(days=2)
#: how far apart the slopes may be: the quarter above and below, the last week and the whole
_STEADY = 3
#: days beyond which nobody counts
MOST_LEFT = 3650
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Outlook:
    """How long the space will last."""

    #: until it is full; None = too little was measured to tell
    left: timedelta | None = None
    #: the day since which the pace holds
    since: date | None = None


def look(
    points: Sequence[readings.UsagePoint], limit: int | None, *, now: datetime, zone: tzinfo
) -> Outlook | None:
    """Look ahead from a service's measurements to its limit of today (bytes; None = unlimited).

    None when there is nothing to say: no limit, full already, not growing, or not steadily.
    """
    days = history.last_of_days(points, now, zone)
    measured = list(days.values())
    if not limit or (measured and measured[-1].used >= limit):
        return None
    if len(measured) < LEAST_DAYS:
        return Outlook()
    if measured[-1].measured_at - measured[0].measured_at < LEAST_SPAN:
        return Outlook()
    pace = _pace(measured)
    age = now - measured[-1].measured_at
    if pace is None or age > _MOST_AGE:
        return None
    left = min((limit - measured[-1].used) / pace, MOST_LEFT) * _DAY - age
    return Outlook(max(left, _DAY), min(days))


def _pace(measured: Sequence[readings.UsagePoint]) -> float | None:
    """Bytes a day; None when there is no steady growth."""
    slopes = _slopes(measured)
    low, middle, high = quantiles(slopes, n=4, method="inclusive")
    if low <= 0 or high > low * _STEADY:
        return None
    # What grew until last week and stands still since would pass as growing.
    lately = median(_slopes(measured[-LEAST_DAYS:]))
    return middle if middle <= lately * _STEADY else None


def _slopes(measured: Sequence[readings.UsagePoint]) -> list[float]:
    """Bytes a day between any two measurements."""
    return [
        (later.used - earlier.used) / ((later.measured_at - earlier.measured_at) / _DAY)
        for earlier, later in combinations(measured, 2)
    ]
