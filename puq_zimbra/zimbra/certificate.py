"""The certificate that a server shows, whether it is trusted or not.

Source: Python `ssl` (a connection that verifies nothing gives only the bytes of the certificate);
RFC 5280.
"""

from __future__ import annotations

import hashlib
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from puq_zimbra.zimbra import deadline, unreachable
from puq_zimbra.zimbra.transport import CONNECT_SECONDS
from puq_zimbra.zimbra_server import Server


@dataclass(frozen=True)
class Shown:
    """What a server shows before any request is sent."""

    #: "sha256:" and 64 hexadecimal digits, of the certificate
    fingerprint: str
    #: when its validity ends (UTC)
    ends: datetime
    #: our own address on the way there
    our_address: str

    @property
    def days(self) -> int:
        """Whole days until it ends; negative when it has ended."""
        return (self.ends - datetime.now(UTC)).days


def shown_by(server: Server) -> Shown:
    """Fetch the certificate of a server's admin SOAP service; nothing secret is sent.

    Raises:
        Unavailable: it cannot be reached, or the TLS handshake fails.
        ValueError: its certificate cannot be read.
    """
    return shown_at(*host_and_port(server))


def shown_at(host: str, port: int) -> Shown:
    """Fetch the certificate of a port that speaks TLS from the first byte on.

    Raises:
        Unavailable: it cannot be reached, or the TLS handshake fails.
        ValueError: its certificate cannot be read.
    """
    # Loaded here: only this function needs it.
    from cryptography import x509

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    seconds = max(0.1, deadline.remaining(CONNECT_SECONDS))
    try:
        plain = socket.create_connection((host, port), seconds)
    except OSError as error:
        raise unreachable.why(error, in_handshake=False) from error
    with plain:
        try:
            connection = context.wrap_socket(plain, server_hostname=host)
        except OSError as error:
            raise unreachable.why(error, in_handshake=True) from error
        with connection:
            certificate = connection.getpeercert(binary_form=True) or b""
            address = str(connection.getsockname()[0])
    digest = hashlib.sha256(certificate).hexdigest()
    ends = x509.load_der_x509_certificate(certificate).not_valid_after_utc
    return Shown(f"sha256:{digest}", ends, address)


def host_and_port(server: Server) -> tuple[str, int]:
    """Host and port of the admin SOAP service."""
    return server.host, urlsplit(server.url).port or 443
