"""The customer's page as values: what is shown and in which order, before any word or markup.

Pure: dataclasses in, dataclasses out. Bytes and dates stay what they are; `figures` and the
templates turn them into text.

Source: doc.puq.info "Jakie są możliwości panelu klienta" (the eleven rows and the user table),
`clientareaproductdetails.tpl` of WHMCS's themes six and twenty-one (the rows it prints itself).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from puq_zimbra import model, units
from puq_zimbra.call import Call, Plan
from puq_zimbra.clientarea import history as histories
from puq_zimbra.clientarea import mailboxes
from puq_zimbra.clientarea.space import UNKNOWN, Space

Mode: TypeAlias = Literal["embedded", "full"]

#: the rows of "server information", in the product's order, with the kind of value each holds
ROWS: Mapping[str, str] = {
    "registered": "day",
    "recurring_amount": "money",
    "cycle": "cycle",
    "next_due": "day",
    "payment_method": "text",
    "hostname": "text",
    "ip": "text",
    "webmail": "link",
    "admin_panel": "link",
    "total_space": "total",
    "used_space": "used",
}
#: what a billing host prints around an embedded fragment
PRINTED_BY_HOST = ("registered", "recurring_amount", "cycle", "next_due", "payment_method")

#: keys of `Call.form` that are not hidden fields: where forms go, and where pages of the table are
_ADDRESSES = ("action", "page_url")
#: the form's own fields, which no hidden field may stand in for
_OWN_FIELDS = ("puqz_action", "password", "password_again")


@dataclass(frozen=True)
class Money:
    """An amount as the host gave it: a number with its currency, or text."""

    amount: str
    currency: str


@dataclass(frozen=True)
class Row:
    """One row of "server information"."""

    #: a key of `ROWS`
    key: str
    #: a value of `ROWS`
    kind: str
    #: None = not known
    value: date | Money | Space | str | None


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
class PageView:
    """Everything the page shows."""

    service_id: str
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
    table: mailboxes.Table | None
    #: the ten fullest
    fullest: tuple[mailboxes.Line, ...]
    #: mailboxes the plan grants; None = unlimited
    mailbox_limit: int | None
    history: histories.History | None
    form: Form | None
    #: where other pages of the table are; the number is appended
    page_url: str | None

    def value(self, key: str) -> date | Money | Space | str | None:
        """What a row holds, whether or not this page shows it."""
        return next((row.value for row in self.rows if row.key == key), None)


def build(
    call: Call,
    state: model.ServiceState | None,
    usage: model.ServiceUsage | None,
    history: Sequence[model.UsagePoint],
    *,
    problem: str | None = None,
    notice: str | None = None,
    now: datetime,
    page: int = 1,
    search: str = "",
) -> PageView:
    """Lay out the page from what is known; ``problem`` and ``notice`` are finished sentences."""
    zone = time_zone(call.time_zone)
    plan = call.service.plan if call.service else Plan()
    total, source = _total(call, usage)
    lines = mailboxes.fullest_first(usage.mailboxes) if usage else ()
    return PageView(
        service_id=call.service.id if call.service else "0",
        title=_title(call, usage),
        sold_alone=_sold_alone(call),
        tab="usage" if call.page == "usage" else "info",
        assets_url=call.assets_url,
        zone=zone,
        now=now,
        problem=problem,
        notice=notice,
        state=_state(state),
        rows=_rows(call, total),
        measured_at=usage.measured_at if usage else None,
        stale=usage.stale if usage else False,
        total=total,
        total_source=source,
        table=mailboxes.table(lines, page, search) if usage else None,
        fullest=lines[: mailboxes.FULLEST],
        mailbox_limit=plan.mailboxes,
        history=histories.build(history, now=now, zone=zone),
        form=_form(call, state),
        page_url=call.form.get("page_url"),
    )


def page_number(page: str | None) -> int:
    """Read the page of the user table out of a call's ``page``; 1 for anything else.

    >>> page_number("3"), page_number("usage"), page_number("0"), page_number(None)
    (3, 1, 1, 1)
    """
    short_enough = page is not None and page.isascii() and page.isdigit() and len(page) < 10
    return max(1, int(page)) if page is not None and short_enough else 1


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


def _rows(call: Call, total: Space) -> tuple[Row, ...]:
    billing, server = call.billing, call.server
    values: dict[str, date | Money | Space | str | None] = {
        "registered": billing.registered,
        "recurring_amount": Money(billing.recurring_amount, billing.currency or "")
        if billing.recurring_amount
        else None,
        "cycle": billing.cycle,
        "next_due": billing.next_due,
        "payment_method": billing.payment_method,
        "hostname": server.mail_host if server else None,
        "ip": server.ip if server else None,
        "webmail": server.webmail if server else None,
        "admin_panel": server.admin_panel if server else None,
        "total_space": total,
        "used_space": total,
    }
    return tuple(
        Row(key, kind, values[key] or None)
        for key, kind in ROWS.items()
        if key != "admin_panel" or not _sold_alone(call)
    )


def _form(call: Call, state: model.ServiceState | None) -> Form | None:
    action = call.form.get("action")
    # Of a domain that is not there, or a Zimbra that does not answer, no password can be changed.
    if not action or state is None:
        return None
    taken = (*_ADDRESSES, *_OWN_FIELDS)
    hidden = {name: value for name, value in call.form.items() if name not in taken}
    return Form(action, hidden, units.shown_address(state.admin_address))
