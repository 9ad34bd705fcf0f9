"""Change all mailboxes that a search found: it goes on in the background and has a page."""

from __future__ import annotations

from functools import partial

from puq_zimbra.clientarea import fields
from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine import imports, usage_reading
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_, Refused
from puq_zimbra.request import Request
from puq_zimbra.selfservice import mailboxes, scope, several
from puq_zimbra.selfservice.bulk.rows import MOST
from puq_zimbra.selfservice.mailbox_wanted import Wanted

ACTION = Action(
    noun=N_("Change of all mailboxes found"),
    capability="mailboxes",
    page="mailboxes_found",
    fields=(
        fields.choice("what", N_("What to do with the chosen ones"), several.WHAT),
        fields.text("q", N_("Address or name"), required=False),
        fields.text("state", N_("State"), required=False),
        fields.text("found", N_("Mailboxes")),
        fields.gigabytes(
            "limit", N_("Limit of space"), required=False, hint=N_("0 means no limit of its own.")
        ),
        fields.choice("tier", N_("Mailbox plan"), required=False),
    ),
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Find them once more, and note the operation."""
    zimbra, order = (
        runtime.zimbra(request),
        several.order_of(form.values, form.sent, runtime.config.limits.bin_days),
    )
    stamped = scope.open_service(zimbra, request)
    domain = scope.domain(zimbra, request, stamped, form.target)
    wanted = Wanted.of({"q": form["q"] or "", "state": form["state"] or ""})
    last = usage_reading.last(request, runtime, domain_id=stamped.id)
    usage = last and usage_reading.with_mailboxes(last, runtime)
    found = mailboxes.all_found(zimbra, domain, wanted, usage, MOST)
    if form["found"] != str(len(found)) or len(found) > MOST:
        raise fields.wrong(
            "",
            N_("The search finds %(now)s mailboxes now: look at them once more."),
            now=len(found),
        )
    changing = [one for one in found if several.reason(order.what, one) is None]
    if not changing:
        raise Refused("None of the chosen mailboxes can be changed so: they are as they were.")
    left = partial(usage_reading.left_to_give_out, request, runtime, stamped)
    several.require_fits(zimbra, request, domain, order, changing, left)
    identity = imports.begin_change(request, runtime, order, changing)
    return Outcome("change_progress", N_("The change has begun."), query={"id": identity})
