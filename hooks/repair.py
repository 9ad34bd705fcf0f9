"""Repair: mend what `drift` names and repair can mend, all of it or the items that are named.

``form.items`` is a list with commas, such as ``limits,rights``. Nothing is mended of a service
whose place is not certain, whose creation or deletion was not finished, or whose plan is below
what is held.
"""

from __future__ import annotations

from collections import ChainMap

from puq_zimbra.call import Call
from puq_zimbra.errors import Conflict, CosUnknown, Invalid, NotFound, Refused
from puq_zimbra.model import Reply
from puq_zimbra.provisioning import drift, objects, ownership, stamped
from puq_zimbra.provisioning.drift import Item
from puq_zimbra.usage import measure
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

from . import dry_run
from .drift import told
from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """Make the named items what they should be."""
    named = _named(call)
    zimbra = runtime.zimbra(call)
    bearer = _whole(zimbra, call)
    everything = objects.all_ours(zimbra, call, bearer)
    held = measure.held_by(zimbra, call.stamp, everything)
    items = drift.of_whole(zimbra, call, everything, held)
    chosen = _chosen(items, named)
    if plan := [one.changes for one in chosen if one.name in ("limits", "cos")]:
        drift.require_fit(zimbra, call, everything, held, dict(ChainMap(*plan)))
    changes = [_change(one) for one in chosen]
    if call.dry_run:
        return dry_run.reply(changes)
    data = {"changes": changes, "left": told(one for one in items if one not in chosen)}
    places = {"name": call.shown_name, "items": ", ".join(dict.fromkeys(o.name for o in chosen))}
    if not chosen:
        return Reply("unchanged", "Nothing to repair in the service %(name)s.", places, data)
    drift.mend(zimbra, bearer, chosen)
    again = objects.all_ours(zimbra, call, objects.get_ours(zimbra, call))
    fresh = drift.of_whole(zimbra, call, again, held)
    lost = {one.name for one in fresh} & {one.name for one in chosen}
    if lost:
        raise Conflict(
            "Zimbra did not keep what was repaired in the service %(name)s: %(items)s.",
            name=call.shown_name,
            items=", ".join(sorted(lost)),
        )
    return Reply("updated", "Repaired in the service %(name)s: %(items)s.", places, data)


def _named(call: Call) -> set[str]:
    """The items that the call names; none = all.

    Raises:
        Invalid: there is no item of that name.
    """
    for key in call.form:
        if key != "items":
            raise Invalid("form.%(key)s is not a known key; known is items.", key=key)
    text = call.form.get("items", "").strip()
    named = {one.strip() for one in text.split(",")} if text else set()
    unknown = sorted(named - set(drift.NAMES))
    if unknown:
        raise Invalid(
            "form.items: there is no item %(item)s; there are %(items)s.",
            item=unknown[0] or "without a name",
            items=", ".join(drift.NAMES),
        )
    return named


def _whole(zimbra: Zimbra, call: Call) -> Entry:
    """The bearer of the service's stamp, if it may be repaired."""
    bearer = objects.find_ours(zimbra, call)
    stamped.refuse_if_elsewhere(zimbra, call)
    if bearer is None:
        raise NotFound("%(name)s does not exist in Zimbra.", name=call.shown_name)
    ownership.require_whole(bearer)
    if ownership.is_unfinished(bearer):
        raise Refused(
            "The creation of %(name)s was not finished: create it once more.", name=call.shown_name
        )
    return bearer


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


def _change(item: Item) -> dry_run.Change:
    rights = {"rights": item.rights} if item.rights else {}
    return dry_run.change("modify", item.object, {**item.changes, **rights})
