"""The client of Zimbra's admin SOAP service: one method for each request, named after it.

Source: `soap-admin.txt`.
"""

from __future__ import annotations

from pathlib import Path

from puq_zimbra.config import Limits
from puq_zimbra.zimbra.accounts import AccountRequests
from puq_zimbra.zimbra.batches import BatchRequests
from puq_zimbra.zimbra.classes import CosRequests
from puq_zimbra.zimbra.directory import DirectoryRequests
from puq_zimbra.zimbra.domains import DomainRequests
from puq_zimbra.zimbra.fleet import Shared
from puq_zimbra.zimbra.lists import ListRequests
from puq_zimbra.zimbra.mail import MailRequests
from puq_zimbra.zimbra.pipeline import Pipeline
from puq_zimbra.zimbra.resources import ResourceRequests
from puq_zimbra.zimbra.rights import RightRequests
from puq_zimbra.zimbra.servers import ServerRequests
from puq_zimbra.zimbra_server import Server

_LIMITS = Limits()


class Zimbra(
    ServerRequests,
    DomainRequests,
    AccountRequests,
    MailRequests,
    ListRequests,
    ResourceRequests,
    CosRequests,
    DirectoryRequests,
    RightRequests,
    BatchRequests,
):
    """A Zimbra server, as its administrator sees it.

    Every method raises `Fault` when Zimbra refuses, `Unavailable` when no usable answer comes, and
    `Misconfigured` when log-in or TLS cannot work as configured.
    """

    def __init__(
        self,
        server: Server,
        limits: Limits = _LIMITS,
        directory: Path | None = None,
        shared: Shared | None = None,
    ) -> None:
        """``directory`` is the state directory, which all processes of the machine share.

        ``shared``: several machines share the rate limit.
        """
        self.server = server
        self.pipeline = Pipeline(server, limits, directory, shared)

    def close(self) -> None:
        """Log off and give back the connection."""
        self.pipeline.close()

    def auth(self) -> None:
        """Log in now (Auth.java), also with credentials that were rejected before."""
        self.pipeline.log_in_anew()
