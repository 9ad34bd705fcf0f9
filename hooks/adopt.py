"""Adopt: take an existing object, on which no other service has a claim, into a service.

The stamp is written (and for a private server the word that it is one) and nothing else: passwords,
limits, accounts and statuses stay as they are. What then differs from the plan is for `drift` to
say and for `repair` or `change_package` to mend.
"""

from __future__ import annotations

from dataclasses import replace

from puq_zimbra import products
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import Conflict, NotFound
from puq_zimbra.products import drift
from puq_zimbra.provisioning import adoption, changes, deletion, entries, ownership, stamp_search
from puq_zimbra.provisioning.changes import Steps
from puq_zimbra.provisioning.deletion import Contents
from puq_zimbra.provisioning.entries import Changes, kind_of
from puq_zimbra.registry.hook import EXISTENCE, SERVICE, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request
from puq_zimbra.usage import measure
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

from .drift import told

HOOK = Hook(
    needs=SERVICE,
    writes=True,
    aspects={EXISTENCE},
    changes_list=True,
)


def run(request: Request, runtime: Runtime) -> Reply:
    """Make it the service's."""
    zimbra, product = runtime.zimbra(request), products.of(request)
    values = {"name": request.shown_name}
    stamp_search.require_global_administrator(zimbra)
    stamp_search.refuse_if_elsewhere(zimbra, request)
    entry = product.find_to_adopt(zimbra, request, runtime.config)
    if entry is None:
        raise NotFound("%(name)s does not exist in Zimbra.", **values)
    if adoption.is_ours(entry, request):
        ownership.require_created(entry)
        return Reply("unchanged", "%(name)s is this service's already.", values)
    product.require_unclaimed(zimbra, request)
    listed = deletion.list_contents(zimbra, [entry])
    adoption.require_unclaimed_contents(listed, request)
    steps = _steps(request, entry)
    if request.dry_run:
        return _with_contents(changes.tell(steps), request, zimbra, entry, listed)
    changes.apply(zimbra, steps)
    _verify(request, zimbra, entry)
    return Reply("updated", "%(name)s is this service's now.", values)


def _steps(request: Request, entry: Entry) -> Steps[None]:
    yield changes.modify(entry, _stamp(request, entry))


def _stamp(request: Request, entry: Entry) -> Changes:
    return adoption.changes(request, entry, products.of(request).plan_words(request))


def _with_contents(
    reply: Reply, request: Request, zimbra: Zimbra, entry: Entry, listed: Contents
) -> Reply:
    """What is taken over, and how it differs from the plan, if the call has one."""
    everything = products.everything(zimbra, request, entry)
    held = measure.held_by(zimbra, request.stamp, everything)
    holds = {**adoption.counts(listed), "used": sum(one.used or 0 for one in held.mailboxes)}
    data = {**reply.data, "holds": holds}
    if "plan" in request.purchase.model_fields_set:
        data["drift"] = told(drift.of_whole(zimbra, request, everything, held))
    return replace(reply, data=data)


def _verify(request: Request, zimbra: Zimbra, entry: Entry) -> None:
    held = ownership.stamps(entries.reread(zimbra, entry))
    if held == (request.stamp,):
        return
    if request.stamp in held:
        # Two services adopted it at the same moment. Each that sees both stamps takes its own away,
        # so that nothing is left with two owners.
        written = _stamp(request, entry)["+" + kind_of(entry).words]
        entries.modify(zimbra, entry, {"-" + kind_of(entry).words: written})
        raise Conflict(
            "Another service adopted %(name)s at the same moment: see whose it is and adopt it once"
            " more.",
            name=request.shown_name,
        )
    raise Conflict(
        "Zimbra did not keep the stamp on %(name)s: adopt it once more.", name=request.shown_name
    )
