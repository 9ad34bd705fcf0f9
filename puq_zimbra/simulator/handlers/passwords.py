"""Passwords set and checked by administrators.

Source: `service/admin/SetPassword.java`, `service/admin/CheckPasswordStrength.java`.
"""

from __future__ import annotations

from puq_zimbra.simulator import access, faults, passwords
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import PEOPLE
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.handlers.accounts import by_id


def set_password(context: Context, request: Element) -> Element:
    """SetPasswordRequest: a violation of the policy is told, and the password set all the same."""
    world = context.world
    id_ = el.child_first(request, "id")
    new = el.child_first(request, "newPassword")
    account = world.directory.find(id_, *PEOPLE)
    if account is None:
        raise access.hide_missing(context, "account", id_, False)
    enforced = not access.may(context, "setAccountPassword", account)
    right = "changeAccountPassword" if enforced else "setAccountPassword"
    access.require_account(context, right, account, id_ or "")
    if new is None:
        raise faults.null_pointer("String.length()", '"password" is null')
    violation = passwords.first_violation(world, account, new)
    if enforced and world.value(account, "zimbraPasswordLocked") == "TRUE":
        raise faults.Fault("account.PASSWORD_LOCKED", "password is locked and can't be changed")
    if enforced and violation:
        raise violation
    passwords.store(world, account, new)
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
    passwords.check_strength(context.world, account, password)
    return el.response(request)


ADMIN = {
    "SetPasswordRequest": set_password,
    "CheckPasswordStrengthRequest": check,
}
