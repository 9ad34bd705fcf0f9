"""One-use addresses: which of them were used.

An address holds its own content, sealed under a key that is made from the store's. So drawing a
page writes nothing; using an address writes its nonce.

Source: cryptography "AESGCM".
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError

from puq_zimbra.errors import N_, Refused
from puq_zimbra.store import locks
from puq_zimbra.store.engine import writer
from puq_zimbra.store.tables import used_link as table

#: bytes of a nonce, and of a time
_NONCE, _TIME = 12, 5
_ABOUT = b"puq_zimbra link"
#: characters of a token
_MOST = 2000
OVER = N_("This address was used already or has run out: open the page again for a new one.")


class OneUseLinks:
    """Makes and takes the tokens of one-use addresses."""

    def __init__(self, engine: Engine, key: bytes) -> None:
        self._engine = engine
        self._secret = hmac.digest(key, _ABOUT, hashlib.sha256)

    def make(self, content: Mapping[str, Any], installation: str, until: int) -> str:
        """A token of an installation, until so many seconds since 1970."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(_NONCE)
        text = json.dumps(content, separators=(",", ":")).encode()
        end = until.to_bytes(_TIME, "big")
        sealed = nonce + end + AESGCM(self._secret).encrypt(nonce, text, _about(installation, end))
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def take(self, token: str, installation: str, now: int) -> Mapping[str, Any]:
        """The content of a token of an installation, which is used up by that.

        Raises:
            Refused: it is none, was used before, or has run out.
        """
        nonce, until, content = self._opened(token, installation)
        if until <= now:
            raise Refused(OVER)
        try:
            self._use(nonce, until, now)
        except IntegrityError as error:
            raise Refused(OVER) from error
        return content

    def _opened(self, token: str, installation: str) -> tuple[str, int, Mapping[str, Any]]:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            if len(token) > _MOST or not token.isascii():
                raise ValueError
            sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
            nonce, end = sealed[:_NONCE], sealed[_NONCE : _NONCE + _TIME]
            text, about = sealed[_NONCE + _TIME :], _about(installation, end)
            content = json.loads(AESGCM(self._secret).decrypt(nonce, text, about))
        except (InvalidTag, ValueError, binascii.Error) as error:
            raise Refused(OVER) from error
        return nonce.hex(), int.from_bytes(end, "big"), content

    def _use(self, nonce: str, until: int, now: int) -> None:
        with writer(self._engine, locks.LINKS).begin() as connection:
            connection.execute(table.delete().where(table.c.until < now))
            connection.execute(table.insert(), {"nonce": nonce, "until": until})


def _about(installation: str, end: bytes) -> bytes:
    """What a token is bound to."""
    return b"\0".join((_ABOUT, installation.encode(), end))
