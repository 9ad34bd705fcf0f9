"""The rows of "server information", in the product's order.

Source: doc.puq.info "Jakie są możliwości panelu klienta" (the eleven rows),
`clientareaproductdetails.tpl` of WHMCS's themes six and twenty-one (the rows it prints itself).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from puq_zimbra.clientarea.quota_bar import Space
from puq_zimbra.request import Request

#: the rows with the kind of value that each holds
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


def server_information(request: Request, total: Space, *, sold_alone: bool) -> tuple[Row, ...]:
    """Lay out the rows; the owner of one mailbox (``sold_alone``) has no administration panel."""
    billing, server = request.billing, request.server
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
        if key != "admin_panel" or not sold_alone
    )
