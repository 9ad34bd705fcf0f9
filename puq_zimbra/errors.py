"""Everything that can go wrong, as one tree.

    PuqZimbraError
    ├── Invalid                 the caller's input is wrong
    ├── Misconfigured           credentials, certificate, rights, class of service
    │   ├── CertificateNotTrusted
    │   ├── CosUnknown
    │   └── StoreUnusable
    ├── Refused                 a rule says no
    ├── Conflict                Zimbra holds something that a person must sort out
    ├── NotOurs                 the object bears no stamp, or another service's
    ├── NotFound                there is nothing to act on
    ├── Busy                    another operation of the service runs
    │   └── Pending             the work goes on beyond this call
    ├── Waits                   an open operation that only its host's retry can finish
    ├── Unavailable             no usable answer from Zimbra
    │   ├── NotSent             refused, unknown host, connect timeout: Zimbra saw nothing
    │   │   ├── NotLoggedIn     the log-in before it got no answer
    │   │   └── TimeUsedUp      the hook's own time is over
    │   └── NoAnswer            sent, but cut, late or not SOAP
    │       └── Overloaded      429 or 503: Zimbra or a proxy asks for patience
    │           └── AddressBlocked  503 after rejected log-ins: Zimbra shuts us out
    └── Fault                   Zimbra said no, with a code
        ├── TokenRejected       log in again, then repeat: nothing was carried out
        ├── CredentialsRejected
        ├── PermissionDenied
        ├── NoSuch              NoSuchDomain, NoSuchAccount, NoSuchCos, NoSuchList, ...
        ├── Exists              DomainExists, AddressExists, CosExists
        ├── DomainNotEmpty
        ├── LimitReached        zimbraDomainMaxAccounts and the like
        ├── PasswordRefused
        ├── RequestRefused      a bug of ours, or an unusual Zimbra
        └── Transient           worth another try later

Each class says which code of the reply it becomes (the table of codes and exit statuses is
`puq_zimbra.model.CODES`). A message is one English sentence with %(name)s places: `str()` fills
them in, and the client area's catalogue translates the sentence before that.

Source: com.zimbra.common.service.ServiceException, com.zimbra.cs.account.AccountServiceException
(the codes); a fault is told by ``Detail/Error/Code`` alone, never by HTTP status or by side.
"""

from __future__ import annotations

import unicodedata
from typing import ClassVar


def shown(value: object) -> str:
    """Make a value fit for a sentence that a billing host prints unescaped.

    >>> shown("anna@firma.example"), shown("<b>x</b>"), shown(25)
    ('anna@firma.example', '…b…x…/b…', '25')
    """
    text = unicodedata.normalize("NFC", str(value))[:300]
    return "".join(c if c.isalnum() or c in "@._+-:;/%, ()" else "…" for c in text)


def N_(message: str) -> str:
    """Mark a sentence for the catalogue where it does not stand in a call that tells so."""
    return message


class PuqZimbraError(Exception):
    """The root; its ``code`` is the reply's."""

    code: ClassVar[str] = "unavailable"
    retryable: ClassVar[bool] = False
    #: a write was sent and may have been carried out
    outcome_unknown: bool = False

    def __init__(self, message: str, **places: object) -> None:
        super().__init__(message, places)
        self.message = message
        self.places = {name: shown(value) for name, value in places.items()}

    def __str__(self) -> str:
        return self.message % self.places


class Invalid(PuqZimbraError):
    """The caller's input is wrong; the message names the key."""

    code = "invalid"


class Misconfigured(PuqZimbraError):
    """The provider has something to mend: credentials, certificate, rights, class of service."""

    code = "misconfigured"


class CertificateNotTrusted(Misconfigured):
    """TLS verification failed, so nothing was sent."""


class CosUnknown(Misconfigured):
    """The plan names a class of service that Zimbra does not have."""


class StoreUnusable(Misconfigured):
    """Our own memory cannot be read or written."""

    sentence = (
        "The store cannot be used (%(reason)s): check [store] in the settings, its disk and who may"
        " write there."
    )

    def __init__(self, reason: object = "?") -> None:
        super().__init__(self.sentence, reason=reason)


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
    """The work goes on beyond this call, as the operation of this reference; a later one joins."""

    code = "pending"
    sentence = "Pending: the work goes on. Retry in a few minutes to finish it or see its outcome."

    def __init__(self, reference: str | None = None) -> None:
        super().__init__()
        self.reference = reference


