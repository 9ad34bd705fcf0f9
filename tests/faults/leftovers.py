"""What earlier calls left open, and what a later one may have made of it on its way."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from puq_zimbra.request import Request

from .case_env import World
from .observed import Seen, limits_of, wanted


@dataclass(frozen=True)
class Left:
    """An operation that is not over."""

    id: str
    event: str
    #: as a call has it, with the id of its class of service
    plan: dict[str, Any]
    held: bool


def left_open(world: World) -> list[Left]:
    """What is open of the service, oldest first."""
    coses = world.simulator.state.directory.coses
    found = world.runtime.store().operations.unfinished("crm.example", "42")
    left = []
    for kept in sorted(found, key=lambda one: one.started_at):
        plan = {}
        if kept.call is not None:
            plan = Request.model_validate_json(kept.call).purchase.plan.model_dump()
            plan["cos id"] = coses[plan["cos"]].id if plan["cos"] else None
        left.append(Left(kept.id, kept.event, plan, kept.state == "held"))
    return left


def beginnings(world: World, before: Seen, left: Sequence[Left], after: Seen) -> Iterator[Seen]:
    """The states in which a call may have met the service, by what it carried on beside.

    What was carried out counts; what was tried in vain may count; what is held never does.
    """
    operations = world.runtime.store().operations
    sure, unsure = [], []
    for one in left:
        kept = operations.get(one.id)
        state = kept.state if kept else "gone"
        if state == "done":
            sure.append(one)
        elif state not in ("superseded", "gone") and not one.held:
            unsure.append(one)
    for count in range(len(unsure) + 1):
        for some in itertools.combinations(unsure, count):
            seen = before
            for one in left:
                if one in sure or one in some:
                    seen = _carried_out(seen, one, after, world)
            yield seen
    if any(one.event == "create" for one in unsure) and after.unfinished:
        yield after
    if any(one.event in ("terminate", "purge") for one in unsure) and after.deleting:
        yield after


def _carried_out(seen: Seen, one: Left, after: Seen, world: World) -> Seen:
    if one.event == "purge":
        return Seen()
    if one.event == "change_password":
        return replace(seen, password=after.password)
    if one.event != "create":
        return wanted(seen, one.event, one.plan, world.clock.now())
    made = replace(seen, mailboxes=after.mailboxes, password=after.password, unfinished=False)
    if not seen.there:
        made = replace(made, there=True, ours=True, status="active")
    if not seen.there or seen.unfinished:
        made = replace(made, limits=limits_of(one.plan))
    return made
