"""Bytes, megabytes, names and stamps: conversions that stand at the edges and nowhere else.

MB is 2^20 and GB 2^30, as in Zimbra's console and WHMCS's tables.

Source: `common/../util/IDNUtil.java` and `NameUtil.java` (Zimbra lower-cases names and stores
domains as A-labels); UTS 46 for the conversion; WHMCS "Usage Update" (whole megabytes).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import idna

MB = 2**20
GB = 2**30

_LOCAL_PART = re.compile(r"[a-z0-9](?:[a-z0-9._+-]{0,62}[a-z0-9_])?")
_NOT_IN_XML = {"\ufffe", "\uffff"}


def megabytes(size: int) -> int:
    """Whole megabytes that hold ``size`` bytes, rounded up.

    >>> megabytes(0), megabytes(1), megabytes(1048576), megabytes(1048577)
    (0, 1, 1, 2)
    """
    return -(-size // MB)


def share(used: int, limit: int) -> int:
    """Whole percent of ``limit`` (bytes, above 0) that ``used`` (bytes) takes; may pass 100.

    >>> share(3, 4), share(9, 4)
    (75, 225)
    """
    return used * 100 // limit


def plain_text(text: str) -> str:
    """Give back ``text`` if every character of it survives the journey to Zimbra.

    Raises:
        ValueError: it holds a control character (line ends and tabs too), a lone surrogate or a
            non-character; XML cannot carry some of these and Zimbra silently drops others.
    """
    for character in text:
        if unicodedata.category(character) in {"Cc", "Cs"} or character in _NOT_IN_XML:
            raise ValueError(f"holds the character U+{ord(character):04X}, which cannot be kept")
    return text


@lru_cache(maxsize=10_000)  # a sync meets each name several times, and it takes a fifth of a ms
def mail_domain(text: str) -> str:
    """The A-label form of a domain name, as it goes to Zimbra.

    >>> mail_domain("Firma-Przykład.example"), mail_domain("firma.example")
    ('xn--firma-przykad-6hc.example', 'firma.example')

    Raises:
        ValueError: not a domain name, or one without a dot.
    """
    try:
        name = idna.encode(text, uts46=True, std3_rules=True).decode("ascii").lower()
        idna.decode(name)
    except (idna.IDNAError, UnicodeError) as error:
        raise ValueError("is not a domain name") from error
    if "." not in name or name.endswith(".") or len(name) > 253:
        raise ValueError("is not a domain name")
    if name.rpartition(".")[2].isdigit():
        raise ValueError("is an IP address, not a domain name")
    return name


# Ten thousand mailboxes share a domain or two, and reading an A-label is slow.
@lru_cache(maxsize=256)
def shown_domain(name: str) -> str:
    """The U-label form of a domain name, as people read it; what is none comes back as it is.

    >>> shown_domain("xn--firma-przykad-6hc.example"), shown_domain("not a domain")
    ('firma-przykład.example', 'not a domain')
    """
    try:
        return idna.decode(name)
    except (idna.IDNAError, UnicodeError):
        return name


def shown_address(address: str) -> str:
    """An address with its domain in U-label form."""
    local, at, domain = address.rpartition("@")
    return local + at + shown_domain(domain)


def local_part(text: str) -> str:
    """The lower-case local part of an address that we are willing to create.

    Zimbra itself accepts much more (`= # ' / * % &`, dots at either end); a name outside this
    pattern breaks other mail systems and LDAP filters.

    >>> local_part("Anna.Nowak")
    'anna.nowak'

    Raises:
        ValueError: other characters, two dots in a row, or more than 64 characters.
    """
    name = text.lower()
    if not _LOCAL_PART.fullmatch(name) or ".." in name:
        raise ValueError(
            "may hold only a-z, 0-9 and . _ + - (64 at the most), beginning with a letter or digit"
        )
    return name


def address(text: str) -> str:
    """The address of a mailbox that we are willing to create, its domain as an A-label.

    >>> address("Anna@Firma-Przykład.example")
    'anna@xn--firma-przykad-6hc.example'

    Raises:
        ValueError: there is no @, or what stands before or after it cannot be used.
    """
    local, at, domain = text.strip().rpartition("@")
    if not at:
        raise ValueError("is not an address like anna@firma.example")
    return f"{local_part(local)}@{mail_domain(domain)}"
