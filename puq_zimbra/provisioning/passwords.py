"""The password policy, held against a password before an account exists.

Zimbra checks strength only for an account (CheckPasswordStrength) and refuses a weak password at
CreateAccount, when the domain is already made. So the rules of the class of service that can be
read are applied first; Zimbra's own list of common passwords remains with Zimbra.

Source: `cs/account/ldap/LdapProvisioning.java` (checkPasswordStrength), zimbra-attrs.xml.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import dataclass

from puq_zimbra.errors import N_, PasswordRefused, Refused
from puq_zimbra.zimbra.answers import Entry


@dataclass(frozen=True)
class _Rule:
    """A rule of a class of service."""

    #: with a place %(number)s
    message: str
    #: Zimbra's default
    default: int
    #: whether a password keeps the rule with that number
    keeps: Callable[[str, int], bool]


def _at_least(counts: Callable[[str], bool]) -> Callable[[str, int], bool]:
    return lambda password, number: sum(map(counts, password)) >= number


_RULES = {
    "zimbraPasswordMinLength": _Rule(
        N_("The password is too short: at least %(number)s characters."),
        6,
        lambda password, number: len(password) >= number,
    ),
    "zimbraPasswordMaxLength": _Rule(
        N_("The password is too long: at most %(number)s characters."),
        64,
        lambda password, number: not number or len(password) <= number,
    ),
    "zimbraPasswordMinUpperCaseChars": _Rule(
        N_("The password needs at least %(number)s capital letters."), 0, _at_least(str.isupper)
    ),
    "zimbraPasswordMinLowerCaseChars": _Rule(
        N_("The password needs at least %(number)s small letters."), 0, _at_least(str.islower)
    ),
    "zimbraPasswordMinNumericChars": _Rule(
        N_("The password needs at least %(number)s digits."), 0, _at_least(str.isdigit)
    ),
    "zimbraPasswordMinPunctuationChars": _Rule(
        N_("The password needs at least %(number)s punctuation marks."),
        0,
        _at_least(string.punctuation.__contains__),
    ),
    "zimbraPasswordMinAlphaChars": _Rule(
        N_("The password needs at least %(number)s letters."), 0, _at_least(str.isalpha)
    ),
    "zimbraPasswordMinDigitsOrPuncs": _Rule(
        N_("The password needs at least %(number)s digits or punctuation marks."),
        0,
        _at_least((string.digits + string.punctuation).__contains__),
    ),
}
#: what must be read of a class of service
ATTRIBUTES = tuple(_RULES)


def in_force(policy: Entry | None) -> list[tuple[str, int]]:
    """The rules of a class of service that ask for anything: attribute and number."""
    found = ((attribute, _number(policy, attribute)) for attribute in _RULES)
    return [(attribute, number) for attribute, number in found if number]


def _number(policy: Entry | None, attribute: str) -> int:
    text = policy.one(attribute) if policy else None
    return int(text) if text and text.isdigit() else _RULES[attribute].default


def check(password: str, policy: Entry | None) -> None:
    """Hold a password against the rules of a class of service; None = Zimbra's defaults.

    Raises:
        Refused: names the rule.
    """
    for attribute, rule in _RULES.items():
        number = _number(policy, attribute)
        if not rule.keeps(password, number):
            raise Refused(rule.message, number=number)


def refusal(error: PasswordRefused) -> Refused:
    """A customer's sentence for Zimbra's refusal of a password."""
    for attribute, number in error.arguments.items():
        if attribute in _RULES:
            return Refused(_RULES[attribute].message, number=number)
    return Refused("The password does not meet Zimbra's rules: choose a longer, unusual one.")
