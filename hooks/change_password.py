"""Change password: the administrator's or the sold mailbox's, if Zimbra finds it strong enough.

A host that retries sends the same password again. The store keeps a keyed digest of the last
password that was set, with the time that Zimbra noted for it. While both are unchanged, nothing is
written, and the customer's open sessions stay open. No log-in is tried to find out: each wrong one
counts towards the filter that blocks the whole billing host.

Zimbra does not lift a lockout after wrong passwords when the password is changed (recorded on a
genuine server), so it is lifted here. A status that staff set stays.
"""

from __future__ import annotations

from puq_zimbra import products
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_, PasswordRefused
from puq_zimbra.provisioning import accounts, changes, entries, ownership, passwords
from puq_zimbra.provisioning.changes import Steps
from puq_zimbra.provisioning.entries import shown_name
from puq_zimbra.registry.hook import PASSWORD, SERVICE, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request
from puq_zimbra.zimbra.answers import Entry

HOOK = Hook(
    needs=(*SERVICE, "new_password"),
    writes=True,
    aspects={PASSWORD},
    audience="both",
    whmcs=("ChangePassword",),
)


def run(request: Request, runtime: Runtime) -> Reply:
    """Make the password the new one."""
    assert request.new_password is not None
    zimbra = runtime.zimbra(request)
    stamped = products.get(zimbra, request)
    ownership.require_created(stamped)
    account = products.log_in_account(zimbra, request, stamped)
    accounts.require_own_password(zimbra, account)
    values = {"address": shown_name(account)}
    password = request.new_password.get_secret_value()
    try:
        zimbra.check_password_strength(account.id, password)
    except PasswordRefused as error:
        raise passwords.refusal(error) from error
    operations = runtime.store().operations
    is_new = not operations.is_password(account.id, password, _changed_at(account))
    if request.dry_run:
        return changes.tell(_steps(account, password, is_new), accounts.lockout_lifted(account))
    if changes.apply(zimbra, _steps(account, password, is_new))[0]:
        fresh = entries.reread(zimbra, account)
        operations.note_password(account.id, password, _changed_at(fresh))
    lifted = bool(changes.apply(zimbra, accounts.lockout_lifted(account))[0])
    return Reply("updated" if is_new or lifted else "unchanged", _TOLD[is_new, lifted], values)


#: whether the password is a new one, whether a lockout was lifted -> what is told
_TOLD = {
    (True, False): N_("The password of %(address)s was changed."),
    (True, True): N_(
        "The password of %(address)s was changed, and its lockout after wrong passwords was lifted."
    ),
    (False, True): N_(
        "The mailbox %(address)s has this password already; its lockout after wrong passwords was"
        " lifted."
    ),
    (False, False): N_("The mailbox %(address)s has this password already."),
}


def _steps(account: Entry, password: str, is_new: bool) -> Steps[None]:
    if is_new:
        yield changes.set_password(account, password)


def _changed_at(account: Entry) -> str:
    return account.one("zimbraPasswordModifiedTime") or ""
