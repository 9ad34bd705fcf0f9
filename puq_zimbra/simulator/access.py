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
from puq_zimbra.simulator.directory import ACCOUNT_KINDS, LISTS, Entry
from puq_zimbra.simulator.maildrop import Share
from puq_zimbra.simulator.rights import HELD, USER_RIGHTS
from puq_zimbra.simulator.settable import writes
from puq_zimbra.simulator.state import State
from puq_zimbra.simulator.status import effective, refuse_suspended

#: Kinds of grantee, the closest first.
_CLOSENESS = ("usr", "gst", "key", "email", "edom", "grp", "egp", "dom", "all", "pub")


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


def grants_on(state: State, target: Entry | None) -> list[Grant]:
    """Grants on an entry; None is the global target."""
    values = state.global_grants if target is None else target.attrs.get("zimbraACE", [])
    return [Grant.read(value) for value in values]


def _upwards(state: State, target: Entry | None) -> Iterable[Entry | None]:
    """Target, then what it inherits grants from."""
    if target is not None:
        yield target
        if target.kind in (*ACCOUNT_KINDS, "list", "group"):
            domain = state.domain_of(target)
            if domain is not None:
                yield domain
    yield None


def expand(right: str) -> frozenset[str]:
    """A right and all it holds."""
    return HELD.get(right, frozenset()) | {right}


def decide(
    state: State, grantee: Entry, right: str, target: Entry | None
) -> tuple[Entry | None, Grant] | None:
    """The grant or denial that decides a right on a target, and where it stands.

    The nearest place counts, there the closest kind of grantee, and a denial first.
    """
    for place in _upwards(state, target):
        found = [
            grant
            for grant in grants_on(state, place)
            if right in expand(grant.right) and _holds(state, grant, grantee)
        ]
        if found:
            return place, min(found, key=lambda g: (_CLOSENESS.index(g.type), g.modifier != "-"))
    return None


def _holds(state: State, grant: Grant, grantee: Entry) -> bool:
    """Say whether a grant is one to this account."""
    if grant.type == "usr":
        return grant.grantee == grantee.id
    if grant.type == "grp":
        group = state.directory.find(grant.grantee, *LISTS)
        return group is not None and group.id in groups_of(state, grantee)
    if grant.type == "dom":
        domain = state.domain_of(grantee)
        return grantee.kind in ACCOUNT_KINDS and domain is not None and domain.id == grant.grantee
    if grant.type == "edom":
        return grantee.kind not in ACCOUNT_KINDS and grantee.domain == grant.grantee
    if grant.type == "all":
        return grantee.kind in ACCOUNT_KINDS
    return grant.type == "pub" or grant.grantee in (grantee.name, *grantee.aliases)


def groups_of(state: State, member: Entry) -> set[str]:
    """Ids of the lists that hold someone, by hand or by another list."""
    found: dict[str, Entry] = {}
    queue = [member]
    while queue:
        each = queue.pop()
        for group in state.directory.lists_holding((each.name, *each.aliases), *LISTS):
            if group.id not in found:
                found[group.id] = group
                queue.append(group)
    return set(found)


def find_grant(
    state: State, grantee: Entry, right: str, target: Entry | None
) -> tuple[Entry | None, Grant] | None:
    """The grant that gives a right on a target, with where it stands; a denial hides it."""
    found = decide(state, grantee, right, target)
    return found if found is not None and found[1].modifier != "-" else None


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
    return find_grant(context.state, caller, right, target) is not None


def require(context: Context, right: str, target: Entry | None, noun: str, name: str) -> None:
    """Refuse without a right, naming right and target."""
    if not may(context, right, target):
        raise faults.denied(f"need right: {right} for {noun} {name}")


def require_server(context: Context, right: str) -> None:
    """Refuse without a right on the server that answers."""
    state = context.state
    name = context.server or state.hostname
    require(context, right, state.directory.servers.get(name), "server", name)


def require_account(context: Context, right: str | None, account: Entry, asked: str) -> None:
    """Refuse without a right on an account or list, as if it did not exist.

    PERM_DENIED when suspended. No right: attributes are wanted, each with a right of its own.
    """
    if right is not None and not may(context, of_list(account, right), account):
        raise faults.denied(f"can not access account {asked}")
    refuse_suspended(context.state, account.domain)


def hide_missing(context: Context, kind: str, asked: str | None, by_name: bool) -> faults.Fault:
    """The fault for an entry that does not exist.

    Delegated administrators learn it only within their own domains.
    """
    missing = faults.no_such(kind, asked)
    if context.is_global_admin:
        return missing
    noun = {"account": "account", "resource": "calendar resource", "list": "distribution list"}
    if by_name and asked and "@" in asked:
        domain = context.state.directory.domains.get(asked.rpartition("@")[2].lower())
        if domain is not None and may(context, "getAccount", domain):
            return missing
    return faults.denied(f"can not access {noun.get(kind, kind)} {asked}")


