"""Create for model ``mailbox``: make the one address, or finish what an earlier call began.

The stamp, and the mark of an unfinished creation, are written in the call that makes the account.
"""

from __future__ import annotations

from typing import Any

from puq_zimbra.call import Call
from puq_zimbra.errors import Conflict
from puq_zimbra.model import Reply
from puq_zimbra.provisioning import accounts, mailboxes, ownership, passwords, plans, stamped
from puq_zimbra.provisioning.kinds import KINDS
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

from . import create, dry_run
from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """Make the mailbox exist."""
    zimbra = runtime.zimbra(call)
    account = mailboxes.find_ours(zimbra, call)
    if account is None:
        stamped.require_absent(zimbra, call)
        mailboxes.require_domain(zimbra, call, runtime.config.mailbox.domains)
    else:
        create.refuse_if_ending(call, account)
        if not ownership.is_unfinished(account):
            return create.exists(call, account, _data(call))
    cos = plans.class_of_service(zimbra, call.sold.plan)
    passwords.check(accounts.password_of(call), cos or plans.default_class(zimbra))
    if call.dry_run:
        told = mailboxes.changes_to_fit(call, account, cos)
        words = KINDS["account"].words
        if account is None:
            action, told = "create", {**told, words: call.stamp}
        else:
            removed = told.get("-" + words, [])
            action, told = "modify", {**told, "-" + words: [ownership.CREATING, *removed]}
        return dry_run.reply([dry_run.change(action, call.shown_address, told)])
    _make(call, zimbra, account, cos)
    return create.created(call, _data(call))


def _make(call: Call, zimbra: Zimbra, account: Entry | None, cos: Entry | None) -> None:
    if account is None:
        account = mailboxes.make(zimbra, call, cos)
    else:
        # It may have been made by a call whose answer was lost, before its password was stored.
        zimbra.set_password(account.id, accounts.password_of(call))
    mailboxes.finish(zimbra, call, account, cos)
    fresh = mailboxes.find_ours(zimbra, call)
    if (
        fresh is None
        or ownership.is_unfinished(fresh)
        or mailboxes.changes_to_fit(call, fresh, cos)
    ):
        raise Conflict(
            "The mailbox %(address)s was created, but does not read back complete: create it"
            " again.",
            address=call.shown_address,
        )


def _data(call: Call) -> dict[str, Any]:
    """What the welcome mail needs."""
    server = call.given_server
    return {
        "domain": call.shown_domain,
        "address": call.shown_address,
        "webmail_url": server.webmail,
        "mail_hosts": server.mail_hosts,
    }
