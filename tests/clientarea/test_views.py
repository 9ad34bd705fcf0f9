"""What the page shows, and in which order: the rules without the words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from puq_zimbra import model
from puq_zimbra.call import Call
from puq_zimbra.clientarea import history, mailboxes, views
from puq_zimbra.clientarea.space import UNKNOWN, Space
from puq_zimbra.units import GB

Call = Callable[..., Call]
Usage = Callable[..., model.ServiceUsage]


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
        (5, 0, None, 0, "none"),
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


def test_the_fullest_come_first(usage: Usage) -> None:
    """By percent, then the unlimited by use, then those of which nothing is known."""
    reading = usage(
        ("small-but-full@x.example", 0.9, 1),
        ("unknown@x.example", None, 5),
        ("unlimited-little@x.example", 1, None),
        ("over@x.example", 6, 5),
        ("unlimited-much@x.example", 40, None),
        ("big@x.example", 30, 100),
    )
    order = [line.address.partition("@")[0] for line in mailboxes.fullest_first(reading.mailboxes)]

    assert order == [
        "over",
        "small-but-full",
        "big",
        "unlimited-much",
        "unlimited-little",
        "unknown",
    ]


def test_a_long_table_is_cut_into_pages(usage: Usage) -> None:
    """Fifty a page; the total is of them all; a page past the end is the last."""
    reading = usage(*((f"u{number}@x.example", 1, 2) for number in range(1234)))
    lines = mailboxes.fullest_first(reading.mailboxes)
    first, last = mailboxes.table(lines), mailboxes.table(lines, 999)

    assert (len(first.lines), first.pages, first.count) == (50, 25, 1234)
    assert (len(last.lines), last.page) == (34, 25)
    assert first.total == Space(1234 * GB, 2468 * GB)


def test_search_leaves_the_total_alone(usage: Usage) -> None:
    """What the customer looks for is found in any case of letters."""
    reading = usage(("anna@x.example", 1, 2), ("biuro@x.example", 1, 2))
    found = mailboxes.table(mailboxes.fullest_first(reading.mailboxes), search=" ANNA ")

    assert [line.address for line in found.lines] == ["anna@x.example"]
    assert (found.found, found.count, found.total.used) == (1, 2, 2 * GB)


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
    call: Call,
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


def test_without_a_reading_the_total_is_not_guessed(call: Call, now: datetime) -> None:
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
    call: Call,
    now: datetime,
    status: str,
    suspended: bool,
    purge_at: date | None,
    kind: str,
    mail: str,
) -> None:
    """An administrator's lock is not the host's suspension; a coming deletion outweighs both."""
    state = model.ServiceState(status, suspended, purge_at, "admin@x.example")
    view = views.build(call(), state, None, (), now=now)

    assert (view.state.kind, view.state.mail, view.state.until) == (kind, mail, purge_at)


def _points(now: datetime, *days: int) -> list[model.UsagePoint]:
    return [model.UsagePoint(now - timedelta(days=day), (40 - day) * GB, None, 3) for day in days]


def test_history_needs_two_days(now: datetime) -> None:
    """One column says nothing, nor do days before the thirty."""
    assert history.build([], now=now, zone=UTC) is None
    assert history.build(_points(now, 3, 3), now=now, zone=UTC) is None
    assert history.build(_points(now, 3, 45), now=now, zone=UTC) is None


def test_history_is_one_value_a_day_with_gaps_left_open(now: datetime) -> None:
    """A day that was not measured has no column; the last measurement of a day counts."""
    past = history.build(_points(now, 0, 5, 29, 31), now=now, zone=UTC)

    assert past is not None
    assert [day.place for day in past.days] == [0, 24, 29]
    assert (past.top, past.change) == (40 * GB, 29 * GB)
    assert [day.height for day in past.days] == [28, 88, 100]


@pytest.mark.parametrize("used", [0, 1, GB // 100, GB, 9 * GB + 1, 10 * GB, 12345 * GB])
def test_the_scale_reaches_over_the_highest_column(now: datetime, used: int) -> None:
    """Columns of nothing and of terabytes both fit."""
    points = [model.UsagePoint(now - timedelta(days=day), used, None, 1) for day in (1, 0)]
    past = history.build(points, now=now, zone=UTC)

    assert past is not None
    assert past.top >= used
    assert past.days[0].height <= 100


def test_domains_are_shown_as_people_write_them(call: Call, now: datetime) -> None:
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
