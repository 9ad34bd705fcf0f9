"""What is billed of a reading: counts and sizes by the names that hosts know, zeros kept.

Source: WHMCS "Usage Billing" (a metric that is left out keeps its old value, so all are given).
"""

from __future__ import annotations

from collections.abc import Sequence

from puq_zimbra.readings import ServiceUsage
from puq_zimbra.units import GB

#: how many classes of service can be counted apart; hosts need a list that does not change
SLOTS = 5


def metrics(
    one: ServiceUsage, slots: Sequence[str], *, locked: bool, closed: bool, in_bin: bool = True
) -> dict[str, int | float]:
    """The figures of a service by metric.

    ``slots`` are names or ids of classes of service, counted as cos_1 to cos_5. Mailboxes that are
    ``locked``, ``closed`` or ``in_bin`` count or not.
    """
    counted = one.counts.billable(locked=locked, closed=closed, in_bin=in_bin)
    named = [*slots, *[""] * SLOTS][:SLOTS]
    classes = [
        sum(n for cos, n in counted.items() if name and name in (cos, one.counts.name_of(cos)))
        for name in named
    ]
    return {
        "mailboxes": sum(counted.values()),
        **{f"cos_{place}": count for place, count in enumerate(classes, 1)},
        "storage_gb": round(one.used / GB, 3),
        "aliases": one.counts.aliases,
        "distribution_lists": one.counts.lists,
        "domain_aliases": one.counts.alias_domains,
        "resources": one.counts.resources,
    }
