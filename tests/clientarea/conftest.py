"""A service as the page's tests know it: what the host said, and what Zimbra holds."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import lxml.html
import pytest

from puq_zimbra import model, units
from puq_zimbra.call import Call
from puq_zimbra.clientarea import render
from puq_zimbra.clientarea.views import NOT_TOLD

Page = lxml.html.HtmlElement
Draw = Callable[..., Page]

GIVEN: dict[str, Any] = {
    "locale": "pl",
    "time_zone": "Europe/Warsaw",
    "server": {
        "url": "https://127.0.0.1:7071",
        "webmail_url": "https://mail.example.test/",
        "admin_url": "https://mail.example.test:7071/zimbraAdmin/",
        "ip": "192.0.2.10",
        "hostname": "mail.example.test",
    },
    "service": {
        "id": "42",
        "domain": "firma.example",
        "plan": {"mailboxes": 25, "domain_quota": 60 * units.GB},
    },
    "billing": {
        "registered": "2026-01-05",
        "recurring_amount": "49.00",
        "currency": "PLN",
        "cycle": "Monthly",
        "next_due": "2026-12-05",
        "payment_method": "Przelew",
    },
}


@pytest.fixture
def now() -> datetime:
    """Eight minutes past noon in Warsaw."""
    return datetime(2026, 11, 21, 11, 8, tzinfo=UTC)


@pytest.fixture
def call() -> Callable[..., Call]:
    """Make a call; keywords replace whole keys of the given one."""
    return lambda **changes: Call.model_validate({**GIVEN, **changes})


@pytest.fixture
def active() -> model.ServiceState:
    """A domain in service."""
    return model.ServiceState("active", False, None, "admin@firma.example")


@pytest.fixture
def usage(now: datetime) -> Callable[..., model.ServiceUsage]:
    """Make a reading from (address, used in GB, limit in GB) with None as the model has it."""

    def make(
        *boxes: tuple[str, float | None, float | None], age: timedelta = timedelta(), **more: Any
    ) -> model.ServiceUsage:
        mailboxes = tuple(
            model.MailboxUsage(
                str(number),
                address,
                None if used is None else math.ceil(used * units.GB),
                None if limit is None else round(limit * units.GB),
                "active",
            )
            for number, (address, used, limit) in enumerate(boxes)
        )
        used = sum(mailbox.used or 0 for mailbox in mailboxes)
        limits = [one.limit for one in mailboxes]
        given: dict[str, Any] = {
            "limit": None,
            "mailbox_limits": sum(map(int, limits)) if limits and None not in limits else None,
            "counts": model.Counts({"": {"active": len(mailboxes)}}),
            **more,
        }
        return model.ServiceUsage(
            "default",
            "42",
            "firma.example",
            "domain-1",
            now - age,
            used,
            mailboxes=mailboxes,
            **given,
        )

    return make


@pytest.fixture
def draw(call: Callable[..., Call], active: model.ServiceState, now: datetime) -> Draw:
    """Draw the page and read it as a browser does."""

    def page(
        state: model.ServiceState | None = active,
        usage: model.ServiceUsage | None = None,
        history: tuple[model.UsagePoint, ...] = (),
        *,
        growth: tuple[model.Growth, ...] = (),
        machines: model.Machines = NOT_TOLD,
        problem: str | None = None,
        notice: str | None = None,
        **changes: Any,
    ) -> Page:
        html = render.fragment(
            call(**changes),
            state,
            usage,
            history,
            growth=growth,
            machines=machines,
            problem=problem,
            notice=notice,
            now=now,
        )
        return lxml.html.fragment_fromstring(html, create_parent="body")

    return page


@pytest.fixture
def words() -> Callable[[Page], str]:
    """Read an element's text with single blanks."""
    return lambda element: " ".join(element.text_content().split())
