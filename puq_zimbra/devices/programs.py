"""Where mail programs find a mailbox: hosts, ports and addresses of each protocol.

Source: Zimbra's ports behind its proxy (993, 995, 465); RFC 6764 and Zimbra's `DavServlet`
(calendars and contacts below ``/dav/ADDRESS/``, principals below ``/principals/users/``).
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from puq_zimbra.zimbra_server import Server

IMAPS, POP3S, SMTPS, HTTPS = 993, 995, 465, 443


@dataclass(frozen=True)
class Programs:
    """The values of one mailbox."""

    #: the user name everywhere, its domain as an A-label
    address: str
    #: of mail
    host: str
    #: of calendars and contacts
    dav_host: str
    dav_port: int = HTTPS

    @property
    def dav_url(self) -> str:
        """Address of the mailbox's calendars and contacts."""
        return f"https://{self._dav()}/dav/{quote(self.address, safe='@')}/"

    @property
    def principal(self) -> str:
        """Path of the mailbox for calendars and contacts."""
        return f"/principals/users/{quote(self.address, safe='@')}/"

    def _dav(self) -> str:
        host = f"[{self.dav_host}]" if ":" in self.dav_host else self.dav_host
        return host if self.dav_port == HTTPS else f"{host}:{self.dav_port}"


def of(server: Server, address: str) -> Programs:
    """The values of a mailbox on a server."""
    parts = urlsplit(server.webmail)
    return Programs(
        address, server.mail_host, parts.hostname or server.mail_host, parts.port or HTTPS
    )
