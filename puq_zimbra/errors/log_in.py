"""Zimbra's fault codes about a log-in.

Source: com.zimbra.cs.account.AccountServiceException; com.zimbra.cs.account.auth.
"""

from __future__ import annotations

from typing import ClassVar

from puq_zimbra.errors.base import Fault


class TokenRejected(Fault):
    """The token has expired or is missing; the request was not carried out."""

    code = "unavailable"
    retryable = True
    codes = ("service.AUTH_EXPIRED", "service.AUTH_REQUIRED")
    sentence = "Zimbra no longer accepts the log-in (%(zimbra_code)s)."


class CredentialsRejected(Fault):
    """The log-in is rejected, usually because the name or the password is wrong."""

    code = "misconfigured"
    codes: ClassVar[tuple[str, ...]] = ("account.AUTH_FAILED",)
    sentence = (
        "Zimbra rejected the administrator's user name or password (%(zimbra_code)s): put them"
        " right in the server's settings, see that his account is not locked, then press Test"
        " Connection."
    )
    #: the password may be wrong, and Zimbra blocks an address that tries wrong ones
    may_not_be_repeated: ClassVar[bool] = True


class AdministratorNotAdmitted(CredentialsRejected):
    """Zimbra rejected the administrator before checking the password."""

    codes: ClassVar[tuple[str, ...]] = ()
    sentence = (
        "Zimbra does not let this administrator in (%(zimbra_code)s): give his whole address as"
        " user name, and see that he is an administrator and his account neither locked, locked out"
        " nor in maintenance; then press Test Connection."
    )


class PasswordRunOut(CredentialsRejected):
    """The password is right but has expired."""

    codes = ("account.CHANGE_PASSWORD",)
    sentence = (
        "Zimbra lets its administrator in only after a change of his password (%(zimbra_code)s):"
        " set one that does not run out (zimbraPasswordMaxAge 0), and put it into the server's"
        " settings."
    )
    may_not_be_repeated = False


class SecondFactorWanted(CredentialsRejected):
    """The password is right, but a second factor is required."""

    codes = (
        "account.TWO_FACTOR_AUTH_FAILED",
        "account.TWO_FACTOR_AUTH_REQUIRED",
        "account.TWO_FACTOR_SETUP_REQUIRED",
    )
    sentence = (
        "The Zimbra administrator must log in with a second factor: use an administrator without"
        " one."
    )
    may_not_be_repeated = False
