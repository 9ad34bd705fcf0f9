"""LDAP filters in which a value means itself, whatever characters it holds.

Source: RFC 4515, section 3 (the escape of `* ( ) \\` and NUL).
"""

from __future__ import annotations

from collections.abc import Collection

_ESCAPES = str.maketrans({one: f"\\{ord(one):02x}" for one in "\\*()\0"})


def equal(attribute: str, value: str) -> str:
    """The filter for objects of which an attribute has the value.

    >>> print(equal("uid", "o'brien*(x)"))
    (uid=o'brien\\2a\\28x\\29)
    """
    return f"({attribute}={value.translate(_ESCAPES)})"


def begins(attribute: str, value: str) -> str:
    """The filter for objects of which an attribute begins with the value.

    >>> print(begins("zimbraForeignName", "puq_zimbra:"))
    (zimbraForeignName=puq_zimbra:*)
    """
    return f"({attribute}={value.translate(_ESCAPES)}*)"


def holds(attribute: str, value: str) -> str:
    """The filter for objects of which an attribute holds the value somewhere.

    >>> print(holds("mail", "anna*"))
    (mail=*anna\\2a*)
    """
    return f"({attribute}=*{value.translate(_ESCAPES)}*)"


def any_of(attribute: str, values: Collection[str]) -> str:
    """The filter for objects of which an attribute has one of the values; "" where there is none.

    >>> print(any_of("uid", ["anna", "jan"]))
    (|(uid=anna)(uid=jan))
    """
    return f"(|{''.join(equal(attribute, one) for one in values)})" if values else ""
