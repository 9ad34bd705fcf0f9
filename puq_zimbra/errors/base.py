"""The root of the errors, their sentences, and those that are not one of Zimbra's fault codes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, ClassVar


def shown(value: object) -> str:
    """Make a value fit for a sentence that a billing host prints unescaped.

    An apostrophe, which would end an HTML attribute, becomes the typographic one.

    >>> shown("anna@firma.example"), shown("<b>x</b>"), shown(25), shown("o'brien")
    ('anna@firma.example', '…b…x…/b…', '25', 'o’brien')
    """
    text = unicodedata.normalize("NFC", str(value))[:300].replace("'", "’")
    return "".join(c if c.isalnum() or c in "@._+-:;/%, ()’" else "…" for c in text)


def filled_in(sentence: str, values: Mapping[str, object]) -> str:
    """Fill in the values, and put the server before a sentence that does not name it.

    >>> filled_in("%(name)s is taken.", {"name": "x", "server": "mail.example:7071"})
    'mail.example:7071: x is taken.'
    """
    told = sentence % values
    server = values.get("server")
    return f"{server}: {told}" if server and "%(server)s" not in sentence else told


def plain_words(text: str) -> str:
    """The parts of Zimbra's own text that are safe to show: words of letters, and whole numbers.

    Everything else may be a token, an address or a part of the request.

    >>> plain_words('fetching folder data for mailbox 5: token 0_3f2b9 of anna@firma.example')
    'fetching folder data for mailbox 5 token … of …'
    """
    words = (word.strip(".,:;()'\"") for word in text[:300].split())
    told = (word if word.isalpha() or word.isdecimal() else "…" for word in words if word)
    return re.sub("…( …)+", "…", " ".join(told))


def N_(message: str) -> str:
    """Mark a sentence for the catalogue where the code around it does not."""
    return message


class PuqZimbraError(Exception):
    """The root; its ``code`` is the reply's."""

    code: ClassVar[str] = "unavailable"
    retryable: ClassVar[bool] = False
    #: a write was sent and may have been carried out
    outcome_unknown: bool = False
    #: what the store keeps of it, such as the values of before
    data: Mapping[str, Any] = {}

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message, values)
        self.message = message
        self.values = {name: shown(value) for name, value in values.items()}

    def __str__(self) -> str:
        return filled_in(self.message, self.values)


class Invalid(PuqZimbraError):
    """The caller's input is wrong; the message names the key."""

    code = "invalid"


class Misconfigured(PuqZimbraError):
    """The provider must correct something: credentials, certificate, rights, class of service."""

    code = "misconfigured"


class CertificateNotTrusted(Misconfigured):
    """TLS verification failed, so nothing was sent."""


class CosUnknown(Misconfigured):
    """The plan names a class of service that Zimbra does not have."""


class StoreUnusable(Misconfigured):
    """The store cannot be used as it is configured."""

    sentence = (
        "The store cannot be used (%(reason)s): check [store] in the settings, its disk and who may"
        " write there."
    )

    def __init__(self, reason: object = "?") -> None:
        super().__init__(self.sentence, reason=reason)


class AnotherUsers(StoreUnusable):
    """Root would leave files where another user works, and shut him out."""

    sentence = N_(
        "%(path)s belongs to the user %(owner)s, whom root's files there would shut out: run this"
        " as that user."
    )

    def __init__(self, path: object, owner: str) -> None:
        Misconfigured.__init__(self, self.sentence, path=path, owner=owner)
        self.owner = owner


class Refused(PuqZimbraError):
    """A rule says no: a limit, a policy, a downgrade below use."""

    code = "refused"


class Conflict(PuqZimbraError):
    """Zimbra holds something that a person must sort out."""

    code = "conflict"


class NotOurs(PuqZimbraError):
    """The object is not this service's."""

    code = "not_ours"


class NotFound(PuqZimbraError):
    """There is nothing to act on."""

    code = "not_found"


class Busy(PuqZimbraError):
    """Another operation of the service runs."""

    code = "busy"
    retryable = True
    sentence: ClassVar[str] = "Another operation of this service is running: try again in a minute."

    def __init__(self) -> None:
        super().__init__(self.sentence)


class Pending(Busy):
    """The work goes on after this request, as the operation of this reference; a retry joins it."""

    code = "pending"
    sentence = "Pending: the work goes on. Retry in a few minutes to finish it or see its outcome."

    def __init__(self, reference: str | None = None) -> None:
        super().__init__()
        self.reference = reference


class Waits(PuqZimbraError):
    """An operation is open and lacks something that only its host can give."""

    code = "pending"
    retryable = True
    sentence = "It waits for the host's retry: %(reason)s"

    def __init__(self, reason: str) -> None:
        super().__init__(self.sentence, reason=reason)


class Held(PuqZimbraError):
    """An operation deletes a service, and is old or was restored from a backup."""

    code = "pending"
    sentence = (
        "It is held, for it deletes and is old or came back with a backup: see that it is still"
        " wanted, then puq-zimbra operations release %(reference)s, or drop."
    )

    def __init__(self, reference: str) -> None:
        super().__init__(self.sentence, reference=reference)


class Unexpected(PuqZimbraError):
    """A bug in this module, named by its kind and location: its text may hold a secret."""

    retryable = True
    sentence = (
        "The module met an error of its own (%(kind)s in %(location)s): report it with its version."
    )

    def __init__(self, error: BaseException) -> None:
        super().__init__(self.sentence, kind=type(error).__name__, location=location_of(error))


def location_of(error: BaseException) -> str:
    """The module and the line in which an error was raised."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return "?"
    return f"{traceback.tb_frame.f_globals.get('__name__', '?')}:{traceback.tb_lineno}"


class Unavailable(PuqZimbraError):
    """No usable answer from Zimbra or from the store."""

    code = "unavailable"
    retryable = True


class StoreAway(Unavailable):
    """The store cannot be read or written just now; a retry may succeed."""


class NotSent(Unavailable):
    """The connection was never made, so Zimbra saw nothing of the request."""


class NoTls(NotSent):
    """The TLS handshake failed, but not because of the certificate."""


class TimeUsedUp(NotSent):
    """The deadline passed before the request was sent."""


class NotLoggedIn(NotSent):
    """The log-in got no usable answer, so the request itself was never made."""


class NoAnswer(Unavailable):
    """The request may have reached Zimbra; whether it was carried out is not known."""


class Overloaded(NoAnswer):
    """Zimbra's filters, or a proxy in front of it, limit requests (HTTP 429, 503)."""


class AddressBlocked(Overloaded):
    """HTTP 503 after rejected log-ins: Zimbra probably blocks this address."""

    sentence = (
        "Zimbra refuses everything from this address (HTTP 503), probably because log-ins were"
        " rejected: put the administrator's password right in the server's settings, wait for 15"
        " minutes, then press Test Connection."
    )

    def __init__(self) -> None:
        super().__init__(self.sentence)


class Fault(PuqZimbraError):
    """Zimbra refused, by its code.

    ``zimbra_code`` is the wire's code, ``text`` Zimbra's own words (for the administrator's log
    only: they may hold names and distinguished names), ``arguments`` its named values.
    """

    code = "conflict"
    codes: ClassVar[tuple[str, ...]] = ()
    sentence: ClassVar[str] = "Zimbra refused the request (%(zimbra_code)s)."

    def __init__(
        self, zimbra_code: str, text: str = "", arguments: dict[str, str] | None = None
    ) -> None:
        super().__init__(self.sentence, zimbra_code=zimbra_code)
        self.zimbra_code = zimbra_code
        self.text = text
        self.arguments = arguments or {}
