"""Drift: list the differences between the plan, the stamp and Zimbra, and who can correct each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from puq_zimbra import products
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.products import blocking_drift, drift
from puq_zimbra.products.drift import Item
from puq_zimbra.registry.hook import SERVICE, WHOLE_PLAN, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request
from puq_zimbra.usage import measure

HOOK = Hook(
    needs=SERVICE,
    whmcs=("Check",),
    plan=WHOLE_PLAN,
)


def run(request: Request, runtime: Runtime) -> Reply:
    """Compare, and write nothing."""
    zimbra = runtime.zimbra(request)
    items, stamped = blocking_drift.find(zimbra, request)
    if stamped is not None:
        everything = products.everything(zimbra, request, stamped)
        items = drift.of_whole(
            zimbra, request, everything, measure.held_by(zimbra, request.stamp, everything)
        )
    values = {"name": request.shown_name, "count": len(items)}
    data = {"changes": told(items)}
    if not items:
        return Reply("unchanged", "The service %(name)s is as it was sold.", values, data)
    return Reply(
        "unchanged", "The service %(name)s differs in this many ways: %(count)s.", values, data
    )


def told(items: Iterable[Item]) -> list[dict[str, Any]]:
    """Items as the host gets them."""
    return [
        {
            "item": one.name,
            "object": one.object,
            "wanted": dict(one.wanted),
            "held": dict(one.held),
            "mended_by": one.mended_by,
        }
        for one in items
    ]
