"""A certificate for a loopback server, made on the spot."""

from __future__ import annotations

import hashlib
import ssl
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class TlsFiles:
    """Where a server's certificate lies."""

    #: Certificate of the authority that signed; a client trusts this.
    ca_file: Path
    cert_file: Path
    key_file: Path
    #: SHA-256 of the server's certificate: ``sha256:AB:CD:…``.
    fingerprint: str


def make_tls(hostname: str, directory: Path | str) -> TlsFiles:
    """Write an EC key and its certificate for loopback and a host name; kept if already there."""
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    ca_file, cert_file, key_file = (folder / n for n in ("ca.pem", "cert.pem", "key.pem"))
    if not all(each.exists() for each in (ca_file, cert_file, key_file)):
        _issue(hostname, ca_file, cert_file, key_file)
    return TlsFiles(ca_file, cert_file, key_file, _fingerprint(cert_file))


def _issue(hostname: str, ca_file: Path, cert_file: Path, key_file: Path) -> None:
    import trustme

    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    names = dict.fromkeys(("127.0.0.1", "localhost", hostname))
    leaf = authority.issue_cert(*names, key_type=trustme.KeyType.ECDSA)
    authority.cert_pem.write_to_path(ca_file)
    key_file.touch(mode=0o600)
    leaf.private_key_pem.write_to_path(key_file)
    cert_file.write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))


def _fingerprint(cert_file: Path) -> str:
    first = cert_file.read_text().partition("-----END CERTIFICATE-----")
    der = ssl.PEM_cert_to_DER_cert(first[0] + first[1] + "\n")
    digest = hashlib.sha256(der).hexdigest().upper()
    return "sha256:" + ":".join(digest[i : i + 2] for i in range(0, len(digest), 2))