class Waits(PuqZimbraError):
    """An operation is open and lacks something that its host alone can give."""

    code = "pending"
    retryable = True
    sentence = "It waits for the host's retry: %(reason)s"

    def __init__(self, reason: str) -> None:
        super().__init__(self.sentence, reason=reason)


class Unavailable(PuqZimbraError):
    """No usable answer from Zimbra."""

    code = "unavailable"
    retryable = True


class NotSent(Unavailable):
    """The connection was never made, so Zimbra saw nothing of the request."""


class TimeUsedUp(NotSent):
    """The hook's time was over before the request was made."""


class NotLoggedIn(NotSent):
    """The log-in got no usable answer, so the request itself was never made."""


class NoAnswer(Unavailable):
    """The request may have reached Zimbra; whether it was carried out is not known."""


class Overloaded(NoAnswer):
    """Zimbra's filters, or a proxy before it, ask for patience (HTTP 429, 503)."""


class AddressBlocked(Overloaded):
    """HTTP 503 after rejected log-ins: Zimbra probably shuts this address out."""

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


class TokenRejected(Fault):
    """The log-in has run out or was never there; the request was not carried out."""

    code = "unavailable"
    retryable = True
    codes = ("service.AUTH_EXPIRED", "service.AUTH_REQUIRED")
    sentence = "Zimbra no longer accepts the log-in (%(zimbra_code)s)."


class CredentialsRejected(Fault):
    """Name or password are wrong, or the account may not log in."""

    code = "misconfigured"
    codes = (
        "account.AUTH_FAILED",
        "account.CHANGE_PASSWORD",
        "account.TWO_FACTOR_AUTH_FAILED",
        "account.TWO_FACTOR_AUTH_REQUIRED",
        "account.TWO_FACTOR_SETUP_REQUIRED",
        "account.MAINTENANCE_MODE",
        "account.ACCOUNT_INACTIVE",
    )
    sentence = (
        "Zimbra rejected the administrator's user name or password (%(zimbra_code)s): put them"
        " right in the server's settings, then press Test Connection."
    )


class PermissionDenied(Fault):
    """The administrator lacks a right, or the domain is suspended."""

    code = "misconfigured"
    codes = ("service.PERM_DENIED", "service.FORBIDDEN")
    sentence = "The Zimbra administrator lacks a right for this (%(zimbra_code)s)."


class NoSuch(Fault):
    """A positive word that the object is not there."""

    code = "not_found"
    codes: ClassVar[tuple[str, ...]] = (
        "account.NO_SUCH_ALIAS",
        "account.NO_SUCH_MEMBER",
        "account.NO_SUCH_GRANT",
        "account.NO_SUCH_RIGHT",
        "account.NO_SUCH_SERVER",
    )
    sentence = "Zimbra has no such object (%(zimbra_code)s)."


class NoSuchDomain(NoSuch):
    """The domain does not exist."""

    codes = ("account.NO_SUCH_DOMAIN",)
    sentence = "Zimbra has no such domain."


class NoSuchAccount(NoSuch):
    """The account does not exist."""

    codes = ("account.NO_SUCH_ACCOUNT",)
    sentence = "Zimbra has no such mailbox."


class NoSuchCos(NoSuch):
    """The class of service does not exist."""

    code = "misconfigured"
    codes = ("account.NO_SUCH_COS",)
    sentence = "Zimbra has no such class of service."


class NoSuchList(NoSuch):
    """The distribution list does not exist."""

    codes = ("account.NO_SUCH_DISTRIBUTION_LIST",)
    sentence = "Zimbra has no such distribution list."


class NoSuchResource(NoSuch):
    """The calendar resource does not exist."""

    codes = ("account.NO_SUCH_CALENDAR_RESOURCE",)
    sentence = "Zimbra has no such calendar resource."


