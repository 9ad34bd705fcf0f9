"""Calls with a token instead of a signature, of hosts that can send no more than a fixed header.

The token is a secret of the installation, as `puq-zimbra secret --installation NAME` prints it. One
that counts for every installation is none: it would not say whose call it is. Such a call can be
repeated by whoever reads it, so it travels by loopback or TLS, as everything here does.

Source: RFC 6750, "Authorization Request Header Field".
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Sequence

from puq_zimbra.http.secret_file import KeysOf, decoded
from puq_zimbra.http.signatures import NotSigned, Signed

_SCHEME = "bearer "


def installation_of(keys: KeysOf, given: Sequence[str]) -> str:
    """The installation whose token the values of the header Authorization hold.

    Raises:
        NotSigned: there is none, or it is nobody's.
    """
    if len(given) != 1 or not given[0].lower().startswith(_SCHEME):
        raise NotSigned("no token")
    token = decoded(given[0][len(_SCHEME) :].strip())
    if token is None:
        raise NotSigned("the token has no right form")
    # All are compared, whichever is right: the time it takes says nothing.
    right = [
        owner
        for owner, own in keys.items()
        if sum(hmac.compare_digest(token, each) for each in own) and owner is not None
    ]
    if not right:
        raise NotSigned("unknown token")
    return right[0]


def call(installation: str, body: bytes) -> Signed:
    """A call of an installation; each is a new one, for it has no id."""
    return Signed(f"bearer-{secrets.token_hex(16)}", int(time.time()), body, installation)
