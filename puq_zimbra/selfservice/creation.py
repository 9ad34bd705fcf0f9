"""Make a mailbox for a customer: every rule of the plan first, then one request.

Source: `service/admin/CreateAccount.java`; recorded limits of a genuine server, which does not
enforce zimbraDomainMaxAccounts when several are made at once: the service's lease does.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from puq_zimbra.clientarea.fields import FieldErrors, together, wrong
from puq_zimbra.errors import N_, AddressExists, LimitReached, PasswordRefused, Refused
from puq_zimbra.provisioning import accounts, passwords
from puq_zimbra.provisioning.entries import KINDS, address_of, domain_of, words_of
from puq_zimbra.request import Request
from puq_zimbra.selfservice import bin as bins
from puq_zimbra.selfservice import limits, tiers
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

PASSWORD_KINDS = {"generated": N_("Generate a safe password"), "own": N_("I type my own")}
#: characters of a generated password, none of which is mistaken for another
_LETTERS = "".join(set(string.ascii_letters + string.digits) - set("0O1lI"))
_LENGTH = 16
_WORDS = KINDS["account"].words
#: followed by the request id of the form that made the mailbox
FORM = "puq_zimbra.form:"


@dataclass(frozen=True)
class Made:
    """A new mailbox."""

    account: Entry
    #: generated, to be shown once; None = the customer typed it
    password: str | None = field(repr=False)


def make(
    zimbra: Zimbra,
    request: Request,
    stamped: Entry,
    domain: Entry,
    values: Mapping[str, Any],
    left: int | None = None,
) -> Made:
    """Make the mailbox that a form describes in a domain of the service that ``stamped`` bears.

    ``left`` bytes are left to give out.

    Raises:
        FieldErrors: names the fields.
        Refused: the plan allows no more mailboxes.
    """
    address = f"{values['name']}@{domain_of(domain)}"
    mark = f"{FORM}{request.request_id}"
    found = accounts.at(zimbra, address)
    is_own = found is not None and mark in words_of(found) and address_of(found) == address
    if not is_own:
        limits.require_room(zimbra, request, stamped)
    own, tier = values["password_kind"] == "own", ""
    with together() as fields:
        with fields:
            tier = "" if is_own else tiers.require(zimbra, domain, values["tier"])
        policy = tiers.policy_of(zimbra, request, tier)
        password = (values["password"] or "") if own else generate(policy)
        with fields:
            if found is not None and not is_own:
                raise _taken(domain, found)
        with fields:
            if not is_own:
                limits.require_quota(request, domain, values["limit"], left)
        with fields:
            _require_sound(password, policy)
    if found is not None:
        # Made by this very form, whose answer was lost: the password is made or typed anew.
        zimbra.set_password(found.id, password)
        if values["must_change"]:  # SetPassword ends it
            zimbra.modify_account(found.id, {"zimbraPasswordMustChange": "TRUE"})
    else:
        given = {**_attributes(values), **({"zimbraCOSId": tier} if tier else {}), _WORDS: mark}
        found = _created(zimbra, domain, address, password, given)
    return Made(found, None if own else password)


def _require_sound(password: str, policy: Entry | None) -> None:
    if not password:
        raise wrong("password", N_("Type a password."))
    try:
        passwords.check(password, policy)
    except Refused as error:
        raise wrong("password", error.message, **error.values) from error


def _attributes(values: Mapping[str, Any]) -> dict[str, str]:
    found = {
        "displayName": values["display_name"] or "",
        "zimbraMailQuota": str(values["limit"]) if values["limit"] else "",
        "zimbraPasswordMustChange": "TRUE" if values["must_change"] else "",
    }
    return {name: value for name, value in found.items() if value}


def _created(
    zimbra: Zimbra, domain: Entry, address: str, password: str, attributes: dict[str, str]
) -> Entry:
    try:
        return zimbra.create_account(address, password, attributes)
    except AddressExists as error:
        raise _taken(domain, accounts.at(zimbra, address)) from error
    except PasswordRefused as error:
        refusal = passwords.refusal(error)
        raise wrong("password", refusal.message, **refusal.values) from error
    except LimitReached as error:
        raise Refused(
            "Your plan allows no more mailboxes: delete one for good, or order a bigger plan."
        ) from error


def _taken(domain: Entry, account: Entry | None) -> FieldErrors:
    if account is not None and account.id in bins.marks(domain) and bins.holds(account):
        return wrong(
            "name",
            N_("A mailbox of this address is in the bin: restore it, or delete it for good first."),
        )
    return wrong("name", N_("This address is taken: by a mailbox, an alias or a list."))


def generate(policy: Entry | None) -> str:
    """A password that holds the rules of a class of service, from 16 characters on."""
    least = int((policy and policy.one("zimbraPasswordMinLength")) or 0)
    most = int((policy and policy.one("zimbraPasswordMaxLength")) or 0) or 64
    length = min(max(_LENGTH, least), most)
    for _ in range(1000):
        found = "".join(secrets.choice(_LETTERS + "-+.") for _ in range(length))
        kinds = (str.isupper, str.islower, str.isdigit)
        if not all(any(map(kind, found)) for kind in kinds):
            continue
        try:
            passwords.check(found, policy)
        except Refused:
            continue
        return found
    raise Refused("No password could be made that holds the rules: type one.")


__all__ = ["PASSWORD_KINDS", "Made", "generate", "make"]
