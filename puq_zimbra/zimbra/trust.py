"""Which authorities are trusted: those of the settings or of the system, never the environment's.

`ssl.create_default_context` reads SSL_CERT_FILE, SSL_CERT_DIR and SSLKEYLOGFILE: a variable set for
the web server could add an authority, or write the keys of the connection to a file.

Source: `Lib/ssl.py`; OpenSSL, SSL_CTX_set_default_verify_paths(3).
"""

from __future__ import annotations

import ssl
from pathlib import Path


def context(ca_file: str | None) -> ssl.SSLContext:
    """TLS that verifies certificate and host name, by a PEM file or the system's authorities.

    Raises:
        OSError: the file cannot be read as PEM certificates.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca_file is not None:
        made.load_verify_locations(ca_file)
        return made
    system = ssl.get_default_verify_paths()
    # OpenSSL's built-in paths, which no variable changes.
    file, folder = Path(system.openssl_cafile), Path(system.openssl_capath)
    if file.is_file():
        made.load_verify_locations(cafile=file)
    if folder.is_dir():
        made.load_verify_locations(capath=folder)
    return made
