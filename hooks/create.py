"""Create: make the domain and its administrator, or finish what an earlier call began.

1. Read the domain. Somebody else's stops everything; ours and complete is ``already_exists``.
2. Refuse whatever can be refused: the class of service, the password's rules, the limits.
3. Make the domain, stamped in the same call and marked as unfinished; then the administrator's
   mailbox, then his rights.
4. Take the mark away, read everything back, answer.

A service that is complete keeps its limits and its passwords: those are for change_package and
change_password.
"""

from __future__ import annotations

from typing import Any

from puq_zimbra.call import Call, Server
from puq_zimbra.errors import Conflict, Refused
from puq_zimbra.model import Reply
from puq_zimbra.provisioning import admins, domains, ownership, passwords, plans, stamped
from puq_zimbra.units import shown_address
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

from . import dry_run
from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """Make the service exist."""
    zimbra = runtime.zimbra(call)
    domain = domains.find_ours(zimbra, call)
    if domain is None:
        stamped.refuse_if_elsewhere(zimbra, call)
    else:
        ownership.require_whole(domain)
        if ownership.purge_at(domain) is not None:
            raise Refused(
                "The domain %(domain)s waits for its deletion: restore it first.",
                domain=call.shown_domain,
            )
        if not ownership.is_unfinished(domain) and admins.is_complete(zimbra, call, domain):
            return _exists(call, domain)
    plan = call.sold.plan
    cos = plans.class_of_service(zimbra, plan)
    passwords.check(admins.password_of(call), cos or plans.default_class(zimbra))
    if plan.mailboxes == 0:
        raise Refused("The plan allows no mailboxes, but the administrator needs one.")
    if call.dry_run:
        return _dry_run(call, domain, domains.attributes_of(plan, cos, 0))
    _make(call, zimbra, domain, domains.attributes_of(plan, cos, 0))
    return Reply(
        "created",
        "The mail domain %(domain)s was created.",
        {"domain": call.shown_domain},
        data=_data(call, call.given_server),
    )


def _dry_run(call: Call, domain: Entry | None, limits: dict[str, str]) -> Reply:
    address = shown_address(admins.address_of(call))
    told = []
    if domain is None:
        attributes = {ownership.FOREIGN_NAME: call.stamp, **limits}
        told.append(dry_run.change("create", call.shown_domain, attributes))
    settings = {**admins.settings_of(call.sold.plan), "rights": admins.RIGHTS}
    told.append(dry_run.change("create", address, settings))
    return dry_run.reply(told)


def _exists(call: Call, domain: Entry) -> Reply:
    places = {"domain": call.shown_domain}
    data = _data(call, call.given_server)
    if ownership.was(domain) is not None:
        return Reply(
            "already_exists",
            "The mail domain %(domain)s exists already and is suspended.",
            places,
            data=data,
        )
    return Reply("already_exists", "The mail domain %(domain)s exists already.", places, data=data)


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
    zimbra.modify_domain(domain.id, {"-" + ownership.FOREIGN_NAME: ownership.CREATING})
    fresh = domains.verify(zimbra, call, wanted)
    if ownership.is_unfinished(fresh) or admins.find(zimbra, call) is None:
        raise Conflict(
            "The domain %(domain)s was created, but does not read back complete: create it again.",
            domain=call.shown_domain,
        )


def _data(call: Call, server: Server) -> dict[str, Any]:
    """What the welcome mail needs."""
    name, host = call.domain, server.mail_host
    return {
        "domain": call.shown_domain,
        "admin_address": shown_address(admins.address_of(call)),
        "webmail_url": server.webmail,
        "admin_url": server.admin_panel,
        "mail_hosts": {
            "imap": f"{host}:993",
            "pop3": f"{host}:995",
            "smtp": f"{host}:465",
        },
        "dns": [
            {"type": "MX", "name": name, "value": f"10 {host}."},
            {"type": "TXT", "name": name, "value": "v=spf1 mx ~all"},
        ],
    }
