"""Storage over thirty days and twelve months: which measurements count, and how they are drawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from puq_zimbra import readings
from puq_zimbra.clientarea import history
from puq_zimbra.units import GB

Draw = Callable[..., Any]
Words = Callable[[Any], str]


def points(now: datetime, *days: int) -> list[readings.UsagePoint]:
    """A GB more for each day, up to forty today."""
    return [
        readings.UsagePoint(now - timedelta(days=day), (40 - day) * GB, None, 3) for day in days
    ]


def at(*moments: str) -> list[readings.UsagePoint]:
    """A measurement at each moment (UTC), each of a GB more."""
    return [
        readings.UsagePoint(datetime.fromisoformat(f"{one}+00:00"), number * GB, None, number)
        for number, one in enumerate(moments, 1)
    ]


def test_history_needs_two_days(now: datetime) -> None:
    """One column says nothing, nor do days before the thirty."""
    assert history.days([], now=now, zone=UTC) is None
    assert history.days(points(now, 3, 3), now=now, zone=UTC) is None
    assert history.days(points(now, 3, 45), now=now, zone=UTC) is None


def test_days_that_were_not_measured_are_gaps(now: datetime) -> None:
    """A day that was not measured has no column; the last measurement of a day counts."""
    past = history.days(points(now, 0, 5, 29, 31), now=now, zone=UTC)

    assert past is not None
    assert [day.place for day in past.columns] == [0, 24, 29]
    assert (past.slots, past.top, past.change) == (30, 40 * GB, 29 * GB)
    assert [day.height for day in past.columns] == [28, 88, 100]


def test_a_month_is_its_last_measurement(now: datetime) -> None:
    """Twelve months with this one; what is older or of the future is left out."""
    measured = at(
        "2025-11-30T23:00",
        "2025-12-01T09:00",
        "2025-12-31T09:00",
        "2026-02-10T09:00",
        "2026-11-02T09:00",
        "2026-11-20T09:00",
        "2026-12-01T09:00",
    )
    past = history.months(measured[::-1], now=now, zone=UTC)

    assert past is not None
    assert [(one.date, one.place, one.used // GB, one.mailboxes) for one in past.columns] == [
        (date(2025, 12, 1), 0, 3, 3),
        (date(2026, 2, 1), 2, 4, 4),
        (date(2026, 11, 1), 11, 6, 6),
    ]
    assert (past.slots, past.first, past.last) == (12, date(2025, 12, 1), date(2026, 11, 1))


def test_one_month_is_no_history(now: datetime) -> None:
    """Nor are two of which one is too long ago."""
    assert history.months(points(now, 0, 5, 20), now=now, zone=UTC) is None
    assert history.months(at("2025-11-30T09:00", "2026-11-20T09:00"), now=now, zone=UTC) is None


def test_days_and_months_end_at_the_customers_midnight(now: datetime) -> None:
    """23:30 in UTC is the next day, and the next month, in Warsaw."""
    measured = at("2026-10-31T23:30", "2026-11-20T23:30")
    warsaw = ZoneInfo("Europe/Warsaw")
    past = history.days(measured, now=now, zone=warsaw)

    assert past is not None
    assert [one.date for one in past.columns] == [date(2026, 11, 1), date(2026, 11, 21)]
    assert history.months(measured, now=now, zone=warsaw) is None
    assert history.months(measured, now=now, zone=UTC) is not None


@pytest.mark.parametrize("used", [0, 1, GB // 100, GB, 9 * GB + 1, 10 * GB, 12345 * GB])
def test_the_scale_reaches_over_the_highest_column(now: datetime, used: int) -> None:
    """Columns of nothing and of terabytes both fit."""
    measured = [readings.UsagePoint(now - timedelta(days=day), used, None, 1) for day in (1, 0)]
    past = history.days(measured, now=now, zone=UTC)

    assert past is not None
    assert past.top >= used
    assert past.columns[0].height <= 100


def test_days_are_a_chart_with_its_table(draw: Draw, words: Words, now: datetime) -> None:
    """Columns are attributes, every value stands in a table, one point is a sentence."""
    measured = tuple(
        readings.UsagePoint(now - timedelta(days=day), (9 - day) * GB, None, 3) for day in (3, 1, 0)
    )
    page = draw(history=measured)
    chart = page.find(".//svg[@role='img']")

    assert [column.findtext("title") for column in chart.findall("rect")] == [
        "18 lis: 6\u00a0GB",
        "20 lis: 8\u00a0GB",
        "21 lis: 9\u00a0GB",
    ]
    assert words(chart.find("desc")).startswith(
        "Od 6 GB (18 listopada 2026) do 9 GB (21 listopada 2026)."
    )
    assert [words(row) for row in page.findall(".//details//tbody/tr")] == [
        "21 listopada 20269,003",
        "20 listopada 20268,003",
        "18 listopada 20266,003",
    ]
    assert "+3 GB od 18 listopada 2026" in words(page)
    assert "Wykres pojawi się, gdy będą pomiary z co najmniej dwóch miesięcy." in words(page)
    assert draw(history=measured[:1]).find(".//svg[@role='img']") is None


@pytest.mark.parametrize(
    ("locale", "since", "months", "tips"),
    [
        ("pl", "+2 GB od września 2026", ["listopad 2026", "wrzesień 2026"], ["wrz", "lis"]),
        ("en", "+2 GB since September 2026", ["November 2026", "September 2026"], ["Sept", "Nov"]),
    ],
)
def test_months_are_a_chart_with_its_table(
    draw: Draw, words: Words, locale: str, since: str, months: list[str], tips: list[str]
) -> None:
    """The second chart; in Polish a month is declined after "od"."""
    measured = at("2026-09-10T09:00", "2026-09-20T09:00", "2026-11-20T08:00", "2026-11-20T09:00")
    page = draw(history=tuple(measured), locale=locale)
    (chart,) = page.findall(".//svg[@role='img']")
    (table,) = page.findall(".//details//table")

    assert since in words(page)
    assert [words(row[0]) for row in table.findall("tbody/tr")] == months
    assert [words(row[2]) for row in table.findall("tbody/tr")] == ["4", "2"]
    assert [one.findtext("title").split(":")[0] for one in chart.findall("rect")] == tips
    assert table.find("caption") is not None
    assert all(head.get("scope") for head in table.iter("th"))
