"""How far this machine's clock and Zimbra's are apart, by the Date of its last answer.

Source: RFC 9110 "Date": every answer of a server with a clock carries one.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

#: seconds by which the two may differ; beyond them one of the clocks is wrong, and it cannot be
#: known from here which one
MOST = 300


@dataclass(frozen=True)
class Dated:
    """When an answer came, by both clocks."""

    #: the header Date, as it came
    date: str
    #: by this machine's monotonic clock, which cannot be set
    came: float

    def seconds_ahead(self, now: datetime) -> float | None:
        """How much later it is here (``now``) than in Zimbra; None = its date cannot be read.

        >>> from datetime import UTC
        >>> dated = Dated("Mon, 30 Nov 2026 12:00:00 GMT", time.monotonic())
        >>> round(dated.seconds_ahead(datetime(2026, 11, 30, 13, tzinfo=UTC)))
        3600
        >>> Dated("soon", 0.0).seconds_ahead(datetime(2026, 11, 30, 13, tzinfo=UTC))
        """
        try:
            theirs = parsedate_to_datetime(self.date)
            ahead = (now - theirs).total_seconds()
        except (TypeError, ValueError):  # none, nonsense, or without a zone
            return None
        return ahead - (time.monotonic() - self.came)


class ServerClock:
    """The clock of one server."""

    def __init__(self) -> None:
        self._last: Dated | None = None

    def note(self, date: str) -> None:
        """Keep the date of an HTTP answer that came just now."""
        if date:
            self._last = Dated(date, time.monotonic())

    def seconds_ahead(self, now: datetime) -> float | None:
        """How much later it is here (``now``) than on the server; None = it has not said."""
        return self._last.seconds_ahead(now) if self._last else None
