"""How much Zimbra lets a mailbox hold, whatever was sold.

A mailbox's quota is its own, else that of its class of service, and never more than its domain's
cap per mailbox. 0 is no limit; below 0 nothing fits.

Source: `util/AccountUtil.java` (getEffectiveQuota), `mailbox/Mailbox.java` (checkSizeChange).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from puq_zimbra.errors import Misconfigured, NoSuchCos
from puq_zimbra.request import Request
from puq_zimbra.units import MB, MOST, shown_domain
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

QUOTA, CAP = "zimbraMailQuota", "zimbraMailDomainQuota"
_DEFAULT = "zimbraDomainDefaultCOSId"


@dataclass(frozen=True)
class Short:
    """What allows a mailbox less than was sold."""

    #: "cos" or "domain"
    kind: str
    #: its name, as people read it
    name: str
    #: bytes
    allowed: int


def amount(entry: Entry | None, attribute: str) -> int:
    """A quota in bytes as Zimbra has it; 0 where there is none, or no number."""
    text = (entry.one(attribute) if entry else None) or ""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 19:
        return 0
    return max(-1, min(int(text), MOST))


def in_force(own: int, cap: int) -> int:
    """The quota that Zimbra goes by.

    >>> in_force(5, 3), in_force(0, 3), in_force(5, 0), in_force(-1, 3)
    (3, 3, 5, -1)
    """
    return min(own, cap) if own and cap else own or cap


def limit(quota: int) -> int | None:
    """A quota as a limit in bytes; None = unlimited, 0 = nothing fits.

    >>> limit(5), limit(0), limit(-1)
    (5, None, 0)
    """
    return max(quota, 0) if quota else None


def cap_of(zimbra: Zimbra, domain: str) -> int:
    """The cap per mailbox that holds in a domain (A-label), its own or the one of all domains."""
    return amount(zimbra.get_domain(domain, "name", (CAP,), inherited=True), CAP)


def require_class_grants(zimbra: Zimbra, request: Request, cos: Entry | None) -> None:
    """Refuse a mailbox quota that is above the quota of the class of service.

    ``cos`` is the class that will hold; None = the server's default. A plan without a quota leaves
    it to the class.

    Raises:
        Misconfigured: with both numbers.
    """
    sold = request.purchase.plan.mailbox_quota
    if not sold:
        return
    short = _short_of_class(sold, cos or class_by(zimbra, "default", "name"))
    if short is not None:
        raise Misconfigured(
            "The plan sells %(sold)s MB per mailbox, but its class of service %(name)s allows"
            " %(allowed)s MB: raise the class's quota, or change the product's settings.",
            **_values(sold, short),
        )


def require_domain_grants(zimbra: Zimbra, request: Request) -> None:
    """Refuse a mailbox quota that is above the cap of the mailbox's domain.

    Raises:
        Misconfigured: with both numbers.
    """
    sold = request.purchase.plan.mailbox_quota
    if not sold:
        return
    short = _short(sold, "domain", request.shown_domain, cap_of(zimbra, request.domain))
    if short is not None:
        raise Misconfigured(
            "The plan sells %(sold)s MB per mailbox, but the domain %(name)s allows %(allowed)s MB:"
            " raise its limit per mailbox, or change the product's settings.",
            **_values(sold, short),
        )


def _values(sold: int, short: Short) -> dict[str, int | str]:
    return {"sold": sold // MB, "allowed": short.allowed // MB, "name": short.name}


def shortfalls(
    zimbra: Zimbra, request: Request, cos: Entry | None, domains: Sequence[Entry]
) -> Mapping[str, Short]:
    """The domains (names) in which a mailbox is allowed less than was sold, and by what.

    The first bears the stamp: it has, or will have, the plan's class of service ``cos`` and quota.
    Those beside it are a private server's, and are as its administrator made them.
    """
    purchase = request.purchase.plan.mailbox_quota
    if not purchase:
        return {}
    stamped, *beside = domains
    default = class_by(zimbra, "default", "name")
    found = {stamped.name: _short_of_class(purchase, cos or default)}
    classes: dict[str, Entry | None] = {}
    for domain in beside:
        identity = domain.one(_DEFAULT) or ""
        if identity not in classes:
            classes[identity] = class_by(zimbra, identity, "id") or default
        capped = _short(purchase, "domain", shown_domain(domain.name), amount(domain, CAP))
        found[domain.name] = capped or _short_of_class(purchase, classes[identity])
    return {name: short for name, short in found.items() if short is not None}


def class_by(zimbra: Zimbra, value: str, by: str) -> Entry | None:
    """A class of service with its quota; None if there is none."""
    if not value:
        return None
    try:
        return zimbra.get_cos(value, (QUOTA,), by=by)
    except NoSuchCos:
        return None


def _short(purchase: int, kind: str, name: str, quota: int) -> Short | None:
    allowed = limit(quota)
    return None if allowed is None or allowed >= purchase else Short(kind, name, allowed)


def _short_of_class(purchase: int, cos: Entry | None) -> Short | None:
    return _short(purchase, "cos", cos.name if cos else "default", amount(cos, QUOTA))
