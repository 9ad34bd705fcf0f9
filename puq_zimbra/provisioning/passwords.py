"""The password policy, held against a password before an account exists.

Zimbra checks strength only for an account (CheckPasswordStrength) and refuses a weak password at
CreateAccount, when the domain is already made. So the rules of the class of service that can be
read are applied first; Zimbra's own list of common passwords remains with Zimbra.

Source: `cs/account/ldap/LdapProvisioning.java` (checkPasswordStrength), zimbra-attrs.xml.
"""

from __future__ import annotations

import string
from collections.abc import Callable

from puq_zimbra.errors import PasswordRefused, Refused
from puq_zimbra.zimbra.answers import Entry

_COUNTS: tuple[tuple[str, str, Callable[[str], bool]], ...] = (
    (
        "zimbraPasswordMinUpperCaseChars",
        "The password needs at least %(least)s capital letters.",
        str.isupper,
    ),
    (
        "zimbraPasswordMinLowerCaseChars",
        "The password needs at least %(least)s small letters.",
        str.islower,
    ),
    ("zimbraPasswordMinNumericChars", "The password needs at least %(least)s digits.", str.isdigit),
    (
        "zimbraPasswordMinPunctuationChars",
        "The password needs at least %(least)s punctuation marks.",
        lambda character: character in string.punctuation,
    ),
    ("zimbraPasswordMinAlphaChars", "The password needs at least %(least)s letters.", str.isalpha),
    (
        "zimbraPasswordMinDigitsOrPuncs",
        "The password needs at least %(least)s digits or punctuation marks.",
        lambda character: character.isdigit() or character in string.punctuation,
    ),
)


def check(password: str, policy: Entry | None) -> None:
    """Hold a password against the rules of a class of service; None = Zimbra's defaults.

    Raises:
        Refused: names the rule.
    """
    least = _number(policy, "zimbraPasswordMinLength", 6)
    most = _number(policy, "zimbraPasswordMaxLength", 64)
    if len(password) < least:
        raise Refused("The password is too short: at least %(least)s characters.", least=least)
    if most and len(password) > most:
        raise Refused("The password is too long: at most %(most)s characters.", most=most)
    for attribute, message, counts in _COUNTS:
        least = _number(policy, attribute, 0)
        if sum(map(counts, password)) < least:
            raise Refused(message, least=least)


def refusal(error: PasswordRefused) -> Refused:
    """A customer's sentence for Zimbra's refusal of a password."""
    rules = {attribute: message for attribute, message, _ in _COUNTS}
    rules["zimbraPasswordMinLength"] = "The password is too short: at least %(least)s characters."
    for attribute, number in error.arguments.items():
        if attribute == "zimbraPasswordMaxLength":
            return Refused("The password is too long: at most %(most)s characters.", most=number)
        if attribute in rules:
            return Refused(rules[attribute], least=number)
    return Refused("The password does not meet Zimbra's rules: choose a longer, unusual one.")


def _number(policy: Entry | None, attribute: str, default: int) -> int:
    text = policy.one(attribute) if policy else None
    return int(text) if text and text.isdigit() else default
