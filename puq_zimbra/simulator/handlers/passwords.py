"""Passwords set and checked by administrators.

Source: `service/admin/SetPassword.java`, `service/admin/CheckPasswordStrength.java`,
`service/admin/ResetAccountPassword.java`.
"""

from __future__ import annotations

from puq_zimbra.simulator import access, carbonio, faults, passwords, rendering
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import ACCOUNT_KINDS
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.handlers.accounts import by_id


def set_password(context: Context, request: Element) -> Element:
    """SetPasswordRequest: a violation of the policy is told, and the password set all the same."""
    state = context.state
    id_ = el.child_first(request, "id")
    new = el.child_first(request, "newPassword")
    account = state.directory.find(id_, *ACCOUNT_KINDS)
    if account is None:
        raise access.hide_missing(context, "account", id_, False)
    enforced = not access.may(context, "setAccountPassword", account)
    right = "changeAccountPassword" if enforced else "setAccountPassword"
    access.require_account(context, right, account, id_ or "")
    if new is None:
        raise faults.null_pointer("String.length()", '"password" is null')
    violation = passwords.first_violation(state, account, new)
    if enforced and state.value(account, "zimbraPasswordLocked") == "TRUE":
        raise faults.Fault("account.PASSWORD_LOCKED", "password is locked and can't be changed")
    if enforced and violation:
        raise violation
    passwords.store(state, account, new)
    made = el.response(request)
    if violation:
        el.add(
            made,
            "message",
            content=f"Password violation: account={account.name}, violation={violation.text}.  "
            "Password is set successfully.",
        )
    return made


def check(context: Context, request: Element) -> Element:
    """CheckPasswordStrengthRequest."""
    id_ = el.required(request, "id")
    password = el.required(request, "password")
    account = by_id(context, id_, "checkPasswordStrength")
    passwords.check_strength(context.state, account, password)
    return el.response(request)


def reset(context: Context, request: Element) -> Element:
    """ResetAccountPasswordRequest: without a mail server no code can be sent."""
    by, value = rendering.selected(request, "account")
    if not value:
        raise faults.invalid("no text specified for the account element")
    account = rendering.find_account(context, by, value)
    if account is None or not access.may(context, "setAccountPassword", account):
        raise faults.denied("can not access account")
    if context.state.is_carbonio:
        raise carbonio.no_reset()
    raise faults.by_code(
        "service.CONTACT_ADMIN",
        "service exception: Something went wrong. Please contact your administrator.",
    )


ADMIN = {
    "ResetAccountPasswordRequest": reset,
    "SetPasswordRequest": set_password,
    "CheckPasswordStrengthRequest": check,
}
