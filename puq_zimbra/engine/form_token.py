"""Tokens of the customer's forms: what a form may do, for whom, and until when.

A token says the action and the object, and is signed over those, the installation, the service and
its customer. So a form of another service, of another customer or of yesterday changes nothing. Its
nonce becomes the request id: the same form sent twice is carried out once, and the same token with
other fields is refused.

Source: OWASP "Cross-Site Request Forgery Prevention" (signed tokens bound to the session's user);
Stripe's idempotent requests.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from datetime import datetime

from puq_zimbra.errors import Refused
from puq_zimbra.request import Request

#: seconds for which a form may be sent
LIFETIME = 4 * 60 * 60
_SHAPE = re.compile(r"([A-Za-z0-9_-]{22})\.([1-9][0-9]{0,11})\.([A-Za-z0-9_-]{43})", re.ASCII)
_OUT_OF_DATE = "The form is out of date: open its page again and send it once more."


def make(key: bytes, request: Request, action: str, target: str, now: datetime) -> str:
    """A token for a form of the request's service and customer; ``target`` is an object's id."""
    nonce = secrets.token_urlsafe(16)
    expires = int(now.timestamp()) + LIFETIME
    return f"{nonce}.{expires}.{_seal(key, request, action, target, nonce, expires)}"


def check(key: bytes, request: Request, action: str, target: str, now: datetime) -> str:
    """The nonce of the token that a form carries, if it was made for just that form.

    Raises:
        Refused: it was not, or has expired.
    """
    found = _SHAPE.fullmatch(request.form.get("puqz_token", ""))
    if found is None:
        raise Refused(_OUT_OF_DATE)
    nonce, expires, seal = found[1], int(found[2]), found[3]
    right = hmac.compare_digest(seal, _seal(key, request, action, target, nonce, expires))
    if not right or expires < now.timestamp():
        raise Refused(_OUT_OF_DATE)
    return nonce


def _seal(key: bytes, request: Request, action: str, target: str, nonce: str, expires: int) -> str:
    purchase = request.purchase
    signed = [
        "puq_zimbra form",
        request.installation_id,
        purchase.id,
        purchase.customer_id,
        action,
        target,
        nonce,
        expires,
    ]
    digest = hmac.digest(key, json.dumps(signed).encode("utf-8"), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
