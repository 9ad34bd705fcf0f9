"""The refusals Zimbra knows, by code, each with its side and its wording.

Source: `ServiceException`, `AccountServiceException`, `MailServiceException`, `LdapException`.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Codes whose fault is the server's ("Receiver"), although most of them are permanent.
RECEIVER = frozenset(
    {
        "service.FAILURE",
        "service.TEMPORARILY_UNAVAILABLE",
        "service.RESOURCE_UNREACHABLE",
        "service.PROXY_ERROR",
        "service.LICENSE_ERROR",
        "service.NOT_FOUND",
        "service.UNSUPPORTED",
        "service.INTERRUPTED",
        "account.TOO_MANY_ACCOUNTS",
        "account.TOO_MANY_SEARCH_RESULTS",
        "account.MAINTENANCE_MODE",
        "account.ACCOUNT_INACTIVE",
        "mail.MAINTENANCE",
        "mail.TRY_AGAIN",
    }
)


@dataclass(frozen=True)
class Argument:
    """A machine-readable part of a fault: name, type (STR, NUM, IID, ACCTID) and value."""

    name: str
    type: str
    value: str


class Fault(Exception):
    """What Zimbra answers instead of a response."""

    def __init__(self, code: str, text: str, *arguments: Argument) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text
        self.arguments = arguments

    @property
    def side(self) -> str:
        """Say who is at fault, in SOAP 1.2's words."""
        receiver = self.code in RECEIVER or self.code.startswith("ldap.")
        return "Receiver" if receiver else "Sender"


#: The texts of faults that carry none of their own, for faults injected by code.
DEFAULT_TEXTS = {
    "service.AUTH_REQUIRED": "no valid authtoken present",
    "service.AUTH_EXPIRED": "auth credentials have expired",
    "service.FAILURE": "system failure: injected",
    "service.PERM_DENIED": "permission denied: injected",
    "service.INVALID_REQUEST": "invalid request: injected",
    "service.TEMPORARILY_UNAVAILABLE": "service temporarily unavailable",
    "service.RESOURCE_UNREACHABLE": "resource unreachable: injected",
    "service.PROXY_ERROR": "error while proxying request to target server: injected",
    "account.MAINTENANCE_MODE": "account is in maintenance mode",
    "account.CHANGE_PASSWORD": "must change password",
    "account.INVALID_PASSWORD": "invalid password: too short",
}


def by_code(code: str, text: str = "") -> Fault:
    """Make a fault of any code, with Zimbra's usual text when none is given."""
    return Fault(code, text or DEFAULT_TEXTS.get(code, f"{code} (injected)"))


def auth_required() -> Fault:
    """No token, or one that cannot be read."""
    return by_code("service.AUTH_REQUIRED")


def auth_expired() -> Fault:
    """A token that was good once."""
    return by_code("service.AUTH_EXPIRED")


def denied(why: str) -> Fault:
    """The caller may not."""
    return Fault("service.PERM_DENIED", f"permission denied: {why}")


def invalid(what: str) -> Fault:
    """The request makes no sense."""
    return Fault("service.INVALID_REQUEST", f"invalid request: {what}")


def failure(what: str) -> Fault:
    """Zimbra stumbled; many plain mistakes of callers end here too."""
    return Fault("service.FAILURE", f"system failure: {what}")


def null_pointer(call: str, because: str) -> Fault:
    """A missing part that Zimbra dereferenced unseen."""
    return failure(f'java.lang.NullPointerException: Cannot invoke "{call}" because {because}')


def unknown_document(name: str) -> Fault:
    """No such command in that namespace."""
    return Fault("service.UNKNOWN_DOCUMENT", f"unknown document: {name}")


def parse_error(what: str) -> Fault:
    """The body cannot be read."""
    return Fault("service.PARSE_ERROR", what)


_NOUNS = {
    "account": ("account.NO_SUCH_ACCOUNT", "account"),
    "alias": ("account.NO_SUCH_ALIAS", "alias"),
    "domain": ("account.NO_SUCH_DOMAIN", "domain"),
    "cos": ("account.NO_SUCH_COS", "cos"),
    "server": ("account.NO_SUCH_SERVER", "server"),
    "list": ("account.NO_SUCH_DISTRIBUTION_LIST", "distribution list"),
    "resource": ("account.NO_SUCH_CALENDAR_RESOURCE", "calendar resource"),
    "right": ("account.NO_SUCH_RIGHT", "right"),
    "grant": ("account.NO_SUCH_GRANT", "grant"),
}


def no_such(kind: str, name: str | None) -> Fault:
    """What was asked for does not exist."""
    code, noun = _NOUNS[kind]
    return Fault(code, f"no such {noun}: {name if name is not None else 'null'}")


def account_exists(address: str, dn: str = "") -> Fault:
    """The address is taken by an account, list or resource."""
    where = f", at DN: {dn}" if dn else ""
    return Fault("account.ACCOUNT_EXISTS", f"email address already exists: {address}{where}")


def list_exists(address: str) -> Fault:
    """The address wanted for a list is taken."""
    return Fault("account.DISTRIBUTION_LIST_EXISTS", f"email address already exists: {address}")


def domain_exists(name: str) -> Fault:
    """There is a domain of that name."""
    return Fault("account.DOMAIN_EXISTS", f"domain already exists: {name}")


def cos_exists(name: str) -> Fault:
    """There is a class of service of that name."""
    return Fault("account.COS_EXISTS", f"cos already exists: {name}")


def bad_value(text: str) -> Fault:
    """A value that the attribute's definition refuses."""
    return Fault("account.INVALID_ATTR_VALUE", text)


def auth_failed(name: str) -> Fault:
    """Wrong password, or an account that may not log in."""
    return Fault("account.AUTH_FAILED", f"authentication failed for [{name}]")


def maintenance() -> Fault:
    """The account or its domain is under maintenance."""
    return by_code("account.MAINTENANCE_MODE")


def bad_password(reason: str, attribute: str, type_: str, value: str) -> Fault:
    """The password policy says no; the argument names the rule."""
    return Fault(
        "account.INVALID_PASSWORD",
        f"invalid password: {reason}",
        Argument(attribute, type_, value),
    )


def too_many_accounts(what: str) -> Fault:
    """A limit on the number of accounts is reached."""
    return Fault("account.TOO_MANY_ACCOUNTS", f"number of accounts reached the limit: {what}")


#: The address of the directory, as it stands in the texts of its refusals.
LDAP_HOST = "ldap host=127.0.0.1:389"


def directory(code: str, doing: str, what: str) -> Fault:
    """The directory refused; ``doing`` is Zimbra's words for the step."""
    words = {
        "INVALID_ATTR_NAME": "invalid attr name",
        "INVALID_ATTR_VALUE": "invalid attr value",
        "OBJECT_CLASS_VIOLATION": "object class violation",
        "LDAP_ERROR": "LDAP error: ",
    }[code]
    return Fault(f"ldap.{code}", f"{words} - {doing}: {LDAP_HOST}: {what}")
