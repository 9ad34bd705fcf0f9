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
#: the largest size that the store and Zimbra hold; what is above, such as a sum, counts as this
MOST = 2**63 - 1

#: all that can be seen but `" ( ) , : ; < > @ [ ]`; longer ones name no directory entry
_LOCAL_PART = re.compile(r"[!#-'*+\-./0-9=?A-Z\\^_`a-z{|}~]{1,254}")
_NEW_LOCAL_PART = re.compile(r"[a-z0-9](?:[a-z0-9._+-]{0,62}[a-z0-9_])?")
_NOT_IN_XML = {"\ufffe", "\uffff"}


def megabytes(size: int) -> int:
    """Whole megabytes that hold ``size`` bytes, rounded up.

    >>> megabytes(0), megabytes(1), megabytes(1048576), megabytes(1048577)
    (0, 1, 1, 2)
    """
    return -(-size // MB)


def share(used: int, limit: int) -> int:
    """Whole percent of ``limit`` (bytes) that ``used`` (bytes) takes; may pass 100.

    Of a limit of 0, in which nothing fits, all is taken.

    >>> share(3, 4), share(9, 4), share(9, 0)
    (75, 225, 100)
    """
    return used * 100 // limit if limit else 100


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
        raise ValueError(f"is not a domain name{_to_leave_out(text)}") from error
    if "." not in name or name.endswith(".") or len(name) > 253:
        raise ValueError(f"is not a domain name{_to_leave_out(text)}")
    if name.rpartition(".")[2].isdigit():
        raise ValueError("is an IP address, not a domain name")
    return name


def _to_leave_out(text: str) -> str:
    """The advice on what people paste along with a domain name, never the text itself."""
    if "://" in text:
        return ": leave out https:// and all behind the name"
    if "@" in text:
        return ": leave out the @ and all before it"
    return ": leave out the dot at its end" if text.endswith(".") else ""


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


def shown_name(name: str) -> str:
    """A domain or an address as people read it."""
    return shown_address(name) if "@" in name else shown_domain(name)


def local_part(text: str) -> str:
    """The lower-case local part of an address as Zimbra takes it, so that it may exist.

    >>> local_part("O'Brien"), local_part("_biuro")
    ("o'brien", '_biuro')

    Raises:
        ValueError: Zimbra takes no such name.
    """
    name = text.lower()
    if not text.isascii() or not _LOCAL_PART.fullmatch(name):
        raise ValueError("holds a character that no address in Zimbra has, or is too long")
    return name


def may_be_made(local: str) -> bool:
    """Whether we are willing to make an address with a lower-case local part.

    Zimbra takes much more (`= # ' / * % &`, dots at either end, two in a row); a name outside this
    pattern breaks other mail systems.

    >>> may_be_made("anna.nowak"), may_be_made("o'brien"), may_be_made("a..b")
    (True, False, False)
    """
    return _NEW_LOCAL_PART.fullmatch(local) is not None and ".." not in local


def address(text: str) -> str:
    """The address of a mailbox as Zimbra takes it, its domain as an A-label.

    >>> address("Anna@Firma-Przykład.example")
    'anna@xn--firma-przykad-6hc.example'

    Raises:
        ValueError: there is no @, or what stands before or after it cannot be used.
    """
    local, at, domain = text.strip().rpartition("@")
    if not at:
        raise ValueError("is not an address like anna@firma.example")
    return f"{local_part(local)}@{mail_domain(domain)}"


#: letters, digits and hyphens between dots; the last label begins with a letter
_HOST_NAME = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
)


def host_name(text: str) -> str:
    """The lower-case name of a host, such as an MX record may hold; never an address.

    >>> host_name("Mail.Firma.example.")
    'mail.firma.example'

    Raises:
        ValueError: it is an IP address, has no dot, or is no name.
    """
    name = text.strip().lower().removesuffix(".")
    if len(name) > 253 or not _HOST_NAME.fullmatch(name):
        raise ValueError("is not the name of a host, such as mail.firma.example")
    return name


def host_name_or_none(text: str) -> str | None:
    """The name of a host, or None for what is none.

    >>> host_name_or_none("192.0.2.10"), host_name_or_none("localhost"), host_name_or_none("a.b")
    (None, None, 'a.b')
    """
    try:
        return host_name(text)
    except ValueError:
        return None
