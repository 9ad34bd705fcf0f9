"""Signatures of requests and answers: HMAC-SHA256 over id, time and body.

The address of a request is not signed: a caller says the event in the body (`event`, `_puq.event`),
and the door compares.

Source: the Standard Webhooks specification 1.0.0 ("Signature scheme", "Verifying webhook
authenticity").
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

#: seconds that a request may be older, or newer, than now
TOLERANCE = 300
_VERSION = "v1,"
#: signatures that are looked at; a request has one for each of the sender's secrets
_MOST_SIGNATURES = 5
# Without a full stop, which separates the id from the time in what is signed.
_ID = re.compile(r"[A-Za-z0-9_-]{1,200}", re.ASCII)
_TIME = re.compile(r"[1-9][0-9]{0,11}", re.ASCII)

ID, TIME, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"


class NotSigned(Exception):
    """The request has no signature of one of our secrets, or is not of this time."""


@dataclass(frozen=True)
class Signed:
    """A request that was signed with one of our secrets."""

    id: str
    #: seconds since 1970
    timestamp: int
    body: bytes


def sign(key: bytes, identity: str, timestamp: int, body: bytes) -> str:
    """The signature of a message with one key.

    >>> sign(b"k" * 24, "msg_1", 1700000000, b"{}")
    'v1,E3sCg9uS8x43RKlJqcda1EcaYZxNkN+l2u7RBZBSZQQ='
    """
    content = b"%s.%d.%s" % (identity.encode("ascii"), timestamp, body)
    return _VERSION + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode("ascii")


def headers(keys: Iterable[bytes], identity: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of a message signed with every key."""
    return {
        ID: identity,
        TIME: str(timestamp),
        SIGNATURE: " ".join(sign(key, identity, timestamp, body) for key in keys),
    }


def _header_of(values: Sequence[str], shape: re.Pattern[str]) -> str:
    """The one value of a header.

    Raises:
        NotSigned: there is none, or more than one, or it has another shape.
    """
    if len(values) != 1 or not shape.fullmatch(values[0]):
        raise NotSigned
    return values[0]


def check_time(ids: Sequence[str], times: Sequence[str], now: float) -> tuple[str, int]:
    """The id and the time of a request, before its body is read.

    Raises:
        NotSigned: it says none, or is too old, or too new.
    """
    identity, timestamp = _header_of(ids, _ID), int(_header_of(times, _TIME))
    if abs(now - timestamp) > TOLERANCE:
        raise NotSigned
    return identity, timestamp


def check(
    keys: Sequence[bytes], identity: str, timestamp: int, body: bytes, given: Sequence[str]
) -> Signed:
    """A request whose signature is right; ``given`` are the values of its header.

    Raises:
        NotSigned: it is not.
    """
    if len(given) != 1:
        raise NotSigned
    expected = [sign(key, identity, timestamp, body).encode() for key in keys]
    found = [one.encode("utf-8", "replace") for one in given[0].split(" ")[:_MOST_SIGNATURES]]
    # All are compared, whichever is right: the time it takes says nothing.
    if not sum(hmac.compare_digest(one, each) for one in found for each in expected):
        raise NotSigned
    return Signed(identity, timestamp, body)
