"""Client area: the customer's page about his service.

Usage values come from the last sync if they are fresh enough, else from Zimbra. If Zimbra cannot be
reached, the page says so and shows the last values with their age.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from puq_zimbra import products
from puq_zimbra.clientarea.compiled import own_folder
from puq_zimbra.clientarea.forms import Failed, Forms
from puq_zimbra.clientarea.page import shown
from puq_zimbra.clientarea.render import fragment
from puq_zimbra.clientarea.twin import twin
from puq_zimbra.engine import actions, usage_reading
from puq_zimbra.engine.actions import Outcome
from puq_zimbra.engine.answers import UNREACHED
from puq_zimbra.engine.devices import Devices
from puq_zimbra.engine.dns import Dns
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.engine.service_log import ServiceLog
from puq_zimbra.errors import (
    Conflict,
    DomainSuspended,
    NotFound,
    PuqZimbraError,
    Unavailable,
)
from puq_zimbra.i18n import translate
from puq_zimbra.provisioning import ownership
from puq_zimbra.provisioning.entries import status_of
from puq_zimbra.readings import Machines, ServiceState, ServiceUsage
from puq_zimbra.registry.hook import PAGE_PLAN, SERVICE, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request
from puq_zimbra.units import shown_address
from puq_zimbra.zimbra import deadline
from puq_zimbra.zimbra.answers import Entry

HOOK = Hook(
    needs=SERVICE,
    keeps_answer=False,
    draws_page=True,
    audience="customer",
    whmcs=("ClientArea",),
    plan=PAGE_PLAN,
    wait="page",
)

#: what an account's status means to its owner, in a domain's words
_SHOWN = {"lockout": "locked", "pending": "closed"}


#: pages that show storage: the others need no fresh reading
_WITH_FIGURES = {"overview", "usage"}
#: codes of a Zimbra that is away, for which the page is drawn without it
_AWAY = {"unavailable", "misconfigured"}
#: the part of a page's time that may go into measuring: the rest of it asks Zimbra, too
_TO_MEASURE = 0.6


def run(request: Request, runtime: Runtime) -> Reply:
    """Draw the page."""
    return Reply("unchanged", "The page was drawn.", html=_page(request, runtime))


def as_json(request: Request, runtime: Runtime) -> dict[str, Any]:
    """Give the page as JSON, for a host with a look of its own."""
    found: dict[str, Any] = _page(request, runtime, show=twin)
    return found


def draw_again(request: Request, runtime: Runtime, failed: Failed) -> Reply:
    """Draw the page of a form that was refused, with what was typed."""
    page = actions.declared(failed.action).page
    asked = request.model_copy(
        update={"page": page, "query": {"id": failed.target}, "form": _of_host(request)}
    )
    html = _page(asked, runtime, failed)
    errors = [
        {"field": name, "message": translate(wrong.message, wrong.values, request.locale)}
        for name, wrong in failed.errors.items()
    ]
    return Reply("invalid", "Some fields need another look.", data={"errors": errors}, html=html)


def draw_once(request: Request, runtime: Runtime, reply: Reply, outcome: Outcome) -> str:
    """Draw the page after a form, with what is shown this one time."""
    page = request.model_copy(
        update={"page": outcome.next, "query": {**outcome.query}, "form": _of_host(request)}
    )
    if outcome.plan is not None:  # nothing was done yet
        return _page(page, runtime, plan=outcome.plan)
    notice = translate(reply.message, reply.values, request.locale)
    return _page(page, runtime, notice=notice, once=outcome)


def _of_host(request: Request) -> dict[str, str]:
    """The host's own fields of a form."""
    own = {one.name for one in actions.declared(request.form["puqz_action"]).fields}
    return {
        name: value
        for name, value in request.form.items()
        if name not in own and not name.startswith("puqz_")
    }


@dataclass
class _Known:
    """What is known of the service while its page is drawn."""

    request: Request
    usage: ServiceUsage | None
    stamped: Entry | None = None
    state: ServiceState | None = None
    mailboxes_now: int | None = None
    problem: str | None = None

    def lose_zimbra(self) -> None:
        """Zimbra gives no answer: what is left is the last reading."""
        self.problem = translate(UNREACHED, {}, self.request.locale)
        if self.request.identity is not None:  # only Zimbra knows which customer's they are
            self.usage = None


def _read(request: Request, runtime: Runtime, *, must_draw: bool) -> _Known:
    """Ask Zimbra; where it cannot be reached, the last reading is all that is known."""
    known = _Known(request, usage_reading.last(request, runtime, domain=request.domain))
    try:
        known.stamped = stamped = products.get(runtime.zimbra(request), request)
        known.request = request = products.as_found(request, stamped)
        known.state = state_of(request, stamped)
        if _WITH_FIGURES & set(shown(request)):
            _measure(known, runtime, stamped)
    except NotFound as error:
        known.problem = translate(error.message, error.values, request.locale)
        known.usage = None
    except DomainSuspended:
        pass  # the state says it, beside the last figures
    except PuqZimbraError as error:
        if not (must_draw or error.code in _AWAY):
            raise
        known.lose_zimbra()
    return known


