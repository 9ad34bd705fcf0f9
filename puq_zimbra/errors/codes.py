"""From one of Zimbra's fault codes to its error.

Source: `soap:Fault/Detail/Error/Code`; never the HTTP status.
"""

from __future__ import annotations

from puq_zimbra.errors.base import Fault
from puq_zimbra.errors.faults import DomainSuspended, PermissionDenied
from puq_zimbra.errors.log_in import AdministratorNotAdmitted, CredentialsRejected


def _subclasses(cls: type[Fault]) -> list[type[Fault]]:
    return [cls, *(leaf for child in cls.__subclasses__() for leaf in _subclasses(child))]


_FAULTS = {code: cls for cls in _subclasses(Fault) for code in cls.codes}


def fault(zimbra_code: str, text: str = "", arguments: dict[str, str] | None = None) -> Fault:
    """Give the error for a Zimbra fault code; an unknown code is a plain `Fault`.

    >>> type(fault("account.NO_SUCH_DOMAIN")).__name__, type(fault("new.CODE")).__name__
    ('NoSuchDomain', 'Fault')
    """
    if zimbra_code == "service.FAILURE" and "LICENSE_ERROR" in text:  # how CreateAccount wraps it
        zimbra_code = "service.LICENSE_ERROR"
    found = _FAULTS.get(zimbra_code, Fault)
    if found is PermissionDenied and DomainSuspended.words in text:
        found = DomainSuspended
    return found(zimbra_code, text, arguments)


def log_in_refusal(zimbra_code: str, text: str = "") -> CredentialsRejected:
    """Give the error for a code with which a log-in was refused.

    >>> type(log_in_refusal("service.PERM_DENIED")).__name__
    'AdministratorNotAdmitted'
    """
    known = _FAULTS.get(zimbra_code, Fault)
    refusal = known if issubclass(known, CredentialsRejected) else AdministratorNotAdmitted
    return refusal(zimbra_code, text)