def acting(context: Context) -> Entry:
    """Account that a user's command works on (`DocumentHandler.getRequestedAccount`).

    The caller's, or the one in the context header for those who may log in as it.
    """
    caller, wanted = context.caller, context.requested
    if wanted is None or wanted is caller:
        return caller
    if not may(context, "adminLoginAs", wanted):
        raise faults.denied(f"can not access account {wanted.name}")
    if effective(context.state, wanted) == "maintenance":
        raise faults.Fault("account.ACCOUNT_INACTIVE", f"account is not active:{wanted.name}")
    return wanted


def shares_with(context: Context, owner: Entry, folder: str | None = None) -> list[Share]:
    """An account's shares of a folder, or of any, by which the caller may read it."""
    state, caller = context.state, context.caller
    box, domain = state.mailboxes.get(owner.id), state.domain_of(caller)
    holders = {caller.id, *groups_of(state, caller), *([domain.id] if domain else [])}
    return [
        share
        for share in (box.shares if box else ())
        if folder in (None, share.folder)
        and (share.grantee in holders or share.kind in ("all", "pub"))
    ]


def require_options(context: Context) -> Entry:
    """Account whose options a user's command changes (`DocumentHandler.canModifyOptions`).

    Refused without the feature of the caller.
    """
    account = acting(context)
    if context.state.value(context.caller, "zimbraFeatureOptionsEnabled") == "FALSE":
        raise faults.denied("can not modify options")
    return account


def system_only(context: Context) -> None:
    """Refuse to all but global administrators."""
    if not context.is_global_admin:
        raise faults.denied("Only system admins are allowed.")


def may_set(context: Context, target: Entry, names: Iterable[str]) -> str | None:
    """First attribute that the caller may not change on a target; None when all are fine."""
    if context.is_global_admin:
        return None
    schema = context.state.schema
    for name in names:
        attribute = schema.get(name)
        known = attribute.name if attribute else name
        if not may_write(context.state, context.caller, target, known):
            return name
    return None


def may_write(state: State, caller: Entry, target: Entry, name: str) -> bool:
    """Say whether a grant lets someone change an attribute; a denial of it counts first."""
    if caller.first("zimbraIsDelegatedAdminAccount") != "TRUE" or _is_global_admin(target):
        return False
    for place in _upwards(state, target):
        found = [
            grant
            for grant in grants_on(state, place)
            if any(
                writes(right, target.kind, name, carbonio=state.is_carbonio)
                for right in expand(grant.right)
            )
            and _holds(state, grant, caller)
        ]
        if found:
            return all(grant.modifier != "-" for grant in found)
    return False


def require_set(context: Context, target: Entry, names: Iterable[str]) -> None:
    """Refuse an attribute that the caller may not change, naming it."""
    refused = may_set(context, target, names)
    if refused is not None:
        raise faults.denied(
            f"cannot access attribute {refused} on {target.kind} target {target.name}"
        )


def may_pass_on(context: Context, right: str, target: Entry | None) -> bool:
    """Say whether the caller may grant a right to others (`ACLAccessManager.canPerform`).

    With one that may be passed on; rights of users also where he may log in as the target, change
    its list of rights, or make lists.
    """
    if context.is_global_admin:
        return True
    state, caller = context.state, context.caller
    if right in USER_RIGHTS and target is not None:
        if target.kind in ACCOUNT_KINDS and (
            target is caller or may(context, "adminLoginAs", target)
        ):
            return True
        if may_set(context, target, ["zimbraACE"]) is None:
            return True
        making = "createGroup" if target.kind == "group" else "createDistributionList"
        if right == "ownDistList" and may(context, making, state.domain_of(target)):
            return True
    return any(
        grant.modifier == "+" and right in expand(grant.right) and _holds(state, grant, caller)
        for place in _upwards(state, target)
        for grant in grants_on(state, place)
    )


def of_list(entry: Entry, right: str) -> str:
    """Name of a right on a list; dynamic ones have rights of their own.

    >>> of_list(Entry("group", "", "", {}), "addDistributionListMember")
    'addGroupMember'
    """
    return right.replace("DistributionList", "Group") if entry.kind == "group" else right


def may_read_domain(context: Context, domain: Entry) -> bool:
    """Say whether the values of a domain are shown or withheld."""
    return may(context, "getDomain", domain)
