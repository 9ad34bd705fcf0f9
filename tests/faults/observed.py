"""What a service looks like in Zimbra, and what a hook may have made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from puq_zimbra.simulator import Simulator
from puq_zimbra.simulator.status import effective

from .case_env import PASSWORDS

STAMP = "puq_zimbra:crm.example:42"
DOMAIN = "firma.example"
ADMIN = "admin@firma.example"
#: from open to shut
STATUSES = ("active", "locked", "maintenance", "closed", "suspended")
LIMITS = ("zimbraDomainMaxAccounts", "zimbraDomainAggregateQuota", "zimbraDomainDefaultCOSId")
GRACE_DAYS = 14


@dataclass(frozen=True)
class Seen:
    """A service's domain in Zimbra."""

    there: bool = False
    #: it bears the service's stamp and no other
    ours: bool = False
    #: it bears no stamp
    nobodys: bool = False
    unfinished: bool = False
    deleting: bool = False
    status: str = ""
    #: the status to go back to; None = not suspended
    was: str | None = None
    #: the status that the suspension set
    shut: str | None = None
    #: it was terminated, and is kept
    kept: bool = False
    purge: str | None = None
    #: as in `LIMITS`
    limits: tuple[str | None, ...] = ()
    #: address -> own status
    mailboxes: tuple[tuple[str, str], ...] = ()
    password: str | None = None
    #: something in it is another service's
    foreign_inside: bool = False
    #: somebody can log in
    open: bool = False


def look(simulator: Simulator) -> Seen:
    """The service as it is."""
    domain = simulator.domain(DOMAIN)
    if domain is None:
        return Seen()
    names = domain.attrs.get("zimbraForeignName", [])
    words = {
        word: next((n.removeprefix(word) for n in names if n.startswith(word)), None)
        for word in ("puq_zimbra.was:", "puq_zimbra.shut:", "puq_zimbra.purge:")
    }
    people = [
        entry
        for entry in simulator.state.directory.of_domain(DOMAIN, "account", "resource")
        if entry.kind == "account"
    ]
    # He may have been renamed.
    admins = [each.name for each in people if each.name.endswith(ADMIN)]
    verify = simulator.verify_password
    return Seen(
        there=True,
        ours=[name for name in names if name.startswith("puq_zimbra:")] == [STAMP],
        nobodys=not any(name.startswith("puq_zimbra:") for name in names),
        unfinished="puq_zimbra.creating" in names,
        deleting="puq_zimbra.deleting" in names,
        status=domain.first("zimbraDomainStatus") or "active",
        was=words["puq_zimbra.was:"],
        shut=words["puq_zimbra.shut:"],
        kept="puq_zimbra.kept" in names,
        purge=words["puq_zimbra.purge:"],
        limits=tuple(domain.first(name) for name in LIMITS),
        mailboxes=tuple(
            sorted((each.name, each.first("zimbraAccountStatus") or "active") for each in people)
        ),
        password=next((p for p in PASSWORDS for who in admins if verify(who, p)), None),
        foreign_inside=any(each.attrs.get("zimbraForeignPrincipal") for each in people),
        open=any(effective(simulator.state, each) == "active" for each in people),
    )


# -- what a hook may make of it --------------------------------------------------------------------


def same(one: Seen, other: Seen) -> list[str]:
    """In what the service differs."""
    return [
        f"{name} was {getattr(one, name)} and is {getattr(other, name)}"
        for name in Seen.__dataclass_fields__
        if getattr(one, name) != getattr(other, name)
    ]


def wanted(before: Seen, event: str, plan: Mapping[str, Any], today: Any) -> Seen:
    """What the service is after a hook that says that it is done.

    What a hook has no say in stays; who can log in follows from the rest.
    """
    if not before.there:
        return before
    shut = max(before.status, plan["suspend_mode"], before.was or "active", key=STATUSES.index)
    written = before.was is None or shut != before.status
    noted = shut if written else before.shut
    suspended = replace(before, status=shut, was=before.was or before.status, shut=noted)
    mode = plan["terminate"]["mode"]
    back = replace(before, status=given_back(before), was=None, shut=None, kept=False, purge=None)
    if event == "suspend":
        return suspended
    if event == "unsuspend" and before.was is not None:
        return back
    if event in ("restore", "renew") and before.purge is not None:
        return back
    if event == "restore" and before.kept:
        return back
    if event == "terminate":
        if mode == "delete":
            return Seen()
        due = before.purge or str((today + timedelta(days=GRACE_DAYS)).date())
        return replace(suspended, purge=due if mode == "grace" else None, kept=mode == "keep")
    if event == "change_package":
        return replace(before, limits=limits_of(plan))
    return before


def given_back(seen: Seen) -> str:
    """The status after a suspension: the one before, unless an administrator shut it further."""
    rank = STATUSES.index
    if seen.shut is not None and rank(seen.status) > rank(seen.shut):
        return seen.status
    return min(seen.was or seen.status, seen.status, key=rank)


def limits_of(plan: Mapping[str, Any]) -> tuple[str | None, ...]:
    """A plan's limits as Zimbra holds them; the class of service by its id."""
    return (str(plan["mailboxes"]), str(plan["domain_quota"]), plan["cos id"])
