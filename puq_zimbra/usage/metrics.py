"""What is billed of a reading: counts and sizes by the names that hosts know, zeros kept.

Source: WHMCS "Usage Billing" (a metric that is left out keeps its old value, so all are given).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from puq_zimbra.model import ServiceUsage
from puq_zimbra.units import GB

#: how many classes of service can be counted apart; hosts need a list that does not change
SLOTS = 5
#: statuses in which nobody can log in until somebody changes them (``lockout`` ends by itself)
_LOCKED = {"locked", "maintenance", "pending"}


def metrics(
    one: ServiceUsage, slots: Sequence[str], *, locked: bool, closed: bool
) -> dict[str, int | float]:
    """The figures of a service by metric.

    ``slots`` are names of classes of service, counted as cos_1 to cos_5. Mailboxes that are
    ``locked`` or ``closed`` count or not.
    """
    left_out = (set() if locked else _LOCKED) | (set() if closed else {"closed"})
    counted = {name: _counted(found, left_out) for name, found in one.counts.classes.items()}
    names = [*slots, *[""] * SLOTS][:SLOTS]
    return {
        "mailboxes": sum(counted.values()),
        **{f"cos_{place}": counted.get(name, 0) for place, name in enumerate(names, 1)},
        "storage_gb": round(one.used / GB, 3),
        "aliases": one.counts.aliases,
        "distribution_lists": one.counts.lists,
        "domain_aliases": one.counts.alias_domains,
    }


def _counted(statuses: Mapping[str, int], left_out: set[str]) -> int:
    return sum(count for status, count in statuses.items() if status not in left_out)
