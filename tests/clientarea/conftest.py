"""A service as the page's tests know it: what the host said, and what Zimbra holds."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import lxml.html
import pytest

from puq_zimbra import readings, units
from puq_zimbra.clientarea import render
from puq_zimbra.clientarea.views import NOT_TOLD
from puq_zimbra.request import Request

Page: TypeAlias = lxml.html.HtmlElement
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
def call() -> Callable[..., Request]:
    """Make a call; keywords replace whole keys of the given one."""
    return lambda **changes: Request.model_validate({**GIVEN, **changes})


@pytest.fixture
def active() -> readings.ServiceState:
    """A domain in service."""
    return readings.ServiceState("active", False, None, "admin@firma.example")


@pytest.fixture
def usage(now: datetime) -> Callable[..., readings.ServiceUsage]:
    """Make a reading from (address, used in GB, limit in GB) with None as the model has it."""

    def make(
        *boxes: tuple[str, float | None, float | None], age: timedelta = timedelta(), **more: Any
    ) -> readings.ServiceUsage:
        mailboxes = tuple(
            readings.MailboxUsage(
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
        known = [limit for limit in limits if limit is not None]
        given: dict[str, Any] = {
            "limit": None,
            "mailbox_limits": sum(known) if limits and len(known) == len(limits) else None,
            "counts": readings.Counts({"": {"active": len(mailboxes)}}),
            **more,
        }
        return readings.ServiceUsage(
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
def draw(call: Callable[..., Request], active: readings.ServiceState, now: datetime) -> Draw:
    """Draw the page and read it as a browser does."""

    def page(  # noqa: PLR0913 - each part of a page by its name
        state: readings.ServiceState | None = active,
        usage: readings.ServiceUsage | None = None,
        history: tuple[readings.UsagePoint, ...] = (),
        *,
        growth: tuple[readings.Growth, ...] = (),
        machines: readings.Machines = NOT_TOLD,
        counted: bool = True,
        policy: str = "",
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
            mailboxes_now=len(usage.mailboxes) if usage and counted else None,
            policy=policy,
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
