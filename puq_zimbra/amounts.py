"""Amounts as people write them: "25", "Unlimited", "10 GB", "10,5", "1 024", "5.120,00".

A comma or a point is the decimal sign in one country and divides thousands in the next. What can be
read in one way only is read; "5.120" and "1,024" can be read in two, and a wrong guess would be a
thousand times too much or too little, so they are refused.

Source: Unicode CLDR, "Number Patterns" (decimal and grouping signs of languages); Unicode category
Zs (the blanks that divide thousands); IEC 80000-13 (KiB is 2^10; WHMCS and Zimbra's console write
KB for it).
"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from functools import cache

from puq_zimbra import languages
from puq_zimbra.errors import Invalid
from puq_zimbra.units import GB, MB

_MOST_COUNT = 2**31 - 1
_MOST_SIZE = 2**63 - 1
_UNITS = {"b": 1, "byte": 1, "kb": 2**10, "mb": MB, "gb": GB, "tb": 2**40}
_UNITS |= {f"{letter}{end}": _UNITS[f"{letter}b"] for letter in "kmgt" for end in ("", "ib")}
_UNITS |= {"bytes": 1}
_MINUS = str.maketrans("\u2212\u2013\ufe63\uff0d", "----")
_WRITTEN = re.compile(r"(-?)\s?([0-9][0-9., '\u2019]*?)\s?([a-z]*)", re.ASCII)
_MOST_CHARACTERS = 40


def count(text: str, name: str) -> int | None:
    """How many of something ``text`` grants; None = unlimited. ``name`` is the field's.

    >>> [count(text, "Mailboxes") for text in ("25", "1 024", "25.00", "Bez limitu", "-1")]
    [25, 1024, 25, None, None]

    Raises:
        Invalid: it is no whole number, or can be read in two ways.
    """
    shown = _tidy(text)
    if _is_unlimited(shown):
        return None
    number = _whole(shown, name)
    if number is None:
        raise Invalid(
            "%(name)s is %(value)s, which is not a whole number: write one such as 25, or"
            " Unlimited.",
            name=name,
            value=shown,
        )
    return number


def days(text: str, name: str) -> int:
    """How many days ``text`` says.

    >>> days("14", "Grace days")
    14

    Raises:
        Invalid: it is no whole number, or can be read in two ways.
    """
    shown = _tidy(text)
    number = None if _is_unlimited(shown) else _whole(shown, name)
    if number is None:
        raise Invalid(
            "%(name)s is %(value)s, which is not a whole number of days: write one such as 14; to"
            " delete nothing, keep the mail on termination.",
            name=name,
            value=shown,
        )
    return number


def _whole(shown: str, name: str) -> int | None:
    """The whole number that a tidy text stands for; None if it stands for none.

    Raises:
        Invalid: it can be read in two ways, or is too large.
    """
    number, unit = _read(shown, name, "")
    if unit or number is None or number.denominator != 1:
        return None
    if number > _MOST_COUNT:
        raise _too_large(name, shown)
    return int(number)


def size(text: str, name: str, unit: str = "mb") -> int | None:
    """How many bytes ``text`` grants; None = unlimited.

    A number without a unit is in ``unit``; "" = it has to say its own.

    >>> [size(text, "Mailbox quota") for text in ("10,5", "5.120,00", "10 GB", "Unlimited")]
    [11010048, 5368709120, 10737418240, None]

    Raises:
        Invalid: it is no size, or can be read in two ways.
    """
    shown = _tidy(text)
    if _is_unlimited(shown):
        return None
    number, own = _read(shown, name, unit)
    if number is None or (own and own not in _UNITS):
        raise Invalid(
            "%(name)s is %(value)s, which is not a size: write one such as 10 GB, or Unlimited.",
            name=name,
            value=shown,
        )
    if number and not own and not unit:
        raise Invalid(
            "%(name)s is %(value)s, which could be MB or GB: write the unit behind the number.",
            name=name,
            value=shown,
        )
    bytes_ = number * _UNITS[own or unit or "b"]
    if bytes_ > _MOST_SIZE:
        raise _too_large(name, shown)
    if 0 < bytes_ < 1:  # 0 would be unlimited
        raise Invalid("%(name)s is %(value)s, which is less than a byte.", name=name, value=shown)
    return int(bytes_)


def _tidy(text: str) -> str:
    """The text with plain blanks, single ones, and a plain minus."""
    plain = "".join(" " if unicodedata.category(one) == "Zs" else one for one in text)
    return " ".join(plain.translate(_MINUS).split())


def _is_unlimited(text: str) -> bool:
    return text.casefold() in _unlimited() or re.fullmatch(r"- ?1([.,]0+)?", text) is not None


@cache
def _unlimited() -> frozenset[str]:
    """What "no limit" is called, in every language."""
    called = (word for one in languages.found().values() for word in one.unlimited)
    return frozenset(("∞", *(word.casefold() for word in called)))


def _read(text: str, name: str, unit: str) -> tuple[Fraction | None, str]:
    """The number and the unit behind it; no number where it is none.

    Raises:
        Invalid: it can be read in two ways.
    """
    written = _WRITTEN.fullmatch(text.casefold())
    if written is None or written[1] or len(text) > _MOST_CHARACTERS:
        return None, ""
    digits = written[2]
    if _two_ways(digits):
        whole, rest = re.split("[.,]", digits)
        part = rest.rstrip("0") or "0"
        raise Invalid(
            "%(name)s is %(value)s, which can be read in two ways: write %(one)s or %(other)s.",
            name=name,
            value=text,
            one=f"{whole}{rest}",
            other=f"{whole},{part}{'0' if len(part) == 3 else ''}",
        )
    return _number(digits), written[3]


def _two_ways(digits: str) -> bool:
    """Whether its one sign may divide thousands as well as be the decimal one."""
    return re.fullmatch(r"[1-9][0-9]{0,2}[.,][0-9]{3}", digits) is not None


def _number(digits: str) -> Fraction | None:
    """The number that digits with signs between them stand for; None if they stand for none."""
    signs = [one for one in digits if one in ".,"]
    decimal = ""
    if len(signs) == 1 or (len(set(signs)) == 2 and signs.count(signs[-1]) == 1):
        decimal = signs[-1]
    whole, _, part = digits.rpartition(decimal) if decimal else (digits, "", "0")
    thousands = re.sub("[^0-9]", "", whole)
    groups = re.fullmatch(r"[0-9]+|[1-9][0-9]{0,2}(?:([ .,'\u2019])[0-9]{3})(?:\1[0-9]{3})*", whole)
    if groups is None or not part.isdigit():
        return None
    return Fraction(int(thousands + part), 10 ** len(part))


def _too_large(name: str, value: str) -> Invalid:
    return Invalid("%(name)s is %(value)s, which is too large.", name=name, value=value)
