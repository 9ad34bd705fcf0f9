"""Transfer: hand a service's objects in Zimbra to another service, or note its customer.

It serves a domain that is ordered anew, and services whose id is a name.
The stamp changes in a single write, which also takes off the day of a deletion and the
host's reason; a suspension stays until the host of the new service speaks. It is an operation of
both services: no hook of either runs beside it, what was open of them is superseded, both audits
have it. Figures of before stay with the old service, which used what they say.

The command line asks for it, since no host may take a service from another. FOSSBilling does too,
within its own installation, for what bears the mark of the same customer: its services had their
domain as id before they had their order's number.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from puq_zimbra.engine import operations
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_, Conflict, NotFound, Refused
from puq_zimbra.provisioning import changes, domains, ownership, stamp_search
from puq_zimbra.provisioning.changes import Steps
from puq_zimbra.provisioning.entries import KINDS, Changes, kind_of, shown_name, words_of
from puq_zimbra.registry.hook import EVERYTHING, SERVICE, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request
from puq_zimbra.zimbra import filters
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

HOOK = Hook(
    needs=(*SERVICE, "form"),
    writes=True,
    aspects=EVERYTHING,
    reads_first=True,
    resumable=False,
    is_final=True,
    changes_list=True,
    public=False,
)


#: words beside the stamp that are of the old service's termination and customer
_OF_THE_OLD_SERVICE = (ownership.PURGE, ownership.KEPT, ownership.REASON)


def run(request: Request, runtime: Runtime) -> Reply:
    """Make it the service that the call's form names: to_installation, to_id, customer.

    With ``of_customer`` in the form it must bear the mark of the call's customer.
    """
    asked = {"id": request.form["to_id"], "customer_id": request.form.get("customer")}
    to = request.model_copy(
        update={
            "installation": request.form["to_installation"],
            "service": request.purchase.model_copy(update=asked),
            # The operation of the other service is another one, which no host has named.
            "request_id": None,
        }
    )

    def work() -> Reply:
        return _hand_over(runtime.zimbra(request), request, to)

    if request.dry_run or to.stamp == request.stamp:
        return work()
    # What cannot be handed over keeps what is open of it.
    _wanted(runtime.zimbra(request), request, to)
    operations.take_all()
    return operations.carry_out("transfer", to, runtime, "op-" + secrets.token_hex(8), work)


def _hand_over(zimbra: Zimbra, request: Request, to: Request) -> Reply:
    """Make it the other service's, the stamped object last.

    Raises:
        NotFound: neither service has anything in Zimbra.
        Conflict: the other service has an object already, or the stamps are not clear.
        Refused: its creation or its deletion was begun and not finished.
    """
    stamped, wanted = _wanted(zimbra, request, to)
    values = {"name": shown_name(stamped), "to": f"{to.installation_id} {to.purchase.id}"}
    if request.dry_run:
        return changes.tell(_steps(wanted))
    if not wanted:
        return Reply("unchanged", "%(name)s is the service %(to)s already.", values, _data(stamped))
    if to.stamp != request.stamp:
        operations.take_all()
    changes.apply(zimbra, _steps(wanted))
    fresh, missing = _wanted(zimbra, request, to)
    changes.require_kept(
        _steps(missing),
        lambda _: Conflict("Zimbra did not keep whose %(name)s is: transfer it again.", **values),
    )
    handed = to.stamp != request.stamp
    message = N_("%(name)s was handed over to the service %(to)s.")
    if not handed:
        message = N_("%(name)s bears the customer's mark now.")
    return Reply("updated", message, values, _data(fresh))


def _steps(wanted: Sequence[tuple[Entry, Changes]]) -> Steps[None]:
    for entry, needed in wanted:
        yield changes.modify(entry, needed)


def _data(stamped: Entry) -> dict[str, object]:
    return {
        "stamp": ownership.stamps(stamped)[0],
        "customer_id": ownership.customer(stamped),
        "suspended": ownership.was(stamped) is not None,
    }


def _wanted(
    zimbra: Zimbra, request: Request, to: Request
) -> tuple[Entry, list[tuple[Entry, Changes]]]:
    """The stamped object, and what must be written, in this order."""
    stamped = _stamped(zimbra, request, to)
    found = [(stamped, _changes(stamped, request, to))]
    if to.stamp != request.stamp:
        found = [(one, _new_stamp(one, request, to)) for one in _aliases(zimbra, request)] + found
    return stamped, [(entry, needed) for entry, needed in found if needed]


def _stamped(zimbra: Zimbra, request: Request, to: Request) -> Entry:
    """The object with the one service's stamp or, handed over before, the other's."""
    held = stamp_search.stamped_with(zimbra, request.stamp)
    theirs = stamp_search.stamped_with(zimbra, to.stamp) if to.stamp != request.stamp else []
    if held and theirs:
        raise Conflict(
            "The service %(to)s has %(name)s already: end that one first, or name another service.",
            to=f"{to.installation_id} {to.purchase.id}",
            name=shown_name(theirs[0]),
        )
    found = held or theirs
    if not found:
        raise NotFound("%(name)s does not exist in Zimbra.", name=request.shown_name)
    stamped = found[0]
    if len(found) > 1 or len(ownership.stamps(stamped)) > 1:
        raise Conflict(
            "It is not clear whose %(names)s is: an administrator must put the stamps right.",
            names=", ".join(shown_name(one) for one in found),
        )
    if "of_customer" in request.form:
        ownership.require_customer(stamped, request.model_copy(update={"identity": "name"}))
    if held and to.stamp != request.stamp:
        ownership.require_whole(stamped)
        if ownership.is_unfinished(stamped):
            raise Refused(
                "The creation of %(name)s was not finished: create it once more.",
                name=shown_name(stamped),
            )
    return stamped


def _changes(stamped: Entry, request: Request, to: Request) -> Changes:
    """The words that make the stamped object the other service's, and its customer's."""
    needed = _new_stamp(stamped, request, to)
    words, attribute = words_of(stamped), kind_of(stamped).words
    removed, added = [*needed.get("-" + attribute, [])], [*needed.get("+" + attribute, [])]
    if needed:
        removed += [one for one in words if one.startswith(_OF_THE_OLD_SERVICE)]
    if to.purchase.customer_id is not None:
        wanted = ownership.CUSTOMER + to.purchase.customer_id
        held = [one for one in words if one.startswith(ownership.CUSTOMER)]
        removed += [one for one in held if one != wanted]
        added += [wanted] if wanted not in held else []
    parts = (("-" + attribute, removed), ("+" + attribute, added))
    return {name: values for name, values in parts if values}


def _new_stamp(entry: Entry, request: Request, to: Request) -> Changes:
    if to.stamp == request.stamp or request.stamp not in ownership.stamps(entry):
        return {}
    attribute = kind_of(entry).words
    return {"-" + attribute: [request.stamp], "+" + attribute: [to.stamp]}


def _aliases(zimbra: Zimbra, request: Request) -> list[Entry]:
    """The alias domains that bear the service's stamp as well."""
    stamp = filters.equal(KINDS["domain"].words, request.stamp)
    query = f"(&(zimbraDomainType=alias){stamp})"
    return list(zimbra.search_directory("domains", query, domains.ATTRIBUTES))
