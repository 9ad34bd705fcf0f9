"""Change password: the administrator's, after Zimbra itself has found it strong enough.

A host that retries sends the same password again. When the account's password was changed within
the last minutes, a log-in tells whether it is this very one: then nothing is written, and the
customer's open sessions stay open. At any other time no log-in is tried, because each wrong one
counts towards Zimbra's lock-out.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from puq_zimbra.call import Call
from puq_zimbra.errors import PasswordRefused
from puq_zimbra.model import Reply
from puq_zimbra.provisioning import admins, domains, passwords
from puq_zimbra.units import shown_address
from puq_zimbra.zimbra.answers import Entry

from . import dry_run
from .runtime import Runtime

#: how soon a repeated call comes; clocks may differ by as much
_SOON = timedelta(minutes=15)


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
    lately = _changed_lately(account, runtime.now())
    if lately and zimbra.connection.accepts(account.name, password):
        return Reply("unchanged", "The mailbox %(address)s has this password already.", places)
    zimbra.set_password(account.id, password)
    return Reply("updated", "The password of %(address)s was changed.", places)


def _changed_lately(account: Entry, now: datetime) -> bool:
    text = (account.one("zimbraPasswordModifiedTime") or "").partition(".")[0].removesuffix("Z")
    try:
        changed = datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return False
    return abs(now - changed) < _SOON
