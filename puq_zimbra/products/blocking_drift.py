"""Drift that blocks all other checks of a service.

Nothing is told of objects that may be another service's.
"""

from __future__ import annotations

from collections.abc import Sequence

from puq_zimbra import products
from puq_zimbra.errors import Conflict
from puq_zimbra.products.drift import CREATE, PERSON, TERMINATE, Item
from puq_zimbra.provisioning import ownership, stamp_search
from puq_zimbra.provisioning.entries import kind_of, shown_name, status_of, words_of
from puq_zimbra.request import Request
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra


def find(zimbra: Zimbra, request: Request) -> tuple[list[Item], Entry | None]:
    """The drift that blocks other checks; without any, the stamped object.

    Raises:
        NotOurs: what has the service's name bears no stamp, or another service's alone, or it is
            another customer's.
        Misconfigured: we do not see everything.
    """
    stamp_search.require_global_administrator(zimbra)
    name = request.shown_name
    bearers = stamp_search.stamped_with(zimbra, request.stamp)
    for one in bearers:
        ownership.require_customer(one, request)
    found = [shown_name(one) for one in bearers]
    elsewhere = sorted(one for one in found if one != name)
    product = products.of(request)
    stamped = product.at(zimbra, request)
    if stamped is not None:
        ownership.require_visible(stamped)
    if elsewhere and name not in found:
        return [Item("renamed", name, {"name": name}, {"name": elsewhere}, PERSON)], None
    if stamped is None:
        return [Item("missing", name, {"name": name}, {"name": None}, CREATE)], None
    product.require_place(zimbra, stamped, request)
    if name not in found:
        ownership.require_ours(stamped, request)
    items = [*_unclear(request, stamped, elsewhere), *_half_done(stamped), *_suspended(stamped)]
    return items, None if items else stamped


def _unclear(request: Request, stamped: Entry, elsewhere: Sequence[str]) -> list[Item]:
    """Why it is not clear that this is the service."""
    name, items = request.shown_name, []
    if elsewhere:
        held = {"name": [name, *elsewhere]}
        items.append(Item("stamp-twice", name, {"name": name}, held, PERSON))
    count = len(ownership.stamps(stamped))
    if count > 1:  # a service is not told of the other one
        items.append(Item("foreign-stamp", name, {"stamps": 1}, {"stamps": count}, PERSON))
    try:
        model = ownership.model_of(stamped)
    except Conflict as error:
        return [*items, Item("stamp-words", name, {}, {"problem": str(error)}, PERSON)]
    if model != request.purchase.model:
        wanted = {"model": request.purchase.model}
        items.append(Item("other-model", name, wanted, {"model": model}, PERSON))
    kind = stamped.one("zimbraDomainType")
    if kind == "alias":
        items.append(Item("alias-domain", name, {"type": "local"}, {"type": kind}, PERSON))
    return items


def _suspended(stamped: Entry) -> list[Item]:
    """A domain whose mailboxes Zimbra neither shows nor changes until staff reopen it."""
    kind = kind_of(stamped)
    if status_of(stamped) != kind.frozen:
        return []
    held = {kind.status: kind.frozen}
    return [Item("status", shown_name(stamped), {kind.status: "active"}, held, PERSON)]


def _half_done(stamped: Entry) -> list[Item]:
    for word, item, mended_by in (
        (ownership.DELETING, "deleting", TERMINATE),
        (ownership.CREATING, "unfinished", CREATE),
    ):
        if word in words_of(stamped):
            return [Item(item, shown_name(stamped), {"word": None}, {"word": word}, mended_by)]
    return []
