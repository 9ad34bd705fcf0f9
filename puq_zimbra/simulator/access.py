"""Who may do what: grants on targets, and the texts of refusal.

A grant stands in ``zimbraACE`` of its target as Zimbra writes it: ``grantee-id type right``, with
``-`` before a denied right, ``+`` before one that may be passed on, ``*`` to stop inheritance.
Source: `ACLAccessManager`, `AdminAccessControl`, `service/admin/AdminDocumentHandler`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from puq_zimbra.simulator import faults
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import PEOPLE, Entry
from puq_zimbra.simulator.rights import ACCOUNT_FIXED, COMBINED, DOMAIN_MODIFIABLE
from puq_zimbra.simulator.status import refuse_suspended
from puq_zimbra.simulator.world import World


@dataclass(frozen=True)
class Grant:
    """One entry of an access control list."""

    grantee: str
    type: str
    right: str
    modifier: str = ""

    def __str__(self) -> str:
        return f"{self.grantee} {self.type} {self.modifier}{self.right}"

    @classmethod
    def read(cls, value: str) -> Grant:
        """Read a value of ``zimbraACE``."""
        grantee, type_, right = value.split(" ", 2)
        modifier = right[0] if right[0] in "-+*^" else ""
        return cls(grantee, type_, right[len(modifier) :], modifier)


def grants_on(world: World, target: Entry | None) -> list[Grant]:
    """Grants on an entry; None is the global target."""
    values = world.global_grants if target is None else target.attrs.get("zimbraACE", [])
    return [Grant.read(value) for value in values]


def _upwards(world: World, target: Entry | None) -> Iterable[Entry | None]:
    """Target, then what it inherits grants from."""
    if target is not None:
        yield target
        if target.kind in (*PEOPLE, "list", "group"):
            domain = world.domain_of(target)
            if domain is not None:
                yield domain
    yield None


def expand(right: str) -> frozenset[str]:
    """A right and all it holds."""
    return COMBINED.get(right, frozenset()) | {right}


def find_grant(
    world: World, grantee: Entry, right: str, target: Entry | None
) -> tuple[Entry | None, Grant] | None:
    """First grant that gives a right on a target, with where it stands; a denial hides it."""
    for place in _upwards(world, target):
        found = None
        for grant in grants_on(world, place):
            if grant.grantee == grantee.id and right in expand(grant.right):
                if grant.modifier == "-":
                    return None
                found = found or (place, grant)
        if found:
            return found
    return None


def _is_global_admin(target: Entry | None) -> bool:
    return target is not None and target.first("zimbraIsAdminAccount") == "TRUE"


def may(context: Context, right: str, target: Entry | None) -> bool:
    """Say whether the caller has a right on a target."""
    if context.is_global_admin:
        return True
    caller = context.caller
    if caller.first("zimbraIsDelegatedAdminAccount") != "TRUE":
        return False
    if not right.startswith("list") and _is_global_admin(target):
        return False
    return find_grant(context.world, caller, right, target) is not None


def require(context: Context, right: str, target: Entry | None, noun: str, name: str) -> None:
    """Refuse without a right, naming right and target."""
    if not may(context, right, target):
        raise faults.denied(f"need right: {right} for {noun} {name}")


def require_account(context: Context, right: str, account: Entry, asked: str) -> None:
    """Refuse without a right on an account, as if it did not exist; PERM_DENIED when suspended."""
    if not may(context, right, account):
        raise faults.denied(f"can not access account {asked}")
    refuse_suspended(context.world, account.domain)


def hide_missing(context: Context, kind: str, asked: str | None, by_name: bool) -> faults.Fault:
    """The fault for an entry that does not exist; delegated administrators learn it only within
    their own domains."""
    missing = faults.no_such(kind, asked)
    if context.is_global_admin:
        return missing
    noun = {"account": "account", "resource": "calendar resource", "list": "distribution list"}
    if by_name and asked and "@" in asked:
        domain = context.world.directory.domains.get(asked.rpartition("@")[2].lower())
        if domain is not None and may(context, "getAccount", domain):
            return missing
    return faults.denied(f"can not access {noun.get(kind, kind)} {asked}")


def system_only(context: Context) -> None:
    """Refuse to all but global administrators."""
    if not context.is_global_admin:
        raise faults.denied("Only system admins are allowed.")


def may_set(context: Context, target: Entry, names: Iterable[str]) -> str | None:
    """First attribute that the caller may not change on a target; None when all are fine."""
    if context.is_global_admin:
        return None
    right = {"domain": "domainAdminDomainRights", "cos": "modifyCos"}.get(
        target.kind, "modifyAccount"
    )
    if target.kind == "domain" and may(context, "modifyDomain", target):
        return None
    allowed = may(context, right, target)
    kind = "calresource" if target.kind == "resource" else target.kind
    for name in names:
        # A right to one attribute, as "set.domain.zimbraVirtualHostname".
        if may(context, f"set.{kind}.{name}", target):
            continue
        if not allowed:
            return name
        if target.kind == "domain" and name not in DOMAIN_MODIFIABLE:
            return name
        if target.kind in PEOPLE and name in ACCOUNT_FIXED:
            return name
    return None


def may_read_domain(context: Context, domain: Entry) -> bool:
    """Say whether the values of a domain are shown or withheld."""
    return may(context, "getDomain", domain)
