"""Repair: mend what `drift` names and repair can mend, all of it or the items that are named.

``form.items`` is a list with commas, such as ``limits,rights``. A service is not mended if its
object is not certain, if its creation or deletion was not finished, or if it holds more than its
plan allows.
"""

from __future__ import annotations

from collections import ChainMap

from puq_zimbra import products
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import Conflict, CosUnknown, Invalid, NotFound, Refused
from puq_zimbra.products import drift
from puq_zimbra.products.drift import Item
from puq_zimbra.provisioning import changes, ownership, plans, stamp_search
from puq_zimbra.registry.hook import ACCESS, EXISTENCE, PACKAGE, SERVICE, WHOLE_PLAN, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request
from puq_zimbra.usage import measure
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

from .drift import told

HOOK = Hook(
    needs=SERVICE,
    writes=True,
    aspects={EXISTENCE, ACCESS, PACKAGE},
    waits_for={EXISTENCE, ACCESS, PACKAGE},
    resumable=False,
    whmcs=("Repair",),
    plan=WHOLE_PLAN,
)


def run(request: Request, runtime: Runtime) -> Reply:
    """Make the named items what they should be."""
    named = _named(request)
    zimbra = runtime.zimbra(request)
    stamped = _whole(zimbra, request)
    everything = products.everything(zimbra, request, stamped)
    held = measure.held_by(zimbra, request.stamp, everything)
    items = drift.of_whole(zimbra, request, everything, held)
    chosen = _chosen(items, named)
    if plan := [one.changes for one in chosen if one.name in ("limits", "cos")]:
        written = dict(ChainMap(*plan))
        plans.require_none(drift.refusals(zimbra, request, everything, held, written))
    steps = drift.steps_to_mend(stamped, chosen)
    if request.dry_run:
        return changes.tell(steps)
    told_changes = changes.told(drift.steps_to_mend(stamped, chosen))
    data = {"changes": told_changes, "left": told(one for one in items if one not in chosen)}
    values = {"name": request.shown_name, "items": ", ".join(dict.fromkeys(o.name for o in chosen))}
    if not chosen:
        return Reply("unchanged", "Nothing to repair in the service %(name)s.", values, data)
    changes.apply(zimbra, steps)
    again = products.everything(zimbra, request, ownership.again(zimbra, request, stamped))
    fresh = drift.of_whole(zimbra, request, again, held)
    lost = {one.name for one in fresh} & {one.name for one in chosen}
    if lost:
        raise Conflict(
            "Zimbra did not keep what was repaired in the service %(name)s: %(items)s.",
            name=request.shown_name,
            items=", ".join(sorted(lost)),
        )
    return Reply("updated", "Repaired in the service %(name)s: %(items)s.", values, data)


def _named(request: Request) -> set[str]:
    """The items that the call names; none = all.

    Raises:
        Invalid: there is no item of that name.
    """
    for key in request.form:
        if key != "items":
            raise Invalid("form.%(key)s is not a known key; known is items.", key=key)
    text = request.form.get("items", "").strip()
    named = {one.strip() for one in text.split(",")} if text else set()
    unknown = sorted(named - set(drift.NAMES))
    if unknown:
        raise Invalid(
            "form.items: there is no item %(item)s; there are %(items)s.",
            item=unknown[0] or "without a name",
            items=", ".join(drift.NAMES),
        )
    return named


def _whole(zimbra: Zimbra, request: Request) -> Entry:
    """The service's stamped object, if it may be repaired."""
    stamped = products.find(zimbra, request)
    stamp_search.refuse_if_elsewhere(zimbra, request)
    if stamped is None:
        raise NotFound("%(name)s does not exist in Zimbra.", name=request.shown_name)
    ownership.require_whole(stamped)
    ownership.require_created(stamped)
    return stamped


def _chosen(items: list[Item], named: set[str]) -> list[Item]:
    for one in items:
        if one.name == "cos" and one.mended_by != drift.REPAIR and not named:
            raise CosUnknown(
                "Zimbra has no class of service %(cos)s: create it or change the product's"
                " settings.",
                cos=one.wanted["cos"],
            )
        if one.name in named and one.mended_by != drift.REPAIR:
            raise Refused(
                "Repair cannot mend %(item)s of %(object)s; who can: %(who)s.",
                item=one.name,
                object=one.object,
                who=one.mended_by,
            )
    return [
        one for one in items if one.mended_by == drift.REPAIR and (not named or one.name in named)
    ]
