"""Change password: the administrator's or the sold mailbox's, once Zimbra finds it strong enough.

A host that retries sends the same password again. We keep a keyed digest of the last password that
we set, with the time that Zimbra noted for it: while both are still the same nothing is written,
and the customer's open sessions stay open. No log-in is tried to find out, since each wrong one
counts towards the filter that shuts out the whole billing host.
"""

from __future__ import annotations

from puq_zimbra.call import Call
from puq_zimbra.errors import PasswordRefused
from puq_zimbra.model import Reply
from puq_zimbra.provisioning import objects, passwords
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

from . import dry_run
from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """Make the password the new one."""
    assert call.new_password is not None
    zimbra = runtime.zimbra(call)
    account = _account(zimbra, call)
    places = {"address": call.shown_address}
    password = call.new_password.get_secret_value()
    try:
        zimbra.check_password_strength(account.id, password)
    except PasswordRefused as error:
        raise passwords.refusal(error) from error
    if call.dry_run:
        return dry_run.reply([dry_run.change("modify", places["address"])])
    operations = runtime.store().operations
    if operations.is_password(account.id, password, _changed_at(account)):
        return Reply("unchanged", "The mailbox %(address)s has this password already.", places)
    zimbra.set_password(account.id, password)
    operations.note_password(account.id, password, _changed_at(_account(zimbra, call)))
    return Reply("updated", "The password of %(address)s was changed.", places)


def _account(zimbra: Zimbra, call: Call) -> Entry:
    return objects.log_in_account(zimbra, call, objects.get_ours(zimbra, call))


def _changed_at(account: Entry) -> str:
    return account.one("zimbraPasswordModifiedTime") or ""
