"""Change password: the administrator's, after Zimbra itself has found it strong enough.

A host that retries sends the same password again. We keep a keyed digest of the last password that
we set, with the time that Zimbra noted for it: while both are still the same nothing is written,
and the customer's open sessions stay open. No log-in is tried to find out, since each wrong one
counts towards the filter that shuts out the whole billing host.
"""

from __future__ import annotations

from puq_zimbra.call import Call
from puq_zimbra.errors import PasswordRefused
from puq_zimbra.model import Reply
from puq_zimbra.provisioning import admins, domains, passwords
from puq_zimbra.units import shown_address
from puq_zimbra.zimbra.answers import Entry

from . import dry_run
from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """Make the administrator's password the new one."""
    assert call.new_password is not None
    zimbra = runtime.zimbra(call)
    domains.get_ours(zimbra, call)
    account = admins.get(zimbra, call)
    places = {"address": shown_address(admins.address_of(call))}
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
    operations.note_password(account.id, password, _changed_at(admins.get(zimbra, call)))
    return Reply("updated", "The password of %(address)s was changed.", places)


def _changed_at(account: Entry) -> str:
    return account.one("zimbraPasswordModifiedTime") or ""
