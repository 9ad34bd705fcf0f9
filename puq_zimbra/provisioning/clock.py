"""What is deleted, or dated by the day, needs a right clock.

This machine cannot tell alone that its clock is wrong. Every answer of Zimbra has Zimbra's time.

Source: RFC 9110 "Date"; machines that come up with the date of an image or of an empty battery.
"""

from __future__ import annotations

from datetime import datetime

from puq_zimbra.errors import Misconfigured
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.clock import MOST


def require_right(zimbra: Zimbra, now: datetime) -> None:
    """Let pass only if our clock and Zimbra's agree, as far as Zimbra tells.

    Raises:
        Misconfigured: they differ by more than five minutes.
    """
    ahead = zimbra.pipeline.clock.seconds_ahead(now)
    if ahead is None or abs(ahead) <= MOST:
        return
    days, minutes = divmod(round(abs(ahead) / 60), 24 * 60)
    raise Misconfigured(
        "This machine's clock and Zimbra's differ by %(days)s days and %(minutes)s minutes: put"
        " the wrong one right; until then nothing is deleted, and no day of a deletion is named.",
        days=days,
        minutes=minutes,
        server=zimbra.server.named,
    )
