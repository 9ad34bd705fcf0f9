"""Used and granted space as one value: its share, how worrying it is, how long its bar.

Source: `mail/service/admin/GetQuotaUsage.java`; OpenPanel issue 967 (a bar of 5000 % after a quota
was cut: the bar stops at its end, the number tells the truth).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from puq_zimbra import units

#: a limit that nobody could tell us, as opposed to None = unlimited
UNKNOWN = -1

Level: TypeAlias = Literal["ok", "high", "critical", "full", "over", "none"]

#: from this percent on
HIGH, CRITICAL, FULL = 75, 90, 100


@dataclass(frozen=True)
class Space:
    """What is used of what is granted."""

    #: bytes; None = unknown
    used: int | None
    #: bytes; None = unlimited, 0 = nothing fits; `UNKNOWN`
    limit: int | None

    @property
    def unlimited(self) -> bool:
        """Whether there is no limit."""
        return self.limit is None

    @property
    def limit_known(self) -> bool:
        """Whether anything is known of the limit, be it that there is none."""
        return self.limit != UNKNOWN

    @property
    def percent(self) -> int | None:
        """Whole percent used; None when either side is unknown or there is no limit.

        >>> Space(66, 50).percent, Space(5, None).percent, Space(None, 50).percent
        (132, None, None)
        """
        if self.used is None or self.limit is None or self.limit == UNKNOWN:
            return None
        return units.share(self.used, self.limit)

    @property
    def width(self) -> int:
        """Length of the bar, 0 to 100; anything at all shows as 1 at the least."""
        percent = min(self.percent or 0, 100)
        return max(percent, 1) if self.used and self.percent is not None else percent

    @property
    def level(self) -> Level:
        """How worrying it is; "none" when there is no percent to judge by."""
        percent = self.percent
        if percent is None:
            return "none"
        if self.over:
            return "over"
        if percent >= FULL:
            return "full"
        if percent >= CRITICAL:
            return "critical"
        return "high" if percent >= HIGH else "ok"

    @property
    def over(self) -> int:
        """Bytes above the limit; 0 when there are none or nobody knows."""
        if self.percent is None or self.used is None or self.limit is None:
            return 0
        return max(0, self.used - self.limit)

    @property
    def free(self) -> int | None:
        """Bytes left; None when that cannot be said."""
        if self.percent is None or self.used is None or self.limit is None:
            return None
        return max(0, self.limit - self.used)
