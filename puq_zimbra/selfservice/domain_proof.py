"""Proof that a domain is the customer's: a TXT record that only who runs its DNS can set.

On a Zimbra that customers share, an alias of a foreign domain would take the mail that the others
send to it. What the record must hold is derived, never stored, and differs for each installation,
service and domain; so it may be public, and another customer's record proves nothing.

Source: RFC 8555 8.4 (the same proof before a certificate); RFC 8552 (names with an underscore, at
which nobody can have a host).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from puq_zimbra.clientarea.fields import wrong
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.units import shown_domain

_LABEL = "_puq-zimbra"
#: hexadecimal digits of a value: 128 bits
_DIGITS = 32

#: name of a record -> its TXT values; None = unknown
Texts = Callable[[str], Sequence[str] | None]


@dataclass(frozen=True)
class Record:
    """The TXT record that proves whose a domain is."""

    #: in A-label form
    domain: str
    #: its whole name
    name: str
    value: str


def record_of(key: bytes, request: Request, domain: str) -> Record:
    """The record that a domain, in A-label form, needs before the request's service may have it."""
    signed = json.dumps([request.installation_id, request.purchase.id, domain])
    digest = hmac.new(key, signed.encode("utf-8"), hashlib.sha256).hexdigest()
    return Record(domain, f"{_LABEL}.{domain}", f"puq-zimbra={digest[:_DIGITS]}")


def require(record: Record, texts: Texts) -> None:
    """Have the record be in DNS.

    Raises:
        FieldErrors: it is not, holds something else, or nobody could say.
    """
    found = texts(record.name)
    values = {"domain": shown_domain(record.domain), "record": record.name}
    if found is None:
        raise wrong(
            "",
            N_("The DNS of %(domain)s does not answer: nothing was changed. Try again later."),
            **values,
        )
    # Some panels keep the quotes that were typed.
    if record.value in {one.strip().strip('"') for one in found}:
        return
    if found:
        raise wrong(
            "",
            N_("The TXT record %(record)s has another value: nothing was changed."),
            **values,
        )
    raise wrong(
        "",
        N_(
            "The TXT record %(record)s is not in DNS yet, or is not visible yet: nothing was"
            " changed."
        ),
        **values,
    )
