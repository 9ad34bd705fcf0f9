"""Why a request never reached Zimbra: no connection, no TLS, or a certificate that is refused.

Source: Python `ssl`; OpenSSL `x509_vfy.h` (what is wrong with a certificate) and `sslerr.h` (why a
handshake failed); urllib3, which keeps the error beneath its own as cause, context or reason.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Sequence

import urllib3

from puq_zimbra.errors import N_, CertificateNotTrusted, NoTls, NotSent, PuqZimbraError

_OTHER_NAME = N_(
    "The Zimbra server's certificate is for another name than the address in the server's settings:"
    " give the name that it was made for, or its fingerprint."
)
_NOT_TRUSTED = N_(
    "The Zimbra server's certificate is not trusted: give its CA file or its fingerprint in the"
    " server's settings."
)
#: OpenSSL's number of a certificate error -> the sentence
_CERTIFICATE = {
    9: N_(
        "The Zimbra server's certificate is not valid yet: compare the clocks of this machine and"
        " of the server."
    ),
    10: N_(
        "The Zimbra server's certificate, or that of its authority, has expired: renew it on the"
        " server."
    ),
    23: N_("The Zimbra server's certificate was revoked: have a new one made."),
    62: _OTHER_NAME,
    64: _OTHER_NAME,
    **dict.fromkeys((2, 18, 19, 20, 21), _NOT_TRUSTED),
}

_NO_TLS = "what listens there does not speak TLS"
_OLD_TLS = "it speaks only old versions of TLS"
_HUNG_UP = "it hung up"
#: OpenSSL's reason for a failed handshake -> plain words; the others are plain enough
_WORDS = {
    "WRONG_VERSION_NUMBER": _NO_TLS,
    "HTTP_REQUEST": _NO_TLS,
    "PACKET_LENGTH_TOO_LONG": _NO_TLS,
    "UNSUPPORTED_PROTOCOL": _OLD_TLS,
    "TLSV1_ALERT_PROTOCOL_VERSION": _OLD_TLS,
    "UNEXPECTED_EOF_WHILE_READING": _HUNG_UP,
}


def why(error: BaseException, *, in_handshake: bool) -> PuqZimbraError:
    """The error for a request of which the server saw nothing.

    ``in_handshake``: the server accepted the connection, but the TLS handshake failed.
    """
    chain = list(_chain(error))
    for one in chain:
        if isinstance(one, ssl.SSLCertVerificationError):
            return _not_accepted(one)
    if in_handshake:
        return NoTls(
            "No TLS connection to the Zimbra server came about (%(reason)s): check that the port in"
            " the server's settings is its admin service's, and that the service runs.",
            reason=_why_no_tls(chain),
        )
    return NotSent(
        "The Zimbra server cannot be reached: check its address and port in the server's settings,"
        " and whether it runs."
    )


def _not_accepted(refused: ssl.SSLCertVerificationError) -> CertificateNotTrusted:
    sentence = _CERTIFICATE.get(refused.verify_code)
    if sentence is not None:
        return CertificateNotTrusted(sentence)
    return CertificateNotTrusted(
        "The Zimbra server's certificate is not accepted (%(reason)s): have another one made, or"
        " give its fingerprint in the server's settings.",
        reason=refused.verify_message,
    )


def _why_no_tls(chain: Sequence[BaseException]) -> str:
    """Why the handshake failed, in a few words."""
    for one in chain:
        if isinstance(one, ssl.SSLError) and one.reason:
            return _WORDS.get(one.reason, one.reason.lower().replace("_", " "))
    if any(isinstance(one, TimeoutError | urllib3.exceptions.TimeoutError) for one in chain):
        return "it gave no answer in time"
    return _HUNG_UP


def cause(error: BaseException) -> str:
    """The type of the innermost error and the system's text."""
    *_, inner = _chain(error)
    return f"{type(inner).__name__} {getattr(inner, 'strerror', None) or ''}".strip()


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and its causes, the innermost last."""
    inner: object = error
    while isinstance(inner, BaseException):
        yield inner
        # The reason of an SSLError is a word of OpenSSL's, not an error: the loop ends there.
        inner = inner.__cause__ or inner.__context__ or getattr(inner, "reason", None)