class Exists(Fault):
    """The name is taken; by whom must be read before anything else is done."""

    codes: ClassVar[tuple[str, ...]] = ("account.COS_EXISTS",)
    sentence = "The name is taken in Zimbra (%(zimbra_code)s)."


class DomainExists(Exists):
    """A domain of that name exists."""

    codes = ("account.DOMAIN_EXISTS",)


class AddressExists(Exists):
    """An account, alias, list or resource holds the address."""

    codes = (
        "account.ACCOUNT_EXISTS",
        "account.ALIAS_EXISTS",
        "account.DISTRIBUTION_LIST_EXISTS",
    )


class DomainNotEmpty(Fault):
    """The domain still holds entries."""

    codes = ("account.DOMAIN_NOT_EMPTY",)
    sentence = "The domain still holds entries in Zimbra."


class LimitReached(Fault):
    """A limit kept by Zimbra is reached; a Receiver fault, yet permanent."""

    code = "refused"
    codes = (
        "account.TOO_MANY_ACCOUNTS",
        "account.TOO_MANY_SEARCH_RESULTS",
        "service.LICENSE_ERROR",
        "mail.QUOTA_EXCEEDED",
        "mail.DOMAIN_QUOTA_EXCEEDED",
    )
    sentence = "A limit kept by Zimbra is reached (%(zimbra_code)s)."


class PasswordRefused(Fault):
    """The password breaks the policy; ``arguments`` names the rule."""

    code = "refused"
    codes = (
        "account.INVALID_PASSWORD",
        "account.PASSWORD_LOCKED",
        "account.PASSWORD_CHANGE_TOO_SOON",
        "account.PASSWORD_RECENTLY_USED",
    )
    sentence = "The password does not meet Zimbra's rules (%(zimbra_code)s)."


class RequestRefused(Fault):
    """Zimbra did not accept the request as it stands."""

    codes = (
        "service.INVALID_REQUEST",
        "service.PARSE_ERROR",
        "service.UNKNOWN_DOCUMENT",
        "service.UNSUPPORTED",
        "service.NOT_FOUND",
        "service.TOO_MANY_HOPS",
        "service.NON_READONLY_OPERATION_DENIED",
        "account.INVALID_ATTR_NAME",
        "account.INVALID_ATTR_VALUE",
        "account.MULTIPLE_ACCOUNTS_MATCHED",
        "mail.NO_SUCH_MBOX",
        "ldap.INVALID_ATTR_NAME",
        "ldap.INVALID_ATTR_VALUE",
        "ldap.OBJECT_CLASS_VIOLATION",
        "ldap.INVALID_SEARCH_FILTER",
        "ldap.SIZE_LIMIT_EXCEEDED",
        "ldap.ENTRY_NOT_FOUND",
        "ldap.ENTRY_ALREADY_EXIST",
        "ldap.LDAP_ERROR",
    )
    sentence = "Zimbra did not accept the request (%(zimbra_code)s)."


class Transient(Fault):
    """Zimbra stumbled; for a write the outcome is unknown."""

    code = "unavailable"
    retryable = True
    codes = (
        "service.FAILURE",
        "service.TEMPORARILY_UNAVAILABLE",
        "service.RESOURCE_UNREACHABLE",
        "service.PROXY_ERROR",
        "service.INTERRUPTED",
        "service.ALREADY_IN_PROGRESS",
        "service.WRONG_HOST",
        "mail.MAINTENANCE",
        "mail.TRY_AGAIN",
    )
    sentence = "Zimbra could not do it just now (%(zimbra_code)s)."


def _subclasses(cls: type[Fault]) -> list[type[Fault]]:
    return [cls, *(leaf for child in cls.__subclasses__() for leaf in _subclasses(child))]


_FAULTS = {code: cls for cls in _subclasses(Fault) for code in cls.codes}


def fault(zimbra_code: str, text: str = "", arguments: dict[str, str] | None = None) -> Fault:
    """Give the error for a Zimbra fault code; an unknown code is a plain `Fault`.

    >>> type(fault("account.NO_SUCH_DOMAIN")).__name__, type(fault("new.CODE")).__name__
    ('NoSuchDomain', 'Fault')
    """
    return _FAULTS.get(zimbra_code, Fault)(zimbra_code, text, arguments)
