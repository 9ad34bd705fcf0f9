"""The customer's page as values: what is shown and in which order, before any word or markup.

Pure: dataclasses in, dataclasses out. Bytes and dates stay what they are; `figures` and the
templates turn them into text.

Source: doc.puq.info "Jakie są możliwości panelu klienta" (two tabs, and what stands in them);
`store/.../ZAttrProvisioning.java` of Zimbra (DomainAggregateQuotaPolicy).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from puq_zimbra import products, readings, units
from puq_zimbra.clientarea import forecast, machine, mailboxes
from puq_zimbra.clientarea import growth as growths
from puq_zimbra.clientarea import history as histories
from puq_zimbra.clientarea.addresses import TableLinks, table_links
from puq_zimbra.clientarea.info_rows import Money, Row, server_information
from puq_zimbra.clientarea.quota_bar import UNKNOWN, Space
from puq_zimbra.fields import OF_HOST
from puq_zimbra.request import Plan, Request

Mode: TypeAlias = Literal["embedded", "full"]

#: nothing is known of the machines
NOT_TOLD = readings.Machines()

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
    #: the host's reason, for kind suspended; "" if it gave none
    reason: str = ""

    @property
    def works(self) -> bool:
        """Whether the service is in use, as far as Zimbra says."""
        return self.kind == "active"

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
class HostLinks:
    """Where the host lets the customer do what its staff would have to do; "" = it does not say."""

    #: pays what is open
    pay: str = ""
    #: buys a larger plan
    upgrade: str = ""
    #: writes to the provider
    ticket: str = ""
    #: logs in to the webmail by one click
    sso: str = ""


@dataclass(frozen=True)
class PageView:
    """Everything the page shows."""

    #: what every id of the page begins with, so that several may stand on one of the host's
    uid: str
    #: what the customer bought, as people read it: a domain or an address
    title: str
    #: one mailbox was sold, whose owner administrates nothing
    sold_alone: bool
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
    #: bytes of the used space that are in rooms and equipment; 0 = none, or it is not known
    in_rooms: int
    #: mailboxes in which nobody can log in
    shut: int
    #: mailboxes the plan grants; None = unlimited
    mailbox_limit: int | None
    #: mailboxes that there are now, as Zimbra counted them; None = it was not asked
    mailboxes_now: int | None
    #: mailboxes at their limit or over it, and those that soon will be
    full: mailboxes.Group
    nearly_full: mailboxes.Group
    #: those that grew the most, and since when; None = nobody knows
    growth: growths.Growth | None
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
    #: addresses as the host gave them: unchecked, as all addresses here
    host: HostLinks
    #: what Zimbra stops when the whole space is used up; "" = nothing, or it is not known
    stops: Literal["", "sending", "both"]

    @property
    def usage_known(self) -> bool:
        """Whether anything was measured."""
        return self.measured_at is not None

    def value(self, key: str) -> date | Money | Space | str | None:
        """What a row holds, whether or not this page shows it."""
        return next((row.value for row in self.rows if row.key == key), None)


def build(  # noqa: PLR0913 - what a page shows, each by its name
    request: Request,
    state: readings.ServiceState | None,
    usage: readings.ServiceUsage | None,
    history: Sequence[readings.UsagePoint],
    *,
    growth: Sequence[readings.Growth] = (),
    machines: readings.Machines = NOT_TOLD,
    mailboxes_now: int | None = None,
    policy: str = "",
    problem: str | None = None,
    notice: str | None = None,
    now: datetime,
) -> PageView:
    """Lay out the page from what is known; ``problem`` and ``notice`` are finished sentences.

    ``policy`` is the domain's zimbraDomainAggregateQuotaPolicy.
    """
    zone = time_zone(request.time_zone)
    plan = request.service.plan if request.service else Plan()
    alone = _sold_alone(request)
    uid = f"puqz-{request.service.id if request.service else 0}"
    total, source = _total(request, usage)
    boxes = usage.mailboxes if usage else ()
    # Hosts hand on what was asked of the table in the form or, as newer ones, in the query.
    query = request.query or {}
    wanted = mailboxes.wanted(request.page, {**query, **request.form})
    whole = total.limit_known and (source != "mailboxes" or alone)
    return PageView(
        uid=uid,
        title=_title(request, usage),
        sold_alone=alone,
        assets_url=request.assets_url,
        zone=zone,
        now=now,
        problem=problem,
        notice=notice,
        state=_state(state),
        rows=server_information(request, total, sold_alone=alone),
        measured_at=usage.measured_at if usage else None,
        stale=usage.stale if usage else False,
        total=total,
        total_source=source,
        limited_whole=whole and not total.unlimited,
        table=mailboxes.table(boxes, wanted) if usage else None,
        in_rooms=usage.in_rooms if usage else 0,
        shut=mailboxes.shut(boxes),
        mailbox_limit=plan.mailboxes,
        mailboxes_now=mailboxes_now,
        full=mailboxes.full(boxes),
        nearly_full=mailboxes.nearly_full(boxes),
        growth=None if alone else growths.build(growth, boxes, now),
        days=histories.days(history, now=now, zone=zone),
        months=histories.months(history, now=now, zone=zone),
        outlook=forecast.look(history, total.limit if whole else None, now=now, zone=zone),
        machines=machine.build(machines, now) if _sold_whole(request) else None,
        form=_form(request, state),
        links=table_links(request.form.get("page_url"), wanted, f"{uid}-mailboxes"),
        host=_host_links(request),
        stops=_stops(source, policy),
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


def _sold_alone(request: Request) -> bool:
    """Whether the service is one mailbox, whose owner administrates nothing."""
    return request.service is not None and not products.of(request).HAS_ADMINISTRATOR


def _sold_whole(request: Request) -> bool:
    """Whether the service is a Zimbra with nobody else on it."""
    return request.service is not None and products.of(request).IS_WHOLE_ZIMBRA


def _host_links(request: Request) -> HostLinks:
    given = request.form.get
    return HostLinks(*(given(f"{name}_url", "") for name in ("pay", "upgrade", "ticket", "sso")))


def _stops(source: str, policy: str) -> Literal["", "sending", "both"]:
    if source != "domain" or policy == "ALLOWSENDRECEIVE":
        return ""
    return "sending" if policy == "BLOCKSEND" else "both"


def _title(request: Request, usage: readings.ServiceUsage | None) -> str:
    service = request.service
    if service and service.mailbox and _sold_alone(request):
        return units.shown_address(service.mailbox.address)
    domain = (service.domain if service else None) or (usage.domain if usage else None)
    return units.shown_domain(domain) if domain else ""


def _state(state: readings.ServiceState | None) -> State:
    if state is None:
        return State("unknown")
    mail = state.status if state.status in ("locked", "maintenance", "closed") else ""
    if state.purge_at:
        return State("purge", mail, state.purge_at)
    if state.suspended:
        return State("suspended", mail, reason=state.reason)
    return State("active") if state.status == "active" else State("locked", mail)


def _total(request: Request, usage: readings.ServiceUsage | None) -> tuple[Space, str]:
    """Give the space of the whole service, and where its limit comes from."""
    used = usage.used if usage else None
    service = request.service
    purchase = service.plan.domain_quota if service and not _sold_alone(request) else None
    held = usage.limit if usage else None
    # Where they differ, Zimbra's ends the space, or what was sold does.
    domain = min(purchase, held) if purchase and held else purchase or held
    if domain:
        return Space(used, domain), "domain"
    if service and service.disk:
        return Space(used, service.disk), "contract"
    if usage is None or not usage.counts.mailboxes:
        return Space(used, UNKNOWN), ""
    return Space(used, usage.mailbox_limits), "mailboxes" if usage.mailbox_limits else ""


def _form(request: Request, state: readings.ServiceState | None) -> Form | None:
    action = request.form.get("action")
    # Of a domain that is not there, or a Zimbra that does not answer, no password can be changed.
    if not action or state is None:
        return None
    taken = (*OF_HOST, *_OWN_FIELDS)
    hidden = {name: value for name, value in request.form.items() if name not in taken}
    return Form(action, hidden, units.shown_address(state.admin_address))
