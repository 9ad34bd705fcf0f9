"""When the space will be full: told only where the measurements support it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from puq_zimbra import readings
from puq_zimbra.clientarea.forecast import Outlook, look
from puq_zimbra.units import GB

Draw = Callable[..., Any]
Words = Callable[[Any], str]

NOW = datetime(2026, 11, 21, 11, 8, tzinfo=UTC)
LIMIT = 100 * GB
NOT_YET = Outlook()


def days(*used: float | None, limit: int | None = None) -> list[readings.UsagePoint]:
    """A measurement a day until today, in GB; None = none on that day."""
    return [
        readings.UsagePoint(NOW - timedelta(days=ago), round(size * GB), limit, 3)
        for ago, size in zip(range(len(used) - 1, -1, -1), used, strict=True)
        if size is not None
    ]


def left(points: Iterable[readings.UsagePoint], limit: int | None = LIMIT) -> float | None:
    """Days until full; None when nothing is said of it."""
    outlook = look(list(points), limit, now=NOW, zone=UTC)
    if outlook is None or outlook.left is None:
        return None
    return outlook.left / timedelta(days=1)


def test_steady_growth_is_told() -> None:
    """A GB a day with seventy to go; the pace is since the first of the thirty days."""
    outlook = look(days(*(n for n in range(1, 32))), LIMIT, now=NOW, zone=UTC)

    assert outlook == Outlook(timedelta(days=69), date(2026, 10, 23))


def test_real_growth_is_not_even() -> None:
    """Mail comes on working days, more on some than on others."""
    chance = random.Random(7)
    used, sizes = 40.0, []
    for ago in range(29, -1, -1):
        working = (NOW - timedelta(days=ago)).weekday() < 5
        used += chance.uniform(0.4, 1.6) if working else 0
        sizes.append(used)
    told = left(days(*sizes))

    assert told is not None
    assert 0.6 * told < (100 - used) / (5 / 7) < 1.4 * told


@pytest.mark.parametrize(
    "sizes",
    [
        pytest.param([50.0] * 30, id="flat"),
        pytest.param([80 - n for n in range(30)], id="shrinking"),
        pytest.param([50 + (n % 2) for n in range(30)], id="to and fro"),
        pytest.param([50 + n % 7 for n in range(30)], id="emptied every week"),
        pytest.param([20.0] * 15 + [60.0] * 15, id="one jump"),
        pytest.param([20 + n / 10 + 40 * (n > 14) for n in range(30)], id="growth and a jump"),
        pytest.param([50.0] * 29 + [90.0], id="moved in today"),
        pytest.param([40 + min(n, 19) for n in range(30)], id="grew until last week"),
        pytest.param([40 + max(n, 20) for n in range(30)], id="grows since last week"),
        pytest.param([90 - abs(15 - n) for n in range(30)], id="grew, and fell again"),
        pytest.param([20 + 60 * (n / 29) ** 4 for n in range(30)], id="faster and faster"),
    ],
)
def test_what_does_not_grow_steadily_is_not_told(sizes: list[float]) -> None:
    """A number would be a guess."""
    assert left(days(*sizes)) is None
    assert look(days(*sizes), LIMIT, now=NOW, zone=UTC) is None


def test_one_day_does_not_change_the_pace() -> None:
    """Somebody moved an archive in on one day, another threw one away for a day."""
    steady = [20 + n for n in range(30)]
    moved_in = [size + 10 * (n >= 27) for n, size in enumerate(steady)]
    thrown_away = [size - 15 * (n == 12) for n, size in enumerate(steady)]

    assert left(days(*steady)) == pytest.approx(51)
    assert left(days(*moved_in)) == pytest.approx(41, abs=1)
    assert left(days(*thrown_away)) == pytest.approx(51, abs=1)


def test_gaps_do_not_matter() -> None:
    """The pace goes by the time between measurements, not by their number."""
    gappy = [20 + n if n % 3 == 0 or n == 29 else None for n in range(30)]

    assert left(days(*gappy)) == pytest.approx(51)


@pytest.mark.parametrize(
    "sizes",
    [
        [],
        [50.0],
        [20 + n for n in range(10)],
        [20.0, *[None] * 13, 34, 35, 36, 37, 38],
    ],
    ids=["none", "one", "ten days", "six measured"],
)
def test_too_little_is_said_to_be_too_little(sizes: list[float | None]) -> None:
    """Seven measured days, and ten days from the first to the last."""
    assert look(days(*sizes), LIMIT, now=NOW, zone=UTC) == NOT_YET


def test_seven_days_in_ten_are_enough() -> None:
    """The least that is believed."""
    sizes = [20, 21, 22, 23, 24, 25, None, None, None, None, 30]

    assert left(days(*sizes)) == pytest.approx(70)


def test_the_limit_of_today_counts() -> None:
    """The plan was changed meanwhile: what was the limit then is of no interest."""
    grown = [20 + n for n in range(30)]
    before, after = days(*grown[:15], limit=30 * GB), days(*grown, limit=200 * GB)[15:]
    early = [readings.UsagePoint(p.measured_at - timedelta(days=15), *_rest(p)) for p in before]

    assert left([*early, *after], 200 * GB) == pytest.approx(151)
    assert left([*early, *after], 60 * GB) == pytest.approx(11)


def _rest(point: readings.UsagePoint) -> tuple[int, int | None, int]:
    return point.used, point.limit, point.mailboxes


@pytest.mark.parametrize("limit", [None, 0, 49 * GB, 10 * GB])
def test_without_a_limit_ahead_there_is_nothing_to_say(limit: int | None) -> None:
    """Unlimited, or full already, which is said elsewhere."""
    assert look(days(*(20 + n for n in range(30))), limit, now=NOW, zone=UTC) is None


def test_an_old_pace_is_not_the_present_one() -> None:
    """Measurements that ended three days ago say nothing of today; the days since then count."""
    old = days(*[20 + n for n in range(27)], None, None, None)
    yesterday = days(*[20 + n for n in range(29)], None)

    assert look(old, LIMIT, now=NOW, zone=UTC) is None
    assert left(yesterday) == pytest.approx(51)


def test_the_slowest_growth_has_an_end() -> None:
    """A byte a day would take longer than a calendar can hold."""
    points = [
        readings.UsagePoint(NOW - timedelta(days=29 - n), 2**60 + n, None, 3) for n in range(30)
    ]

    assert left(points, 2**62) == pytest.approx(3650)


def test_full_today_is_a_day_at_the_least() -> None:
    """The page never says "in about 0 days"."""
    assert left(days(*(20 + n for n in range(30))), 49 * GB + 1) == 1


@pytest.mark.parametrize(
    ("quota", "polish", "english"),
    [
        (50, "przestrzeń zapełni się mniej więcej za 1 dzień.", "will be full in about 1 day."),
        (54, "mniej więcej za 5 dni.", "in about 5 days."),
        (62, "mniej więcej za 13 dni.", "in about 13 days."),
        (72, "mniej więcej za 3 tygodnie.", "in about 3 weeks."),
        (89, "mniej więcej za 6 tygodni.", "in about 6 weeks."),
        (140, "mniej więcej za 3 miesiące.", "in about 3 months."),
        (600, "przestrzeni wystarczy na ponad rok.", "will last for more than a year."),
    ],
)
def test_the_sentence_is_as_precise_as_the_forecast(
    draw: Draw, words: Words, quota: int, polish: str, english: str
) -> None:
    """Days within two weeks, weeks within two months, then months; since when the pace holds."""
    sold = {"id": "42", "domain": "x.example", "plan": {"domain_quota": quota * GB}}
    points = tuple(days(*(20 + n for n in range(30))))
    pages = [words(draw(history=points, service=sold, locale=tag)) for tag in ("pl", "en")]

    assert "Jeśli utrzyma się tempo od 23 października 2026, " in pages[0]
    assert polish in pages[0]
    assert "If the pace since 23 October 2026 holds, the space " in pages[1]
    assert english in pages[1]


def test_what_cannot_be_told_is_left_out_of_the_page(
    draw: Draw, words: Words, usage: Callable[..., readings.ServiceUsage]
) -> None:
    """Too little is said to be so; without a limit of the whole there is not a word of it."""
    growing = tuple(days(*(20 + n for n in range(30))))
    no_quota = {"id": "42", "domain": "x.example"}
    reading = usage(("a@x.example", 20, 40), ("b@x.example", 29, 60))
    mailbox = {
        "id": "42",
        "model": "mailbox",
        "mailbox": {"address": "a@x.example"},
    }

    assert "Za mało pomiarów, by określić" in words(draw(history=growing[-2:]))
    assert "tempo" not in words(draw(history=growing[-2:]))
    for page in (
        draw(usage=reading, history=growing, service=no_quota),
        draw(history=growing, service=no_quota),
        draw(history=tuple(days(*[50.0] * 30))),
    ):
        assert "tempo" not in words(page)
        assert "Pomiarów" not in words(page)
    alone = draw(usage=usage(("a@x.example", 49, 70)), history=growing, service=mailbox)
    assert "mniej więcej za 3 tygodnie" in words(alone)
