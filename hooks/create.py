"""Create: make the domain and its administrator, or finish what an earlier call began.

1. Read the domain. Somebody else's stops everything; ours and complete is ``already_exists``.
2. Refuse whatever can be refused: the class of service, the password's rules, the limits.
3. Make the domain, stamped in the same call and marked as unfinished; then the administrator's
   mailbox, then his rights.
4. Take the mark away, read everything back, answer.

A service that is complete keeps its limits and its passwords: those are for change_package and
change_password. Model ``server`` begins with its first domain, on a Zimbra that holds no other
service; model ``mailbox`` is in `create_mailbox`.
"""

from __future__ import annotations

from typing import Any

from puq_zimbra.call import Call, Server
from puq_zimbra.errors import N_, Conflict, Refused
from puq_zimbra.model import Reply
from puq_zimbra.provisioning import accounts, admins, domains, ownership, passwords, plans, stamped
from puq_zimbra.provisioning.kinds import KINDS
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

from . import create_mailbox, dry_run
from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """Make the service exist."""
    if call.sold.model == "mailbox":
        return create_mailbox.run(call, runtime)
    zimbra = runtime.zimbra(call)
    domain = domains.find_ours(zimbra, call)
    if domain is None:
        stamped.require_absent(zimbra, call)
        if call.sold.model == "server":
            stamped.refuse_if_shared(zimbra)
    else:
        refuse_if_ending(call, domain)
        if not ownership.is_unfinished(domain) and admins.is_complete(zimbra, call, domain):
            return exists(call, domain, data=_data(call, call.given_server))
    plan = call.sold.plan
    cos = plans.class_of_service(zimbra, plan)
    passwords.check(accounts.password_of(call), cos or plans.default_class(zimbra))
    if plan.mailboxes == 0:
        raise Refused("The plan allows no mailboxes, but the administrator needs one.")
    wanted = domains.attributes_of(call.sold, cos, 0)
    if call.dry_run:
        return _dry_run(call, zimbra, domain, wanted)
    _make(call, zimbra, domain, wanted)
    return created(call, _data(call, call.given_server))


def refuse_if_ending(call: Call, entry: Entry) -> None:
    """Let a service pass only if it is not being deleted, nor waits for it.

    Raises:
        Refused: it does.
    """
    ownership.require_whole(entry)
    if ownership.purge_at(entry) is not None:
        raise Refused("%(name)s waits for its deletion: restore it first.", name=call.shown_name)


def exists(call: Call, entry: Entry, data: dict[str, Any]) -> Reply:
    """The reply for a service that is there and complete."""
    places = {"name": call.shown_name}
    if ownership.was(entry) is not None:
        message = N_("The service %(name)s exists already and is suspended.")
        return Reply("already_exists", message, places, data=data)
    return Reply("already_exists", "The service %(name)s exists already.", places, data=data)


def created(call: Call, data: dict[str, Any]) -> Reply:
    """The reply for a service that was made, or finished."""
    message = N_("The service %(name)s was created.")
    return Reply("created", message, {"name": call.shown_name}, data=data)


def _dry_run(call: Call, zimbra: Zimbra, domain: Entry | None, limits: dict[str, str]) -> Reply:
    told = []
    account = accounts.find(zimbra, call) if domain is not None else None
    if domain is None:
        attributes = {KINDS["domain"].words: call.stamp, **limits}
        told.append(dry_run.change("create", call.shown_domain, attributes))
    elif ownership.is_unfinished(domain):
        missing = domains.difference(domain, limits)
        attributes = {**missing, "-" + KINDS["domain"].words: ownership.CREATING}
        told.append(dry_run.change("modify", call.shown_domain, attributes))
    settings = {**admins.settings_of(call.sold.plan), "rights": admins.RIGHTS}
    told.append(dry_run.change("modify" if account else "create", call.shown_address, settings))
    return dry_run.reply(told)


def _make(call: Call, zimbra: Zimbra, domain: Entry | None, wanted: dict[str, str]) -> None:
    if domain is not None and not ownership.is_unfinished(domain):
        # A complete service that only lacks its administrator keeps its limits.
        admins.ensure(zimbra, call, domain, unfinished=False)
        return
    if domain is None:
        domain = domains.make(zimbra, call, wanted)
    if missing := domains.difference(domain, wanted):
        zimbra.modify_domain(domain.id, missing)
    admins.ensure(zimbra, call, domain, unfinished=True)
    zimbra.modify_domain(domain.id, {"-" + KINDS["domain"].words: ownership.CREATING})
    fresh = domains.verify(zimbra, call, wanted)
    if ownership.is_unfinished(fresh) or accounts.find(zimbra, call) is None:
        raise Conflict(
            "The domain %(domain)s was created, but does not read back complete: create it again.",
            domain=call.shown_domain,
        )


def _data(call: Call, server: Server) -> dict[str, Any]:
    """What the welcome mail needs."""
    name, host = call.domain, server.mail_host
    return {
        "domain": call.shown_domain,
        "admin_address": call.shown_address,
        "webmail_url": server.webmail,
        "admin_url": server.admin_panel,
        "mail_hosts": server.mail_hosts,
        "dns": [
            {"type": "MX", "name": name, "value": f"10 {host}."},
            {"type": "TXT", "name": name, "value": "v=spf1 mx ~all"},
        ],
    }