def _measure(known: _Known, runtime: Runtime, stamped: Entry) -> None:
    """Read the figures; where that takes longer than a page may, the last ones stand.

    Raises:
        Unavailable: Zimbra gives no answer, or there are no figures of before.
    """
    request = known.request
    share = 1.0 if known.usage is None else _TO_MEASURE
    with deadline.within(deadline.remaining(runtime.config.limits.page_seconds) * share):
        try:
            usage = usage_reading.fresh(request, runtime, stamped, known.usage)
            # Before the mailboxes of a stored reading join it: those may be an hour old.
            known.mailboxes_now = usage_reading.mailboxes_now(request, runtime, stamped, usage)
        except Unavailable:
            if known.usage is None or not deadline.is_used_up():
                raise
            usage = known.usage
    known.usage = usage = usage_reading.with_mailboxes(usage, runtime)
    if known.state is not None:
        known.state = _as_called_now(request, runtime, stamped, known.state, usage)


def _page(
    request: Request,
    runtime: Runtime,
    failed: Failed | None = None,
    notice: str | None = None,
    once: Outcome | None = None,
    plan: Any = None,
    *,
    show: Callable[..., Any] = fragment,
) -> Any:
    # The form before the page was carried out: without a page, what is shown once would be lost.
    known = _read(request, runtime, must_draw=once is not None)
    draw = partial(_drawn, known, runtime, failed, notice, once, plan, show)
    try:
        return draw()
    except PuqZimbraError as error:
        if known.problem is not None or not (once or error.code in _AWAY):
            raise
    known.lose_zimbra()  # in the middle of the page: it is drawn without it
    return draw()


def _drawn(
    known: _Known,
    runtime: Runtime,
    failed: Failed | None,
    notice: str | None,
    once: Outcome | None,
    plan: Any,
    show: Callable[..., Any],
) -> Any:
    request, usage = known.request, known.usage
    # Zimbra is asked for its machines only where the answer has a place for them.
    with_machines = known.problem is None and "usage" in shown(request)
    rights = _rights(request, known)
    return show(
        request,
        known.state,
        usage_reading.with_mailboxes(usage, runtime) if usage else None,
        usage_reading.history(usage, runtime) if usage else (),
        growth=usage_reading.growth(usage, runtime) if usage else (),
        machines=usage_reading.machines_of(request, runtime) if with_machines else Machines(),
        mailboxes_now=known.mailboxes_now,
        policy=policy_of(known.stamped) if known.stamped else "",
        problem=known.problem,
        notice=notice or actions.notice(request, runtime),
        now=runtime.now(),
        compiled=own_folder(runtime.config.store_directory() / "templates"),
        zimbra=runtime.zimbra(request) if known.problem is None else None,
        stamped=known.stamped,
        rights=rights,
        secret=once.secret if once else None,
        file=once.file if once else None,
        store=runtime.store,
        bin_days=runtime.config.limits.bin_days,
        plan=plan,
        forms=_forms(request, runtime, rights, failed),
        activity=ServiceLog(request, runtime),
        dns=Dns(request, runtime),
        devices=Devices(request, runtime),
    )


def _forms(
    request: Request, runtime: Runtime, rights: frozenset[str], failed: Failed | None
) -> Forms | None:
    """The forms of the page; None for a host that knows the password's alone."""
    if not request.takes_forms:
        return None
    return actions.forms_of(request, runtime, rights, failed)


def _rights(request: Request, known: _Known) -> frozenset[str]:
    """What the customer may do now: nothing while the service is shut or Zimbra is away.

    But for taking it back while it waits for its deletion.
    """
    if known.problem is not None or known.state is None or not request.takes_forms:
        return frozenset()
    granted = request.purchase.plan.capabilities
    if known.state.purge_at:
        return granted & {"call_off"}
    return granted if known.state.status == "active" else frozenset()


def _as_called_now(
    request: Request, runtime: Runtime, stamped: Entry, state: ServiceState, usage: ServiceUsage
) -> ServiceState:
    """The state with the address that the administrator has now.

    Zimbra is asked only where the reading has no mailbox of the ordered address.
    """
    addresses = {shown_address(one.address) for one in usage.mailboxes}
    has_administrator = products.of(request).HAS_ADMINISTRATOR
    if not has_administrator or not addresses or request.shown_address in addresses:
        return state
    with suppress(NotFound, Conflict, Unavailable):  # then the page says what was ordered
        account = products.log_in_account(runtime.zimbra(request), request, stamped)
        return replace(state, admin_address=account.name)
    return state


def policy_of(stamped: Entry) -> str:
    """What Zimbra stops when the domain's whole space is used up; "" = it does not say."""
    return next(iter(stamped.attrs.get("zimbraDomainAggregateQuotaPolicy", ())), "")


def state_of(request: Request, stamped: Entry) -> ServiceState:
    """How the service stands."""
    return ServiceState(
        status=_SHOWN.get(status_of(stamped), status_of(stamped)),
        suspended=ownership.was(stamped) is not None,
        purge_at=ownership.purge_at(stamped),
        admin_address=request.address,
        reason=request.reason or ownership.reason(stamped),
    )
