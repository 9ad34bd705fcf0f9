"""The customer's page as values: what is shown and in which order, before any word or markup.

Pure: dataclasses in, dataclasses out. Bytes and dates stay what they are; `figures` and the
templates turn them into text.

Source: doc.puq.info "Jakie są możliwości panelu klienta" (two tabs, and what stands in them).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from puq_zimbra import model, units
from puq_zimbra.call import Call, Plan
from puq_zimbra.clientarea import forecast, machine, mailboxes
from puq_zimbra.clientarea import history as histories
from puq_zimbra.clientarea.addresses import TableLinks, table_links
from puq_zimbra.clientarea.rows import Money, Row, server_information
from puq_zimbra.clientarea.space import UNKNOWN, Space

Mode: TypeAlias = Literal["embedded", "full"]

#: nothing is known of the machines
NOT_TOLD = model.Machines()

#: keys of `Call.form` that are no hidden fields: where forms go, and what was asked of the table
_NOT_CARRIED = ("action", "page_url", "search", "sort")
#: the form's own fields, which no hidden field may stand in for
_OWN_FIELDS = ("puqz_action", "password", "password_again")


@dataclass(frozen=True)
class State:
    """How the service stands, as the customer is told."""

    kind: Literal["active", "suspended", "locked", "purge", "unknown"]
    #: what happens to incoming mail: a suspend mode, or "" when it arrives as usual or nobody knows
    mail: str = ""
    #: the day of the deletion, for kind purge
    until: date | None = None

    @property
    def can_log_in(self) -> bool:
        """Whether the links to the webmail and the panel are of use."""
        return self.kind in ("active", "unknown")


@dataclass(frozen=True)
class Form:
    """Where the customer's form goes and what it carries."""

    action: str
    hidden: Mapping[str, str]
    #: the administrator's address, in U-label form
    admin_address: str


@dataclass(frozen=True)
class Growth:
    """The mailboxes that grew the most."""

    since: date
    #: their addresses are in U-label form
    mailboxes: tuple[model.Growth, ...]


@dataclass(frozen=True)
class PageView:
    """Everything the page shows."""

    #: what every id of the page begins with, so that several may stand on one of the host's
    uid: str
    #: what the customer bought, as people read it: a domain or an address
    title: str
    #: one mailbox was sold, whose owner administrates nothing
    sold_alone: bool
    tab: Literal["info", "usage"]
    #: where the host serves our style sheet
    assets_url: str | None
    zone: tzinfo
    now: datetime
    problem: str | None
    notice: str | None
    state: State
    rows: tuple[Row, ...]
    #: UTC; None = never measured
    measured_at: datetime | None
    #: a reading failed since
    stale: bool
    total: Space
    #: where the total comes from: "domain", "contract", "mailboxes" or "" (unlimited, unknown)
    total_source: str
    #: it is a limit of the whole: the sum of many mailboxes' limits is none that could be reached
    limited_whole: bool
    table: mailboxes.Table | None
    #: the ten fullest
    fullest: tuple[mailboxes.Line, ...]
    #: mailboxes the plan grants; None = unlimited
    mailbox_limit: int | None
    #: mailboxes at their limit or over it, and those that soon will be
    full: mailboxes.Group
    nearly_full: mailboxes.Group
    #: those that grew the most, and since when; None = nobody knows
    growth: Growth | None
    #: storage over thirty days and over twelve months; None = too little was measured
    days: histories.History | None
    months: histories.History | None
    #: None = nothing to say
    outlook: forecast.Outlook | None
    #: None = the machines are not the customer's alone
    machines: machine.MachineView | None
    form: Form | None
    #: None = the host did not say where other parts of the table are
    links: TableLinks | None

    def value(self, key: str) -> date | Money | Space | str | None:
        """What a row holds, whether or not this page shows it."""
        return next((row.value for row in self.rows if row.key == key), None)


