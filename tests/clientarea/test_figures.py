"""Sizes, shares, amounts and times as a Polish and an English reader expects them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from puq_zimbra.clientarea.format import NBSP, Figures
from puq_zimbra.units import GB

NOW = datetime(2026, 11, 21, 11, 8, tzinfo=UTC)
PL = Figures("pl", ZoneInfo("Europe/Warsaw"), NOW)
EN = Figures("en", UTC, NOW)


@pytest.mark.parametrize(
    ("size", "polish", "english", "column"),
    [
        (0, "0", "0", "0,00"),
        (1, "<0,01", "<0.01", "<0,01"),
        (GB // 100 + 1, "0,01", "0.01", "0,01"),
        (GB // 2, "0,5", "0.5", "0,50"),
        (5 * GB, "5", "5", "5,00"),
        (int(34.768 * GB), "34,77", "34.77", "34,77"),
        (12345 * GB, f"12{NBSP}345", "12,345", f"12{NBSP}345,00"),
        (1234 * GB, f"1{NBSP}234", "1,234", f"1{NBSP}234,00"),
    ],
)
def test_gigabytes(size: int, polish: str, english: str, column: str) -> None:
    """GB are 2^30 bytes; what is there is never shown as nothing."""
    assert (PL.gb(size), EN.gb(size), PL.gb_column(size)) == (polish, english, column)


def test_messages() -> None:
    """Small ones are told in kB, and none is nothing."""
    sizes = (0, 1, 1500, 2**20, 5 * 2**20 + 1)
    assert [EN.message(one).replace(NBSP, " ") for one in sizes] == [
        "0 kB", "1 kB", "2 kB", "1 MB", "5.1 MB",
    ]  # fmt: skip
    assert PL.message(5 * 2**20 + 1) == f"5,1{NBSP}MB"


def test_percent() -> None:
    """Polish parts the sign from the number; the true number stands above 100, too."""
    assert PL.percent(132) == f"132{NBSP}%"
    assert EN.percent(3671) == "3,671%"
    assert (PL.percent(0, 5), PL.percent(0, 0)) == (f"<1{NBSP}%", f"0{NBSP}%")


@pytest.mark.parametrize(
    ("amount", "currency", "polish", "english"),
    [
        ("49.00", "PLN", f"49,00{NBSP}zł", f"PLN{NBSP}49.00"),
        ("1249.5", "EUR", f"1{NBSP}249,50{NBSP}€", "€1,249.50"),
        ("49,00 zł", "", "49,00 zł", "49,00 zł"),
        ("49.00", "<b>", "49.00 <b>", "49.00 <b>"),
        ("1e999999", "PLN", "1e999999 PLN", "1e999999 PLN"),
        ("49.999", "PLN", "49.999 PLN", "49.999 PLN"),
        ("NaN", "PLN", "NaN PLN", "NaN PLN"),
    ],
)
def test_money_is_never_changed(amount: str, currency: str, polish: str, english: str) -> None:
    """What is no plain amount is shown as the host gave it, never rounded."""
    assert (PL.money(amount, currency), EN.money(amount, currency)) == (polish, english)


def test_times_are_the_customers() -> None:
    """Today's are hours and minutes in his time zone, others have a date; UTC is said."""
    assert PL.moment(NOW) == "12:08"
    assert EN.moment(NOW) == f"11:08{NBSP}UTC"
    assert PL.moment(NOW - timedelta(days=1)) == "20 lis 2026, 12:08"
    assert (PL.day(date(2026, 1, 5)), EN.day(date(2026, 1, 5))) == (
        "5 stycznia 2026",
        "5 January 2026",
    )


@pytest.mark.parametrize(
    ("age", "polish", "english"),
    [
        (timedelta(seconds=30), "", ""),
        (timedelta(minutes=5), "5 minut temu", "5 minutes ago"),
        (timedelta(hours=3), "3 godziny temu", "3 hours ago"),
        (timedelta(days=22), "3 tygodnie temu", "3 weeks ago"),
        (timedelta(hours=-3), "", ""),
    ],
)
def test_ages(age: timedelta, polish: str, english: str) -> None:
    """A clock that is ahead does not make figures from the future."""
    assert (PL.ago(NOW - age), EN.ago(NOW - age)) == (polish, english)
