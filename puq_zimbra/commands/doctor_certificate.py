"""`puq-zimbra doctor`: the certificate that a server shows, whether it is trusted or not.

Source: Python `ssl` (a connection that verifies nothing tells of the certificate its bytes alone);
RFC 5280.
"""

from __future__ import annotations

import hashlib
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from puq_zimbra.call import Server
from puq_zimbra.zimbra import budget
from puq_zimbra.zimbra.transport import CONNECT_SECONDS


@dataclass(frozen=True)
class Shown:
    """What was seen of a server before anything was said to it."""

    #: "sha256:" and 64 hexadecimal digits, of the certificate
    fingerprint: str
    #: until when it is valid (UTC)
    ends: datetime
    #: our own address on the way there
    our_address: str

    @property
    def days(self) -> int:
        """Whole days until it ends; below 0 it is over."""
        return (self.ends - datetime.now(UTC)).days


def shown_by(server: Server) -> Shown:
    """What the server shows; nothing secret is sent to it.

    Raises:
        OSError: it cannot be reached, or does not speak TLS.
        ValueError: its certificate cannot be read.
    """
    # Loaded for this alone: hooks have no use for it.
    from cryptography import x509

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    place = host_and_port(server)
    seconds = max(0.1, budget.remaining(CONNECT_SECONDS))
    with (
        socket.create_connection(place, seconds) as plain,
        context.wrap_socket(plain, server_hostname=server.host) as connection,
    ):
        certificate = connection.getpeercert(binary_form=True) or b""
        address = str(connection.getsockname()[0])
    digest = hashlib.sha256(certificate).hexdigest()
    ends = x509.load_der_x509_certificate(certificate).not_valid_after_utc
    return Shown(f"sha256:{digest}", ends, address)


def host_and_port(server: Server) -> tuple[str, int]:
    """Where the admin SOAP service is."""
    return server.host, urlsplit(server.url).port or 443


def why_not_trusted(error: BaseException | None) -> str:
    """The reason that OpenSSL gave, in its own few words; "" if it gave none."""
    while isinstance(error, BaseException):
        if isinstance(error, ssl.SSLCertVerificationError):
            return str(error.verify_message).rstrip(".")
        error = error.__cause__ or error.__context__ or getattr(error, "reason", None)
    return ""
