"""Move a mailbox to the bin, from which it can be restored until its last day."""

from __future__ import annotations

from puq_zimbra.clientarea.format import Figures
from puq_zimbra.clientarea.forms import Action
from puq_zimbra.clientarea.views import time_zone
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.i18n import language
from puq_zimbra.request import Request
from puq_zimbra.selfservice import bin as bins
from puq_zimbra.units import shown_address

ACTION = Action(
    noun=N_("Mailbox put into the bin"),
    capability="mailboxes",
    page="mailbox_delete",
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Put the mailbox into the bin."""
    now, days = runtime.now(), runtime.config.limits.bin_days
    account, last_day = bins.put_by_id(runtime.zimbra(request), request, form.target, now, days)
    figures = Figures(language(request.locale), time_zone(request.time_zone), now)
    return Outcome(
        "mailboxes",
        N_("%(address)s is in the bin until %(day)s and can be restored until then."),
        {"address": shown_address(account.name), "day": figures.day_of_year(last_day)},
    )
