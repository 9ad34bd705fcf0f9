"""Unsuspend: give the service back the status it had before the host suspended it.

A service that the host never suspended stays as it is. So does a status that an administrator made
stricter meanwhile, and the reply says so. On a private server the first domain comes last: while it
bears the mark, the service counts as suspended, and the next request goes on.
"""

from __future__ import annotations

from collections.abc import Sequence

from puq_zimbra import products
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_, Conflict, Refused
from puq_zimbra.products import Product
from puq_zimbra.provisioning import changes, ownership, suspension
from puq_zimbra.provisioning.changes import Steps
from puq_zimbra.provisioning.entries import shown_name, status_of
from puq_zimbra.registry.hook import ACCESS, SERVICE, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

HOOK = Hook(
    needs=SERVICE,
    writes=True,
    aspects={ACCESS},
    calls_off_deletion=True,
    accepts_unmarked=True,
    whmcs=("UnsuspendAccount",),
)


_SHUT = N_(
    "The billing platform does not keep %(name)s suspended any more, but an administrator keeps it"
    " shut in Zimbra (%(statuses)s) and must open it there."
)
_LOCKED_OUT = N_(
    "The billing platform does not keep %(name)s suspended any more; Zimbra keeps it shut for a"
    " while after too many wrong passwords."
)


def run(request: Request, runtime: Runtime) -> Reply:
    """End the service's suspension."""
    stamped = products.get(runtime.zimbra(request), request)
    request = products.as_found(request, stamped)
    ownership.require_whole(stamped)
    ownership.require_created(stamped)
    values = {"name": request.shown_name}
    if ownership.purge_at(stamped) is not None:
        raise Refused("%(name)s waits for its deletion: restore it first.", **values)
    done = Reply("updated", "The service %(name)s is active again.", values)
    return give_back(request, runtime, stamped, done)


def give_back(
    request: Request, runtime: Runtime, stamped: Entry, done: Reply, shut: str = _SHUT
) -> Reply:
    """Write what ends the suspension and a pending deletion, read it back, and say ``done``.

    ``shut`` is said instead where an administrator keeps it shut.

    Raises:
        Conflict: Zimbra did not keep it.
    """
    zimbra, product = runtime.zimbra(request), products.of(request)
    everything = product.everything(zimbra, stamped)
    if request.dry_run:
        return changes.tell(_steps(everything))
    written, _ = changes.apply(zimbra, _steps(everything))
    if not written:
        done = Reply("unchanged", "The service %(name)s is not suspended.", done.values)
        return _truly(product, zimbra, everything, done, _SHUT)
    fresh = product.everything(zimbra, ownership.again(zimbra, request, stamped))
    changes.require_kept(
        _steps(fresh),
        lambda _: Conflict(
            "Zimbra did not keep the end of the suspension of %(name)s.", name=request.shown_name
        ),
    )
    return _truly(product, zimbra, fresh, done, shut)


def _steps(everything: Sequence[Entry]) -> Steps[None]:
    found = [(entry, suspension.changes_to_give_back(entry)) for entry in reversed(everything)]
    for entry, needed in found:
        if needed:
            yield changes.modify(entry, needed)


def _truly(
    product: Product, zimbra: Zimbra, everything: Sequence[Entry], done: Reply, otherwise: str
) -> Reply:
    """The reply ``done``, or what keeps the service shut although the host does not."""
    stamped = everything[0]
    data = dict(suspension.standing(stamped))
    shut = [one for one in everything if status_of(one) != "active"]
    # A mailbox sold by itself is as open as the domain it lies in.
    domain = product.domain_around(zimbra, stamped)
    if domain is not None and domain.id != stamped.id and status_of(domain) != "active":
        shut.append(domain)
        data["state"] = status_of(domain)
    if not shut:
        return Reply(done.code, done.message, done.values, data=data)
    if all(status_of(one) == "lockout" for one in shut):
        otherwise = _LOCKED_OUT
    statuses = ", ".join(f"{shown_name(one)}: {status_of(one)}" for one in shut)
    values = {**done.values, "statuses": statuses}
    return Reply(done.code, otherwise, values, data=data)
