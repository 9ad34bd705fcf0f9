"""Keys with which Zimbra signs a domain's mail, and the records that publish them.

Zimbra signs with one key a domain, and its directory wants selectors that no other domain has. It
keeps the record as a zone file's line, as `opendkim-genkey` writes it.

Source: RFC 6376 3.6.1 (the record); Zimbra's `zmdkimkeyutil`; a genuine server (selectors).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

#: what stands between a selector and the domain
UNDER = "_domainkey"
BITS = 2048
#: names of selectors: a label, or several
_SELECTOR = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?){0,3}"
)
#: base64 of a public key of up to 4096 bits, and some
_PUBLIC = re.compile(r"[A-Za-z0-9+/]{40,1400}={0,2}")
_QUOTED = re.compile(r'"([^"]*)"')


@dataclass(frozen=True)
class PublicKey:
    """The public half of a key."""

    selector: str
    #: base64 of the DER form
    public: str
    #: Zimbra signs with it
    in_use: bool = False

    @property
    def record(self) -> str:
        """The value of its record."""
        return f"v=DKIM1; k=rsa; p={self.public}"

    def name_in(self, domain: str) -> str:
        """The name of its record."""
        return f"{self.selector}.{UNDER}.{domain}"


@dataclass(frozen=True)
class KeyPair:
    """A key with its private half."""

    public: PublicKey
    #: PEM, as Zimbra wants it
    private: str = field(repr=False)


def make_pair() -> KeyPair:
    """Make a key with a selector that no other domain has."""
    # Loaded only here: it takes long.
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    private = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    body = "".join(public.decode("ascii").splitlines()[1:-1])
    return KeyPair(PublicKey(f"puqz-{secrets.token_hex(6)}", body), pem.decode("ascii"))


def zone_line(key: PublicKey) -> str:
    """The record as Zimbra keeps it."""
    return f'{key.selector}.{UNDER} IN TXT ( "v=DKIM1; k=rsa; " "p={key.public}" )'


def of_zimbra(selector: str | None, text: str | None) -> PublicKey | None:
    """The key in use by Zimbra's selector and its text; None if there is none that can be read.

    >>> key = PublicKey("k1", "A" * 40, in_use=True)
    >>> of_zimbra("k1", zone_line(key)) == key, of_zimbra("k1", "p")
    (True, None)
    """
    if not selector or not text or not _SELECTOR.fullmatch(selector):
        return None
    joined = "".join(_QUOTED.findall(text)) or text
    public = tags(joined).get("p", "")
    return PublicKey(selector, public, in_use=True) if _PUBLIC.fullmatch(public) else None


def tags(text: str) -> dict[str, str]:
    """The tags of a record, blanks taken out of their values; the first of a name counts.

    >>> tags("v=DKIM1; k = rsa; p=AB CD; p=x")
    {'v': 'DKIM1', 'k': 'rsa', 'p': 'ABCD'}
    """
    found: dict[str, str] = {}
    for part in text.split(";"):
        name, given, value = part.partition("=")
        if given:
            found.setdefault(name.strip().lower(), "".join(value.split()))
    return found


def publishes(texts: Iterable[str], key: PublicKey) -> bool:
    """Whether one of the TXT records of a key's name is that key's."""
    return any(tags(text).get("p") == key.public for text in texts)
