"""Drift: say what differs between what was sold, the stamp and Zimbra, and who can mend it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from puq_zimbra.call import Call
from puq_zimbra.model import Reply
from puq_zimbra.provisioning import drift, objects, obstacles
from puq_zimbra.provisioning.drift import Item
from puq_zimbra.usage import measure

from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """Compare, and write nothing."""
    zimbra = runtime.zimbra(call)
    items, bearer = obstacles.find(zimbra, call)
    if bearer is not None:
        everything = objects.all_ours(zimbra, call, bearer)
        items = drift.of_whole(
            zimbra, call, everything, measure.held_by(zimbra, call.stamp, everything)
        )
    places = {"name": call.shown_name, "count": len(items)}
    data = {"changes": told(items)}
    if not items:
        return Reply("unchanged", "The service %(name)s is as it was sold.", places, data)
    return Reply(
        "unchanged", "The service %(name)s differs in this many ways: %(count)s.", places, data
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
