"""Addresses and domain names: lower case, punycode, what is refused.

Source: `LdapProvisioning.createAccount`/`createDomain`, `IDNUtil` (IDNA 2003), `EmailAddress`.
"""

from __future__ import annotations

import encodings.idna
import re

from puq_zimbra.simulator import faults

_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")
_LOCAL = re.compile(r"[!-~]+")
#: What the mail address parser refuses in a local part.
_REFUSED = frozenset(',:;()[]<>"')
_MAX_RDN = 254


def ascii_domain(name: str) -> str:
    """Lower-case a domain name and write its non-ASCII labels in punycode."""
    labels = name.strip().lower().split(".")
    return ".".join(label if label.isascii() else _label(label) for label in labels)


def _label(label: str) -> str:
    try:
        return encodings.idna.ToASCII(label).decode()
    except UnicodeError:
        return label


def unicode_domain(name: str) -> str:
    """Write punycode labels in their own script."""
    if "xn--" not in name:
        return name
    return ".".join(_unlabel(label) for label in name.split("."))


def _unlabel(label: str) -> str:
    try:
        return encodings.idna.ToUnicode(label)
    except UnicodeError:
        return label


def ascii_address(address: str) -> str:
    """Lower-case an address and write its domain in punycode."""
    trimmed = address.strip().lower()
    if trimmed.isascii():
        return trimmed
    local, at, domain = trimmed.partition("@")
    return f"{local}{at}{ascii_domain(domain)}" if at else trimmed


def unicode_address(address: str) -> str:
    """Write an address's domain in its own script."""
    local, at, domain = address.partition("@")
    return f"{local}{at}{unicode_domain(domain)}" if "xn--" in domain else address


def new_domain(name: str) -> str:
    """Normalise the name of a domain to be; INVALID_REQUEST when it cannot be one."""
    wanted = ascii_domain(name)
    shown = name.strip().lower()
    if len(wanted) > 255:
        raise faults.invalid(f"invalid domain name {shown}, domain name cannot exceed 255 chars")
    if not _DOMAIN.fullmatch(wanted):
        raise faults.invalid(f"invalid domain name {shown}")
    return wanted


def split_address(address: str) -> tuple[str, str]:
    """Split at the first ``@`` after lower-casing; INVALID_REQUEST without two parts."""
    wanted = ascii_address(address)
    local, at, domain = wanted.partition("@")
    if not at or not local or not domain:
        raise faults.invalid(f"must be valid email address: {wanted}")
    return local, domain


def member_address(address: str) -> str:
    """Normalise a list's member (`LdapProvisioning.addDistributionListMembers`).

    It may be nearly any text with one ``@`` and something after it.
    """
    wanted = ascii_address(address)
    parts = wanted.rstrip("@").split("@")
    if len(parts) != 2:
        raise faults.invalid(f"must be valid email address: {wanted}")
    return wanted


def check_local(local: str) -> None:
    """Refuse the local parts that the address parser refuses."""
    if not _LOCAL.fullmatch(local) or _REFUSED.intersection(local):
        raise faults.invalid("invalid email address")


def check_rdn(local: str) -> None:
    """Refuse a local part that is too long to name a directory entry."""
    if len(local) > _MAX_RDN:
        raise faults.directory("LDAP_ERROR", "unable to create entry", "other")


def dn(address: str, branch: str = "people") -> str:
    """Name of an account's directory entry."""
    local, _, domain = address.partition("@")
    base = ",".join(f"dc={part}" for part in domain.split("."))
    return f"uid={local},ou={branch},{base}"


def dn_of_group(address: str) -> str:
    """Name of a dynamic list's directory entry.

    >>> dn_of_group("all@firma.test")
    'cn=all,cn=groups,dc=firma,dc=test'
    """
    return dn(address).replace("uid=", "cn=", 1).replace(",ou=people,", ",cn=groups,", 1)
