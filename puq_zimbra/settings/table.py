"""The table of server settings, and what its rows rule out together."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from puq_zimbra.errors import N_
from puq_zimbra.settings import domain, mail, security
from puq_zimbra.settings.kinds import NotTaken, Values, first
from puq_zimbra.settings.row import Section, ServerSetting

SETTINGS: tuple[ServerSetting, ...] = (*mail.ROWS, *security.ROWS, *domain.ROWS)
BY_KEY: Mapping[str, ServerSetting] = {one.key: one for one in SETTINGS}
SECTIONS: Mapping[Section, str] = {
    "mail": N_("Messages"),
    "spam": N_("Spam and viruses"),
    "passwords": N_("Passwords"),
    "sessions": N_("Sessions"),
    "access": N_("Where users may log in from"),
    "domain": N_("The domain"),
    "appearance": N_("How webmail looks"),
}

#: key -> its value, those of all rows that are offered
Whole = Mapping[str, Values]


def attributes(scope: str) -> tuple[str, ...]:
    """The attributes that stand in one place."""
    return tuple(one.attribute for one in SETTINGS if one.scope == scope)


def require_together(whole: Whole, changed: frozenset[str]) -> None:
    """Refuse values that contradict each other, if one of them is being changed.

    Raises:
        NotTaken: names the key as ``key`` of its values.
    """
    for keys, is_wrong, message in _RULES:
        if not changed & set(keys) or not all(key in whole for key in keys):
            continue
        numbers = {key: _number(whole[key]) for key in keys}
        if is_wrong(numbers):
            error = NotTaken(message)
            error.values = {"key": next(key for key in keys if key in changed)}
            raise error


def _number(values: Values) -> int:
    text = first(values)
    return int(text) if text.isascii() and text.isdigit() else 0


_CHARACTERS = ("password_capitals", "password_small", "password_digits", "password_marks")

_RULES: tuple[tuple[tuple[str, ...], Callable[[Mapping[str, int]], bool], str], ...] = (
    (
        ("spam_tag", "spam_kill"),
        lambda of: of["spam_kill"] <= of["spam_tag"],
        N_("Messages must be rejected from more points than they are marked from."),
    ),
    (
        ("password_length", "password_most"),
        lambda of: 0 < of["password_most"] < of["password_length"],
        N_("The shortest password must not be longer than the longest one."),
    ),
    (
        ("password_most", *_CHARACTERS),
        lambda of: 0 < of["password_most"] < sum(of[key] for key in _CHARACTERS),
        N_("No password could hold so many kinds of characters."),
    ),
    (
        ("password_age", "password_youth"),
        lambda of: 0 < of["password_age"] <= of["password_youth"],
        N_("Passwords would expire before they can be changed."),
    ),
)
