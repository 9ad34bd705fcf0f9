"""What domains hold: list all of it, see that nothing in it is somebody else's, delete it.

Order matters: dynamic groups go first, because a refused DeleteDomain over a lone dynamic group
leaves a domain in which no account can be made again. Only listed ids are deleted.

Source: `service/admin/{SearchDirectory,DeleteAccount,DeleteDistributionList,DeleteDomain}.java`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from puq_zimbra.call import STAMP_PREFIX, Call
from puq_zimbra.errors import Conflict, DomainNotEmpty, NoSuch, NoSuchDomain
from puq_zimbra.provisioning import ownership
from puq_zimbra.provisioning.kinds import KINDS
from puq_zimbra.units import shown_domain
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

_TYPES = "accounts,resources,distributionlists,dynamicgroups,aliases"


@dataclass(frozen=True)
class Contents:
    """Everything that goes with some domains."""

    dynamic_groups: tuple[Entry, ...]
    lists: tuple[Entry, ...]
    resources: tuple[Entry, ...]
    accounts: tuple[Entry, ...]
    #: they go with what they point to, if that is listed too
    aliases: tuple[Entry, ...]
    alias_domains: tuple[Entry, ...]

    def everything(self) -> tuple[Entry, ...]:
        """All that is deleted by itself, in the order in which it goes."""
        return (
            *self.dynamic_groups,
            *self.lists,
            *self.resources,
            *self.accounts,
            *self.alias_domains,
        )


def list_contents(zimbra: Zimbra, going: Sequence[Entry]) -> Contents:
    """List what goes with some domains; an account takes its own with it."""
    attrs = (KINDS["account"].words, "zimbraIsAdminAccount")
    found: list[Entry] = []
    alias_domains: list[Entry] = []
    for domain in (entry for entry in going if entry.kind == "domain"):
        found += zimbra.search_directory(_TYPES, "", attrs, domain=domain.name)
        targets = f"(&(zimbraDomainType=alias)(zimbraDomainAliasTargetId={domain.id}))"
        alias_domains += zimbra.search_directory("domains", targets, (KINDS["domain"].words,))
    return Contents(
        dynamic_groups=tuple(e for e in found if e.kind == "dl" and e.marks.get("dynamic") == "1"),
        lists=tuple(e for e in found if e.kind == "dl" and e.marks.get("dynamic") != "1"),
        resources=tuple(e for e in found if e.kind == "calresource"),
        accounts=tuple(e for e in found if e.kind == "account"),
        aliases=tuple(e for e in found if e.kind == "alias"),
        alias_domains=tuple(alias_domains),
    )


def holds_a_global_administrator(zimbra: Zimbra, domain: Entry) -> bool:
    """Whether one of the domain's accounts runs the whole Zimbra."""
    query = "(zimbraIsAdminAccount=TRUE)"
    return any(zimbra.search_directory("accounts", query, ("zimbraId",), domain=domain.name))


def require_all_ours(contents: Contents, call: Call) -> None:
    """Let contents pass only if all of it may go with the service.

    Raises:
        Conflict: names the first object that may not.
    """
    for entry in contents.everything():
        principals = entry.all(KINDS["account"].words)
        foreign = [p for p in principals if p.startswith(STAMP_PREFIX) and p != call.stamp]
        if foreign or entry.one("zimbraIsAdminAccount") == "TRUE":
            raise Conflict(
                "Nothing was deleted: %(name)s in the domain belongs to another service or is a"
                " global administrator.",
                name=entry.name,
            )
    listed = {entry.name for entry in contents.everything()}
    for address in contents.aliases:
        if address.marks.get("targetName") not in listed:
            raise Conflict(
                "Nothing was deleted: the alias %(name)s belongs to a mailbox outside of the"
                " domain. Remove the alias first.",
                name=address.name,
            )
    for alias in contents.alias_domains:
        # On a private server all that bears no other stamp is the service's.
        unmarked = call.sold.model == "server" and not ownership.stamps(alias)
        if ownership.stamps(alias) != (call.stamp,) and not unmarked:
            raise Conflict(
                "Nothing was deleted: the alias domain %(name)s points to the domain and does not"
                " belong to this service.",
                name=shown_domain(alias.name),
            )


def delete(zimbra: Zimbra, going: Sequence[Entry], contents: Contents) -> None:
    """Delete what a service is, a domain or account each, and before it the listed contents.

    What is gone already is no error.

    Raises:
        Conflict: something appeared meanwhile; the next call lists it.
    """
    domains = [entry for entry in going if entry.kind == "domain"]
    accounts = [entry for entry in going if entry.kind == "account"]
    deletions: tuple[tuple[Callable[[str], None], tuple[Entry, ...]], ...] = (
        (zimbra.delete_distribution_list, contents.dynamic_groups),
        (zimbra.delete_distribution_list, contents.lists),
        (zimbra.delete_calendar_resource, contents.resources),
        (zimbra.delete_account, (*contents.accounts, *accounts)),
        (zimbra.delete_domain, (*contents.alias_domains, *domains)),
    )
    for delete_one, entries in deletions:
        for entry in entries:
            try:
                delete_one(entry.id)
            except NoSuch:
                if entry.kind == "domain":
                    _require_gone(zimbra, entry)
            except DomainNotEmpty as error:
                raise Conflict(
                    "The domain %(name)s received new content while it was deleted: terminate it"
                    " once more.",
                    name=shown_domain(entry.name),
                ) from error


def _require_gone(zimbra: Zimbra, domain: Entry) -> None:
    """See that a domain which could not be deleted for want of something is not there.

    Once the domain with the stamp is gone, nobody would look for the others of a private server.
    """
    with suppress(NoSuchDomain):
        zimbra.get_domain(domain.id, "id", ("zimbraId",))
        raise Conflict(
            "%(name)s is still there: terminate it once more.", name=shown_domain(domain.name)
        )
