"""Signatures of requests and answers: HMAC-SHA256 over id, time and body.

The address of a request is not signed, so a caller names the event in the body (`event`,
`_puq.event`), which is compared. The secret that fits decides the installation.

Source: the Standard Webhooks specification 1.0.0 ("Signature scheme", "Verifying webhook
authenticity").
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

#: seconds that a request may be older, or newer, than now
TOLERANCE = 300
_VERSION = "v1,"
#: the most signatures that are checked; a request has one for each of the sender's secrets
_MOST_SIGNATURES = 5
# Without a full stop, which separates the id from the time in what is signed.
_ID = re.compile(r"[A-Za-z0-9_-]{1,200}", re.ASCII)
_TIME = re.compile(r"[1-9][0-9]{0,11}", re.ASCII)

ID, TIME, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"


class NotSigned(Exception):
    """The request has no signature of one of our secrets, or is not of this time.

    Its text is why, for our log; the caller is not told.
    """


@dataclass(frozen=True)
class Signed:
    """A request that was signed with one of our secrets."""

    id: str
    #: seconds since 1970
    timestamp: int
    body: bytes
    #: the one whose secret signed it; None = a secret of any installation did
    installation: str | None = None
    #: the keys that verified the request, which sign the answer, too
    keys: tuple[bytes, ...] = field(default=(), repr=False)

    @property
    def known_by(self) -> str:
        """What the request is known by: the same id of another installation is another request."""
        if self.installation is None:
            return self.id
        text = f"{self.installation}/{self.id}"
        # As long as ids may be, and none that a caller could send.
        return "=" + hashlib.sha256(text.encode("ascii")).hexdigest()


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


def _header_of(name: str, values: Sequence[str], shape: re.Pattern[str]) -> str:
    """The one value of a header.

    Raises:
        NotSigned: there is none, or more than one, or it has another shape.
    """
    if len(values) != 1 or not shape.fullmatch(values[0]):
        raise NotSigned(
            f"{len(values)} {name}" if len(values) != 1 else f"{name} has no right form"
        )
    return values[0]


def check_time(ids: Sequence[str], times: Sequence[str], now: float) -> tuple[str, int]:
    """The id and the time of a request, before its body is read.

    Raises:
        NotSigned: it says none, or is too old, or too new.
    """
    identity, timestamp = _header_of(ID, ids, _ID), int(_header_of(TIME, times, _TIME))
    if abs(now - timestamp) > TOLERANCE:
        age = int(now - timestamp)
        raise NotSigned(f"{age} s old" if age > 0 else f"{-age} s ahead of our clock")
    return identity, timestamp


def check(
    keys: Mapping[str | None, Sequence[bytes]],
    identity: str,
    timestamp: int,
    body: bytes,
    given: Sequence[str],
) -> Signed:
    """A request whose signature is right; ``given`` are the values of its header.

    ``keys`` are those of each installation, under None those of any.

    Raises:
        NotSigned: it is not, or is that of two installations at once.
    """
    if len(given) != 1:
        raise NotSigned(f"{len(given)} {SIGNATURE}")
    found = [one.encode("utf-8", "replace") for one in given[0].split(" ")[:_MOST_SIGNATURES]]

    def count(own: Sequence[bytes]) -> int:
        expected = [sign(key, identity, timestamp, body).encode() for key in own]
        return sum(hmac.compare_digest(one, each) for one in found for each in expected)

    # All are compared, whichever is right: the time it takes says nothing.
    right = {owner: own for owner, own in keys.items() if count(own)}
    bound = [owner for owner in right if owner is not None]
    if not right or len(bound) > 1:
        raise NotSigned("signed with two installations' secrets" if right else "unknown secret")
    signing = tuple(key for own in right.values() for key in own)
    return Signed(identity, timestamp, body, bound[0] if bound else None, signing)
