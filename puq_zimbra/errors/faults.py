"""Zimbra's fault codes, each with its class.

Source: com.zimbra.common.service.ServiceException, com.zimbra.cs.account.AccountServiceException.
"""

from __future__ import annotations

from typing import ClassVar

from puq_zimbra.errors.base import Fault


class MailboxInactive(Fault):
    """The mailbox that a request was about is in maintenance, or not active."""

    codes = ("account.MAINTENANCE_MODE", "account.ACCOUNT_INACTIVE")
    sentence = (
        "The mailbox is in maintenance or not active in Zimbra (%(zimbra_code)s): make it active"
        " there, then try again."
    )


class PermissionDenied(Fault):
    """The administrator lacks a right."""

    code = "misconfigured"
    codes: ClassVar[tuple[str, ...]] = ("service.PERM_DENIED", "service.FORBIDDEN")
    sentence = "The Zimbra administrator lacks a right for this (%(zimbra_code)s)."


class DomainSuspended(PermissionDenied):
    """An administrator set the domain to ``suspended``: Zimbra touches nothing in it.

    Source: `cs/account/AccessManager.java` (checkDomainStatus): the same code as for a right that
    is missing, told apart by its text alone.
    """

    code = "conflict"
    codes: ClassVar[tuple[str, ...]] = ()
    sentence = (
        "The domain is suspended in Zimbra, which touches no mailbox in it: an administrator must"
        " set another status there first."
    )
    words: ClassVar[str] = "domain is suspended"


class NoSuch(Fault):
    """Zimbra says that the object does not exist."""

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
    """The name is taken; read by whom before doing anything else."""

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
        "mail.QUOTA_EXCEEDED",
        "mail.DOMAIN_QUOTA_EXCEEDED",
    )
    sentence = "A limit kept by Zimbra is reached (%(zimbra_code)s)."


class LicenceUsedUp(Fault):
    """Zimbra's own licence allows no more."""

    code = "misconfigured"
    codes = ("service.LICENSE_ERROR",)
    sentence = (
        "Zimbra's licence allows no more mailboxes or features, or has run out (%(zimbra_code)s):"
        " have it enlarged or renewed."
    )


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
        "account.TOO_MANY_SEARCH_RESULTS",
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
    """A temporary failure in Zimbra; the outcome of a write is unknown."""

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
