"""Kinds of server settings: how a value is typed, what Zimbra keeps, what is refused.

Zimbra checks little of what these attributes get (a filter that rejects every message, an empty
relay), so everything is checked here before it is sent.

Source: recorded changes of a genuine server (configuration, servers, classes of service, domains);
`com.zimbra.cs.account.AttributeInfo` for durations.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from puq_zimbra.errors import N_

Values = tuple[str, ...]
Control = Literal["text", "textarea", "select"]

_MB = 2**20
_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_DURATION = re.compile(r"([0-9]{1,12})(ms|[dhms])?", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,9}([.,][0-9]{1,3})?", re.ASCII)


class NotTaken(ValueError):
    """What was typed is refused: a sentence of the catalogue with %(name)s values."""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message % values if values else message)
        self.message, self.values = message, values


class Kind(Protocol):
    """What a row's values are."""

    @property
    def control(self) -> Control:
        """What a form draws."""

    @property
    def unit(self) -> str:
        """What stands behind the field; "" = nothing."""

    @property
    def allowed(self) -> tuple[str, Mapping[str, object]]:
        """The range as a sentence with %(name)s values; "" = the row's own sentence says it."""

    def read(self, text: str) -> Values:
        """What Zimbra is to hold for what was typed; () = nothing.

        Raises:
            NotTaken: it is refused.
        """

    def write(self, values: Values) -> str:
        """What the field shows for what Zimbra holds."""

    def same(self, one: Values, other: Values) -> bool:
        """Whether two values mean the same to Zimbra."""


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise NotTaken(N_("Type a number."))
    return float(text.replace(",", "."))


def _shown(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Scaled:
    """A number between two ends; Zimbra holds it times ``scale``."""

    low: float
    high: float
    unit: str = ""
    scale: float = 1
    #: also 0, which switches it off
    or_zero: bool = False
    control: Control = "text"

    @property
    def allowed(self) -> tuple[str, Mapping[str, object]]:
        """Its ends."""
        message = N_("From %(low)s to %(high)s.")
        if self.or_zero:
            message = N_("From %(low)s to %(high)s; 0 switches it off.")
        return message, {"low": _shown(self.low), "high": _shown(self.high)}

    def read(self, text: str) -> Values:
        """A number within the ends."""
        number = _number(text)
        if not (self.low <= number <= self.high or (self.or_zero and number == 0)):
            message, values = self.allowed
            raise NotTaken(message, **values)
        exact = number * self.scale
        if self.scale == 1 and exact != int(exact):
            raise NotTaken(N_("Type a whole number."))
        return (str(round(exact)),)

    def write(self, values: Values) -> str:
        """The number without its scale; what is no number as it is."""
        text = values[0] if values else ""
        return _shown(int(text) / self.scale) if text.isascii() and text.isdigit() else text

    def same(self, one: Values, other: Values) -> bool:
        """By value."""
        return _ints(one) == _ints(other)


def _ints(values: Values) -> list[int | str]:
    return [int(one) if one.isascii() and one.isdigit() else one for one in values]


def megabytes(low: int, high: int) -> Scaled:
    """A size; Zimbra holds bytes."""
    return Scaled(low, high, "MB", _MB)


def points(low: int, high: int) -> Scaled:
    """A spam score; Zimbra holds per cent of 20 points (`amavisd.conf.in`)."""
    return Scaled(low, high, N_("points"), 5)


@dataclass(frozen=True)
class Duration:
    """A time between two ends, typed in one unit."""

    low: int
    high: int
    #: d, h or m
    letter: Literal["d", "h", "m"]
    or_zero: bool = False
    control: Control = "text"

    @property
    def unit(self) -> str:
        """The unit's word."""
        return {"d": N_("days"), "h": N_("hours"), "m": N_("minutes")}[self.letter]

    @property
    def allowed(self) -> tuple[str, Mapping[str, object]]:
        """Its ends."""
        return Scaled(self.low, self.high, or_zero=self.or_zero).allowed

    def read(self, text: str) -> Values:
        """Digits and the largest unit without a rest."""
        number = _number(text)
        if not (self.low <= number <= self.high or (self.or_zero and number == 0)):
            message, values = self.allowed
            raise NotTaken(message, **values)
        seconds = round(number * _SECONDS[self.letter])
        if seconds == 0:
            return ("0",)
        unit = next(one for one, size in _SECONDS.items() if seconds % size == 0)
        return (f"{seconds // _SECONDS[unit]}{unit}",)

    def write(self, values: Values) -> str:
        """The number of units."""
        seconds = _seconds(values[0]) if values else None
        if seconds is None:
            return values[0] if values else ""
        return _shown(seconds / _SECONDS[self.letter])

    def same(self, one: Values, other: Values) -> bool:
        """By value: 48h is 2d."""
        return [_seconds(text) for text in one] == [_seconds(text) for text in other]


def _seconds(text: str) -> float | None:
    found = _DURATION.fullmatch(text)
    if found is None:
        return None
    return int(found[1]) / 1000 if found[2] == "ms" else int(found[1]) * _SECONDS[found[2] or "s"]


def choices_of(kind: Any) -> Mapping[str, str]:
    """Value -> label of a kind that offers some."""
    found: Mapping[str, str] = getattr(kind, "choices", {})
    return found


def first(values: Sequence[str]) -> str:
    """The first value, or ""."""
    return values[0] if values else ""