def build(
    call: Call,
    state: model.ServiceState | None,
    usage: model.ServiceUsage | None,
    history: Sequence[model.UsagePoint],
    *,
    growth: Sequence[model.Growth] = (),
    machines: model.Machines = NOT_TOLD,
    problem: str | None = None,
    notice: str | None = None,
    now: datetime,
) -> PageView:
    """Lay out the page from what is known; ``problem`` and ``notice`` are finished sentences."""
    zone = time_zone(call.time_zone)
    plan = call.service.plan if call.service else Plan()
    alone = _sold_alone(call)
    uid = f"puqz-{call.service.id if call.service else 0}"
    total, source = _total(call, usage)
    boxes = usage.mailboxes if usage else ()
    wanted = mailboxes.wanted(call.page, call.form)
    whole = total.limit_known and (source != "mailboxes" or alone)
    return PageView(
        uid=uid,
        title=_title(call, usage),
        sold_alone=alone,
        tab="usage" if call.page == "usage" else "info",
        assets_url=call.assets_url,
        zone=zone,
        now=now,
        problem=problem,
        notice=notice,
        state=_state(state),
        rows=server_information(call, total, sold_alone=alone),
        measured_at=usage.measured_at if usage else None,
        stale=usage.stale if usage else False,
        total=total,
        total_source=source,
        limited_whole=whole and not total.unlimited,
        table=mailboxes.table(boxes, wanted) if usage else None,
        fullest=mailboxes.fullest(boxes),
        mailbox_limit=plan.mailboxes,
        full=mailboxes.full(boxes),
        nearly_full=mailboxes.nearly_full(boxes),
        growth=None if alone else _growth(growth),
        days=histories.days(history, now=now, zone=zone),
        months=histories.months(history, now=now, zone=zone),
        outlook=forecast.look(history, total.limit if whole else None, now=now, zone=zone),
        machines=machine.build(machines, now) if _sold_whole(call) else None,
        form=_form(call, state),
        links=table_links(call.form.get("page_url"), wanted, f"{uid}-mailboxes"),
    )


def time_zone(name: str) -> tzinfo:
    """Find a time zone by its IANA name; UTC for a name the system does not know.

    >>> str(time_zone("Nowhere/At_All")), str(time_zone("../../etc"))
    ('UTC', 'UTC')
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # a folder's name ("Europe") is an OSError
        return UTC


def _sold_alone(call: Call) -> bool:
    """Whether the service is one mailbox, whose owner administrates nothing."""
    return call.service is not None and call.service.model == "mailbox"


def _sold_whole(call: Call) -> bool:
    """Whether the service is a Zimbra with nobody else on it."""
    return call.service is not None and call.service.model == "server"


def _growth(found: Sequence[model.Growth]) -> Growth | None:
    if not found:
        return None
    shown = (replace(one, address=units.shown_address(one.address)) for one in found)
    return Growth(found[0].day, tuple(shown))


def _title(call: Call, usage: model.ServiceUsage | None) -> str:
    service = call.service
    if service and service.mailbox and _sold_alone(call):
        return units.shown_address(service.mailbox.address)
    domain = (service.domain if service else None) or (usage.domain if usage else None)
    return units.shown_domain(domain) if domain else ""


def _state(state: model.ServiceState | None) -> State:
    if state is None:
        return State("unknown")
    mail = state.status if state.status in ("locked", "maintenance", "closed") else ""
    if state.purge_at:
        return State("purge", mail, state.purge_at)
    if state.suspended:
        return State("suspended", mail)
    return State("active") if state.status == "active" else State("locked", mail)


def _total(call: Call, usage: model.ServiceUsage | None) -> tuple[Space, str]:
    """Give the space of the whole service, and where its limit comes from."""
    used = usage.used if usage else None
    service = call.service
    sold = service.plan.domain_quota if service and not _sold_alone(call) else None
    domain = sold or (usage.limit if usage else None)
    if domain:
        return Space(used, domain), "domain"
    if service and service.disk:
        return Space(used, service.disk), "contract"
    if usage is None or not usage.counts.mailboxes:
        return Space(used, UNKNOWN), ""
    return Space(used, usage.mailbox_limits), "mailboxes" if usage.mailbox_limits else ""


def _form(call: Call, state: model.ServiceState | None) -> Form | None:
    action = call.form.get("action")
    # Of a domain that is not there, or a Zimbra that does not answer, no password can be changed.
    if not action or state is None:
        return None
    taken = (*_NOT_CARRIED, *_OWN_FIELDS)
    hidden = {name: value for name, value in call.form.items() if name not in taken}
    return Form(action, hidden, units.shown_address(state.admin_address))
