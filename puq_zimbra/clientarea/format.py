"""Sizes, shares, amounts, dates and ages as text in the customer's language.

GB is 2^30 bytes, as in Zimbra's console and WHMCS's tables. Numbers and dates are CLDR's; English
is written the British way, with the day first and 24 hours, so that all languages read alike.

Source: CLDR by Babel; `ZimbraAdmin` console (its GB are 2^30).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import cache

from babel import Locale, dates, numbers

from puq_zimbra import languages, units

NBSP = "\u00a0"
_SMALLEST = Decimal("0.01")
# Read once: a page has a figure in every cell.
_SHORT, _COLUMN = numbers.parse_pattern("#,##0.##"), numbers.parse_pattern("#,##0.00")
_AMOUNT = re.compile(r"-?\d{1,12}(?:\.\d{1,2})?")
_CURRENCY = re.compile(r"[A-Z]{3}")


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(languages.found()[language].cldr or language)


@dataclass(frozen=True)
class Figures:
    """How figures look in one language, seen at one time from one place."""

    #: a key of `languages.found()`
    language: str
    zone: tzinfo
    now: datetime

    @property
    def locale(self) -> Locale:
        """CLDR's rules for the language."""
        return _locale(self.language)

    def count(self, number: int) -> str:
        """Write a whole number."""
        return numbers.format_decimal(number, locale=self.locale)

    def gb(self, size: int) -> str:
        """Write bytes as a number of GB with at most two decimals."""
        return self._gigabytes(size, _SHORT)

    def gb_column(self, size: int) -> str:
        """Write bytes as a number of GB with two decimals, to stand in a column."""
        return self._gigabytes(size, _COLUMN)

    def _gigabytes(self, size: int, pattern: numbers.NumberPattern) -> str:
        number = Decimal(size) / units.GB
        if 0 < abs(number) < _SMALLEST:
            sign = "<" if number > 0 else ">-"
            return sign + numbers.format_decimal(_SMALLEST, "0.00", locale=self.locale)
        return numbers.format_decimal(number, pattern, locale=self.locale)

    def size(self, size: int) -> str:
        """Write bytes as GB with the unit."""
        return f"{self.gb(size)}{NBSP}GB"

    def message(self, size: int) -> str:
        """Write the bytes of a message as kB or MB, rounded up."""
        if size < units.MB:
            return f"{self.count(-(-size // 1024))}{NBSP}kB"
        tenths = Decimal(-(-size * 10 // units.MB)) / 10
        return f"{numbers.format_decimal(tenths, '#,##0.#', locale=self.locale)}{NBSP}MB"

    def change(self, size: int) -> str:
        """Write a difference in bytes, with its sign."""
        sign = "+" if size > 0 else "−" if size < 0 else "±"
        return sign + self.size(abs(size))

    def percent(self, percent: int, used: int | None = None) -> str:
        """Write whole percent; what is there but less than one percent is said so."""
        number = "<1" if used and not percent else self.count(percent)
        apart = languages.found()[self.language].percent_apart
        return f"{number}{NBSP}%" if apart else f"{number}%"

    def money(self, amount: str, currency: str) -> str:
        """Write an amount with its currency; what is no number stays as the host gave it."""
        if _AMOUNT.fullmatch(amount) and _CURRENCY.fullmatch(currency):
            # The host's amount as it is: no rounding to what CLDR thinks of the currency.
            text = numbers.format_currency(
                Decimal(amount), currency, locale=self.locale, currency_digits=False
            )
            # CLDR parts a code from its digits ("currency spacing"); Babel does not.
            return re.sub(r"(?<=[A-Z])(?=\d)", NBSP, text)
        return f"{amount} {currency}".strip()

    def day(self, day: date) -> str:
        """Write a date in full."""
        return dates.format_date(day, "long", locale=self.locale)

    def day_of_year(self, day: date) -> str:
        """Write a day and its month; the year only where it is not the present one."""
        if day.year != self.now.astimezone(self.zone).year:
            return self.day(day)
        return dates.format_skeleton("MMMMd", day, locale=self.locale)

    def short_day(self, day: date) -> str:
        """Write day and month."""
        return dates.format_skeleton("MMMd", day, locale=self.locale)

    def month(self, month: date) -> str:
        """Write the month of a date in full."""
        return dates.format_skeleton("yMMMM", month, locale=self.locale)

    def since_month(self, month: date) -> str:
        """Write the month of a date in full, in the case that Polish has after "od"."""
        return dates.format_date(month, "MMMM y", locale=self.locale)

    def short_month(self, month: date) -> str:
        """Write the month of a date, without its year."""
        return dates.format_skeleton("MMM", month, locale=self.locale)

    def clock(self, moment: datetime) -> str:
        """Write a time as hours and minutes."""
        local = moment.astimezone(self.zone).time()
        return dates.format_time(local, "HH:mm", locale=self.locale)

    def span(self, span: timedelta) -> str:
        """Write how long something lasts in the largest unit of which there are two; days at least.

        >>> [Figures("en", UTC, datetime.now(UTC)).span(timedelta(days)) for days in (0.2, 13, 24)]
        ['1 day', '13 days', '3 weeks']
        """
        return dates.format_timedelta(span, granularity="day", threshold=2, locale=self.locale)

    def moment(self, moment: datetime) -> str:
        """Write a time of today as hours and minutes, any other with its date."""
        local = moment.astimezone(self.zone)
        clock = dates.format_time(local.time(), "HH:mm", locale=self.locale)
        if self.zone is UTC or str(self.zone) == "UTC":
            clock += f"{NBSP}UTC"
        if local.date() == self.now.astimezone(self.zone).date():
            return clock
        return f"{dates.format_date(local.date(), 'medium', locale=self.locale)}, {clock}"

    def local_day(self, moment: datetime) -> date:
        """The day of a time where the reader is."""
        return moment.astimezone(self.zone).date()

    def days_ago(self, moment: datetime) -> int:
        """How many days before today a time was, where the reader is."""
        return (self.local_day(self.now) - self.local_day(moment)).days

    def ago(self, moment: datetime) -> str:
        """Write how long ago a time was; "" when it is less than a minute."""
        age = max(timedelta(), self.now - moment)
        if age < timedelta(minutes=1):
            return ""
        return dates.format_timedelta(-age, add_direction=True, locale=self.locale)
