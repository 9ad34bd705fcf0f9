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

from puq_zimbra.errors import Conflict, Refused
from puq_zimbra.model import Call, Reply, Server
from puq_zimbra.provisioning import admins, domains, ownership, passwords, plans
from puq_zimbra.units import shown_address, shown_domain
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """Make the service exist."""
    assert call.service is not None
    assert call.server is not None
    zimbra = runtime.zimbra(call)
    domain = domains.find_ours(zimbra, call)
    if domain is not None and ownership.purge_at(domain) is not None:
        raise Refused(
            "The domain %(domain)s waits for its deletion: restore it first.",
            domain=shown_domain(domains.name_of(call)),
        )
    unfinished = domain is None or ownership.is_unfinished(domain)
    if not unfinished and admins.find(zimbra, call) is not None:
        return Reply(
            "already_exists",
            "The mail domain %(domain)s exists already.",
            {"domain": shown_domain(domains.name_of(call))},
            data=_data(call, call.server),
        )
    plan = call.service.plan
    cos = plans.class_of_service(zimbra, plan)
    passwords.check(admins.password_of(call), cos)
    if plan.mailboxes == 0:
        raise Refused("The plan allows no mailboxes, but the administrator needs one.")
    if call.dry_run:
        return _dry_run(call, domain)
    _make(call, zimbra, domain, domains.attributes_of(plan, cos, 0), unfinished=unfinished)
    return Reply(
        "created",
        "The mail domain %(domain)s was created.",
        {"domain": shown_domain(domains.name_of(call))},
        data=_data(call, call.server),
    )


def _make(
    call: Call, zimbra: Zimbra, domain: Entry | None, wanted: dict[str, str], *, unfinished: bool
) -> None:
    if domain is None:
        domain = domains.make(zimbra, call, wanted)
    elif unfinished and (missing := domains.difference(domain, wanted)):
        zimbra.modify_domain(domain.id, missing)
    admins.ensure(zimbra, call, domain, unfinished=unfinished)
    if unfinished:
        zimbra.modify_domain(domain.id, {"-" + ownership.FOREIGN_NAME: ownership.CREATING})
    fresh = domains.verify(zimbra, call, wanted if unfinished else {})
    if ownership.is_unfinished(fresh) or admins.find(zimbra, call) is None:
        raise Conflict(
            "The domain %(domain)s was created, but does not read back complete: create it again.",
            domain=shown_domain(domains.name_of(call)),
        )


def _dry_run(call: Call, domain: Entry | None) -> Reply:
    changes = [{"action": "create", "object": shown_address(admins.address_of(call))}]
    if domain is None:
        changes.insert(0, {"action": "create", "object": shown_domain(domains.name_of(call))})
    return Reply("unchanged", "Nothing was written: this was a dry run.", data={"changes": changes})


def _data(call: Call, server: Server) -> dict[str, Any]:
    """What the welcome mail needs."""
    name, host = domains.name_of(call), server.mail_host
    return {
        "domain": shown_domain(name),
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
