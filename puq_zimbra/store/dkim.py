"""The keys of signatures that wait for their record, and which of them Zimbra uses.

A private key is encrypted under a key that is made from the store's, and deleted here as soon as
Zimbra has it: a copy of the database alone signs nobody's mail.

Source: cryptography "AESGCM" (the row's names are authenticated with the text).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from puq_zimbra.errors import Conflict
from puq_zimbra.store import locks
from puq_zimbra.store.dns import DomainKey
from puq_zimbra.store.engine import writer
from puq_zimbra.store.tables import dkim_key as table

_NONCE = 12


@dataclass(frozen=True)
class StoredKey:
    """A key as the store knows it, without its private half."""

    selector: str
    #: base64 of the DER form
    public: str
    #: seconds since 1970
    made_at: int
    used_at: int | None
    replaced_at: int | None


class DkimKeys:
    """The keys of the services' domains."""

    def __init__(self, engine: Engine, key: bytes) -> None:
        self._engine = engine
        self._secret = hmac.digest(key, b"puq_zimbra dkim", hashlib.sha256)

    def of(self, key: DomainKey) -> list[StoredKey]:
        """The keys of a domain, the newest first."""
        newest = sa.select(table).where(_is(key)).order_by(table.c.made_at.desc(), table.c.selector)
        with self._engine.connect() as connection:
            return [
                StoredKey(one.selector, one.public, one.made_at, one.used_at, one.replaced_at)
                for one in connection.execute(newest)
            ]

    def waiting(self, key: DomainKey) -> StoredKey | None:
        """The key that waits for its record."""
        return next((one for one in self.of(key) if one.used_at is None), None)

    @locks.retried
    def keep(self, key: DomainKey, selector: str, public: str, private: str, at: int) -> StoredKey:
        """Keep a new key, unless one waits already; the one that waits."""
        row = {
            "installation": key.installation, "service_id": key.service_id, "domain": key.domain,
            "selector": selector, "public": public, "made_at": at,
            "private": self._encrypted(key, selector, private),
        }  # fmt: skip
        waits = sa.select(table.c.selector).where(_is(key), table.c.used_at.is_(None))
        with self._writer(key).begin() as connection:
            if connection.execute(waits).first() is None:
                connection.execute(table.insert(), row)
        found = self.waiting(key)
        if found is None:
            raise Conflict("The key was replaced just now: open the page again.")
        return found

    def private(self, key: DomainKey, selector: str) -> str | None:
        """The private half of a key; None if Zimbra alone has it.

        Raises:
            Conflict: it was encrypted under another store's key.
        """
        which = sa.select(table.c.private).where(_is(key), table.c.selector == selector)
        with self._engine.connect() as connection:
            held = connection.execute(which).scalar()
        return None if held is None else self._decrypted(key, selector, bytes(held))

    @locks.retried
    def used(self, key: DomainKey, selector: str, at: int) -> None:
        """Note that Zimbra signs with a key; forget its private half."""
        mine = sa.and_(_is(key), table.c.selector == selector)
        others = sa.and_(
            _is(key), table.c.selector != selector, table.c.used_at.is_not(None),
            table.c.replaced_at.is_(None),
        )  # fmt: skip
        with self._writer(key).begin() as connection:
            connection.execute(
                table.update()
                .where(mine)
                .values(used_at=sa.func.coalesce(table.c.used_at, at), private=None)
            )
            connection.execute(table.update().where(others).values(replaced_at=at))

    @locks.retried
    def note_in_use(self, key: DomainKey, selector: str, public: str, at: int) -> None:
        """Note a key that Zimbra uses and that we did not make."""
        row = {
            "installation": key.installation, "service_id": key.service_id, "domain": key.domain,
            "selector": selector, "public": public, "made_at": at, "used_at": at,
        }  # fmt: skip
        there = sa.select(table.c.selector).where(_is(key), table.c.selector == selector)
        with self._writer(key).begin() as connection:
            if connection.execute(there).first() is None:
                connection.execute(table.insert(), row)

    @locks.retried
    def forget(self, key: DomainKey, selector: str) -> None:
        """Forget a key that was never used."""
        unused = sa.and_(_is(key), table.c.selector == selector, table.c.used_at.is_(None))
        with self._writer(key).begin() as connection:
            connection.execute(table.delete().where(unused))

    def forget_old(self, before: int) -> None:
        """Forget keys made before so many seconds since 1970 whose record never came."""
        old = sa.and_(table.c.made_at < before, table.c.used_at.is_(None))
        with writer(self._engine).begin() as connection:
            connection.execute(table.delete().where(old))

    def _writer(self, key: DomainKey) -> Engine:
        return writer(self._engine, locks.service(key.installation, key.service_id))

    def _encrypted(self, key: DomainKey, selector: str, text: str) -> bytes:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self._secret).encrypt(nonce, text.encode(), _about(key, selector))

    def _decrypted(self, key: DomainKey, selector: str, held: bytes) -> str:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce, text = held[:_NONCE], held[_NONCE:]
        try:
            return AESGCM(self._secret).decrypt(nonce, text, _about(key, selector)).decode()
        except InvalidTag as error:
            raise Conflict(
                "The key of %(domain)s cannot be read with this store's key file: make a new one.",
                domain=key.domain,
            ) from error


def _about(key: DomainKey, selector: str) -> bytes:
    return "\0".join((key.installation, key.service_id, key.domain, selector)).encode()


def _is(key: DomainKey) -> Any:
    return sa.and_(
        table.c.installation == key.installation,
        table.c.service_id == key.service_id,
        table.c.domain == key.domain,
    )
