"""What the page shows, and in which order: the rules without the words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from puq_zimbra import readings
from puq_zimbra.clientarea import views
from puq_zimbra.clientarea.quota_bar import UNKNOWN, Space
from puq_zimbra.request import Request
from puq_zimbra.units import GB

MakeRequest = Callable[..., Request]
Usage = Callable[..., readings.ServiceUsage]


@pytest.mark.parametrize(
    ("used", "limit", "percent", "width", "level"),
    [
        (0, 100, 0, 0, "ok"),
        (1, 1000, 0, 1, "ok"),
        (74, 100, 74, 74, "ok"),
        (75, 100, 75, 75, "high"),
        (90, 100, 90, 90, "critical"),
        (100, 100, 100, 100, "full"),
        (1001, 1000, 100, 100, "over"),
        (132, 100, 132, 100, "over"),
        (5000, 100, 5000, 100, "over"),
        (5, None, None, 0, "none"),
        (5, 0, 100, 100, "over"),
        (None, 100, None, 0, "none"),
        (5, UNKNOWN, None, 0, "none"),
    ],
)
def test_a_bar_stops_at_its_end_and_the_number_does_not(
    used: int | None, limit: int | None, percent: int | None, width: int, level: str
) -> None:
    """Unlimited and unknown have no percent at all, and nothing divides by zero."""
    space = Space(used, limit)

    assert (space.percent, space.width, space.level) == (percent, width, level)


@pytest.mark.parametrize(
    ("service", "limits", "limit", "source"),
    [
        ({"plan": {"domain_quota": 60}, "disk": 80}, (5, 5), 60, "domain"),
        ({"disk": 80}, (5, 5), 80, "contract"),
        ({}, (5, 5), 10, "mailboxes"),
        ({}, (5, None), None, ""),
        ({}, (), UNKNOWN, ""),
    ],
)
def test_total_space(
    call: MakeRequest,
    usage: Usage,
    now: datetime,
    service: dict[str, Any],
    limits: tuple[int | None, ...],
    limit: int | None,
    source: str,
) -> None:
    """The domain's quota, else the contract, else the sum of the limits, else unlimited."""
    reading = usage(*((f"{n}@x.example", 1, one) for n, one in enumerate(limits)))
    given = dict(service)
    for key in ("disk",):
        if key in given:
            given[key] *= GB
    if "plan" in given:
        given["plan"] = {"domain_quota": given["plan"]["domain_quota"] * GB}
    view = views.build(
        call(service={"id": "1", "domain": "x.example", **given}), None, reading, (), now=now
    )
    wanted = limit * GB if limit and limit != UNKNOWN else limit

    assert (view.total.limit, view.total_source) == (wanted, source)


def test_without_a_reading_the_total_is_not_guessed(call: MakeRequest, now: datetime) -> None:
    """Nothing measured is not the same as no limit."""
    view = views.build(call(service={"id": "1", "domain": "x.example"}), None, None, (), now=now)

    assert view.total == Space(None, UNKNOWN)
    assert view.table is None


@pytest.mark.parametrize(
    ("status", "suspended", "purge_at", "kind", "mail"),
    [
        ("active", False, None, "active", ""),
        ("locked", True, None, "suspended", "locked"),
        ("maintenance", True, None, "suspended", "maintenance"),
        ("closed", True, None, "suspended", "closed"),
        ("locked", False, None, "locked", "locked"),
        ("<b>", False, None, "locked", ""),
        ("locked", True, date(2026, 12, 14), "purge", "locked"),
    ],
)
def test_states(
    call: MakeRequest,
    now: datetime,
    status: str,
    suspended: bool,
    purge_at: date | None,
    kind: str,
    mail: str,
) -> None:
    """An administrator's lock is not the host's suspension; a coming deletion outweighs both."""
    state = readings.ServiceState(status, suspended, purge_at, "admin@x.example")
    view = views.build(call(), state, None, (), now=now)

    assert (view.state.kind, view.state.mail, view.state.until) == (kind, mail, purge_at)


def test_domains_are_shown_as_people_write_them(call: MakeRequest, now: datetime) -> None:
    """A-labels are for machines."""
    service = {"id": "1", "domain": "firma-przykład.example"}
    mailbox = {
        "id": "1",
        "model": "mailbox",
        "mailbox": {"address": "a@xn--firma-przykad-6hc.example"},
    }

    assert (
        views.build(call(service=service), None, None, (), now=now).title
        == "firma-przykład.example"
    )
    assert (
        views.build(call(service=mailbox), None, None, (), now=now).title
        == "a@firma-przykład.example"
    )
