"""The settings of DNS: whom we ask, for how long, and what customers are told to set.

Source: RFC 5321 5.1 (an MX names a host, never an address).
"""

from __future__ import annotations

import ipaddress
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from puq_zimbra import units

HostName = Annotated[str, AfterValidator(units.host_name)]
#: the port of DNS
PORT = 53


def resolver_address(text: str) -> tuple[str, int]:
    """Address and port of a resolver.

    >>> resolver_address("192.0.2.1"), resolver_address("[2001:db8::1]:5353")
    (('192.0.2.1', 53), ('2001:db8::1', 5353))

    Raises:
        ValueError: it is none.
    """
    address, port = text, str(PORT)
    if text.startswith("["):
        address, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":") or port
    elif text.count(":") == 1:
        address, _, port = text.partition(":")
    try:
        ipaddress.ip_address(address)
    except ValueError as error:
        raise ValueError("is not the IP address of a resolver, with or without a port") from error
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 2**16:
        raise ValueError("has a port that is none")
    return address, int(port)


def _resolver(text: str) -> str:
    resolver_address(text)
    return text


class DnsSettings(BaseModel):
    """The DNS records of customers' domains."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    #: resolvers as IP or IP:PORT; empty = those of the system
    resolvers: list[Annotated[str, AfterValidator(_resolver)]] = []
    #: seconds for one question
    seconds: Annotated[float, Field(gt=0, le=60)] = 3.0
    #: seconds after which the page has a domain looked up again
    max_age: Annotated[int, Field(ge=60)] = 3600
    #: whether customers may make keys with which Zimbra signs their mail
    make_keys: bool = True
