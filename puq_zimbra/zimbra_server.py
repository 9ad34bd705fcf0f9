"""A Zimbra as a host or the settings name it: its addresses, its administrator, whom TLS trusts.

Source: the hosts in `puq_zimbra.billing`.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, StringConstraints, field_validator

from puq_zimbra import units
from puq_zimbra.dns_settings import HostName
from puq_zimbra.fields import Given, Secret, Text

#: hexadecimal digits of a SHA-256
_DIGITS = 64


def _web_address(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError("is not an https:// address of a host") from error
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc or port == 0:
        raise ValueError("is not an https:// address of a host")
    return url


WebAddress = Annotated[Text, StringConstraints(max_length=2048), AfterValidator(_web_address)]


class Tls(Given):
    """What makes the server's certificate trusted; with neither key, the system's authorities."""

    #: path of a PEM file
    ca_file: Text | None = None
    #: "sha256:AB:CD:…" of the certificate itself; several while it is being renewed
    fingerprint: Text | tuple[Text, ...] | None = None

    @field_validator("fingerprint", mode="before")
    @classmethod
    def _as_tuple(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @field_validator("fingerprint")
    @classmethod
    def _is_sha256(cls, value: str | tuple[str, ...] | None) -> tuple[str, ...] | None:
        if value is None:
            return None
        given = (value,) if isinstance(value, str) else value
        digests = tuple(_digest(one) for one in given)
        if not digests:
            raise ValueError("is empty")
        return digests


def _digest(fingerprint: str) -> str:
    digest = fingerprint.strip().lower()
    # As we write it, as openssl prints it, and bare.
    for prefix in ("sha256:", "sha256 fingerprint="):
        digest = digest.removeprefix(prefix)
    digest = digest.replace(":", "")
    if len(digest) != _DIGITS or set(digest) - set("0123456789abcdef"):
        raise ValueError("is not sha256: followed by 64 hexadecimal digits")
    return digest


class Server(Given):
    """A Zimbra as the host knows it."""

    #: the admin SOAP address; without a path, /service/admin/soap
    url: WebAddress
    username: Text | None = None
    password: Secret | None = None
    tls: Tls = Tls()
    webmail_url: WebAddress | None = None
    admin_url: WebAddress | None = None
    ip: Text | None = None
    hostname: Text | None = None
    #: hosts that take the mail of customers' domains, best first; empty = its own host
    mx: tuple[HostName, ...] = ()

    @field_validator("mx", mode="before")
    @classmethod
    def _as_names(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @field_validator("url")
    @classmethod
    def _with_path(cls, value: str) -> str:
        if urlsplit(value).path.strip("/"):
            return value
        return value.rstrip("/") + "/service/admin/soap"

    @property
    def host(self) -> str:
        """Host name of the admin SOAP address."""
        return urlsplit(self.url).hostname or ""

    @property
    def host_port(self) -> str:
        """Host and port of the admin SOAP address, which tell one Zimbra from another."""
        return urlsplit(self.url).netloc.lower()

    @property
    def named(self) -> str:
        """The host and port as messages name it."""
        return self.host_port.replace("[", "").replace("]", "")

    @property
    def mail_host(self) -> str:
        """The name that customers' mail programs use."""
        if self.hostname:
            return self.hostname
        return (urlsplit(self.webmail_url or self.url).hostname) or ""

    @property
    def host_name(self) -> str:
        """The name that DNS records may hold; "" where the server is named by its address."""
        return units.host_name_or_none(self.mail_host) or ""

    @property
    def mail_exchangers(self) -> tuple[str, ...]:
        """The hosts of the MX records; none where no name is known."""
        own = self.host_name
        return self.mx or ((own,) if own else ())

    @property
    def mail_hosts(self) -> dict[str, str]:
        """Where mail programs find the mail, by protocol: host and port."""
        host = self.mail_host
        if ":" in host and not host.startswith("["):
            host = f"[{host}]"
        return {"imap": f"{host}:993", "pop3": f"{host}:995", "smtp": f"{host}:465"}

    @property
    def webmail(self) -> str:
        """Address of the webmail."""
        return self.webmail_url or f"https://{self.mail_host}/"

    @property
    def admin_panel(self) -> str:
        """Address of Zimbra's administration panel."""
        return self.admin_url or f"https://{urlsplit(self.url).netloc}/zimbraAdmin/"
