"""Unsuspend: give the domain back the status it had before the host suspended it.

A domain that the host never suspended stays as it is: a lock that an administrator set in Zimbra
is not the host's to lift.
"""

from __future__ import annotations

from puq_zimbra.call import Call
from puq_zimbra.errors import Conflict, Refused
from puq_zimbra.model import Reply
from puq_zimbra.provisioning import domains, ownership, suspension
from puq_zimbra.zimbra.answers import Entry

from . import dry_run
from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """End the service's suspension."""
    domain = domains.get_ours(runtime.zimbra(call), call)
    ownership.require_whole(domain)
    places = {"domain": call.shown_domain}
    if ownership.purge_at(domain) is not None:
        raise Refused("The domain %(domain)s waits for its deletion: restore it first.", **places)
    done = Reply("updated", "The mail domain %(domain)s is in service again.", places)
    return give_back(call, runtime, domain, done)


def give_back(call: Call, runtime: Runtime, domain: Entry, done: Reply) -> Reply:
    """Write what ends the suspension and a pending deletion, read it back, and say ``done``.

    Raises:
        Conflict: Zimbra did not keep it.
    """
    zimbra = runtime.zimbra(call)
    places = {"domain": call.shown_domain}
    changes = suspension.changes_to_give_back(domain)
    if call.dry_run:
        told = [dry_run.change("modify", call.shown_domain, changes)] if changes else []
        return dry_run.reply(told)
    if not changes:
        return Reply("unchanged", "The mail domain %(domain)s is not suspended.", places)
    zimbra.modify_domain(domain.id, changes)
    if suspension.changes_to_give_back(domains.get_ours(zimbra, call)):
        raise Conflict("Zimbra did not keep the end of the suspension of %(domain)s.", **places)
    return done
