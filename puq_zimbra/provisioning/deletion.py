"""List all that goes with a service, check that it is the service's, and delete it.

Order matters: dynamic groups go first, because a refused DeleteDomain over a lone dynamic group
leaves a domain in which no account can be made again. Only listed ids are deleted, and each only
after it was seen once more where it was listed: staff may have moved a mailbox to another domain to
save it. Between that look and the deletion there is the time of one request; Zimbra has no deletion
with a condition that would close it.

What Zimbra cannot delete, such as one broken mailbox, keeps nothing else from going.

Source: `service/admin/{SearchDirectory,DeleteAccount,DeleteDistributionList,DeleteDomain}.java`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from puq_zimbra.errors import (
    Conflict,
    CredentialsRejected,
    DomainNotEmpty,
    Fault,
    NoSuch,
    NoSuchDomain,
    PermissionDenied,
    TokenRejected,
    plain_words,
)
from puq_zimbra.provisioning import changes, ownership, stamp_search, suspension
from puq_zimbra.provisioning.changes import Steps
from puq_zimbra.provisioning.entries import KINDS, domain_of, shown_name
from puq_zimbra.request import STAMP_PREFIX, Request
from puq_zimbra.units import shown_address, shown_domain
from puq_zimbra.zimbra import filters
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

#: how often Zimbra refused before to delete an object (id) with the same code
Failures = Callable[[str, str], int]

#: equal refusals after which the deletion is given up
ENOUGH = 3
#: objects that begin to fail in one go, after which Zimbra itself is in trouble
_MANY = 10
_TYPES = "accounts,resources,distributionlists,dynamicgroups"
#: all that a domain holds
_LISTED = f"{_TYPES},aliases"
#: refusals that say nothing of the object
_NOT_OF_THE_OBJECT = (TokenRejected, CredentialsRejected, PermissionDenied)


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
        return (*self.inside(), *self.alias_domains)

    def inside(self) -> tuple[Entry, ...]:
        """What goes before the domains."""
        return (*self.dynamic_groups, *self.lists, *self.resources, *self.accounts)


def list_contents(zimbra: Zimbra, going: Sequence[Entry]) -> Contents:
    """List what goes with some domains, their alias domains' contents included.

    An account takes its own with it.
    """
    attrs = (KINDS["account"].words, "zimbraIsAdminAccount")
    domains = [entry for entry in going if entry.kind == "domain"]
    alias_domains = stamp_search.alias_domains_of(zimbra, domains) if domains else []
    found: list[Entry] = []
    for domain in (*domains, *alias_domains):
        found += zimbra.search_directory(_LISTED, "", attrs, domain=domain.name)
    return Contents(
        dynamic_groups=tuple(e for e in found if e.kind == "dl" and e.marks.get("dynamic") == "1"),
        lists=tuple(e for e in found if e.kind == "dl" and e.marks.get("dynamic") != "1"),
        resources=tuple(e for e in found if e.kind == "calresource"),
        accounts=tuple(e for e in found if e.kind == "account"),
        aliases=tuple(e for e in found if e.kind == "alias"),
        alias_domains=tuple(alias_domains),
    )


def require_all_ours(going: Sequence[Entry], contents: Contents, request: Request) -> None:
    """Refuse contents of which some may not go with the service.

    A mailbox's stamp counts in an unstamped domain alone: in any other the customer's own
    administrator can write one, and the service could never end.

    Raises:
        Conflict: names the first object that may not.
    """
    unstamped = {domain_of(one) for one in going if not ownership.stamps(one)}
    for entry in contents.everything():
        principals = entry.all(KINDS["account"].words) if domain_of(entry) in unstamped else ()
        foreign = [p for p in principals if p.startswith(STAMP_PREFIX) and p != request.stamp]
        if foreign or entry.one("zimbraIsAdminAccount") == "TRUE":
            raise Conflict(
                "Nothing was deleted: %(name)s in the domain belongs to another service or is a"
                " global administrator.",
                name=entry.name,
            )
    # Zimbra writes a foreign domain now in its own letters, now in A-labels.
    listed = {shown_name(entry) for entry in contents.everything()}
    for address in contents.aliases:
        if shown_address(address.marks.get("targetName", "")) not in listed:
            raise Conflict(
                "Nothing was deleted: the alias %(name)s belongs to a mailbox outside of the"
                " domain. Remove the alias first.",
                name=address.name,
            )
    for alias in contents.alias_domains:
        if not ownership.goes_with(alias, request.stamp):
            raise Conflict(
                "Nothing was deleted: the alias domain %(name)s points to the domain and does not"
                " belong to this service.",
                name=shown_domain(alias.name),
            )


def deleted(
    zimbra: Zimbra, going: Sequence[Entry], contents: Contents, failures: Failures
) -> Steps[None]:
    """Delete what a service is, a domain or account each, and before it the listed contents.

    What is gone already, or has left its domain, is no error.

    Raises:
        Conflict: Zimbra cannot delete an object, or something changed meanwhile.
        Fault: Zimbra failed to delete an object, which it may do yet.
    """
    for entry in reversed(going):
        if marks := suspension.changes_to_delete(entry):
            yield changes.modify(entry, marks, joined=True)
    domains = [entry for entry in going if entry.kind == "domain"]
    accounts = [entry for entry in going if entry not in domains]
    failed: list[tuple[Entry, Fault, int]] = []
    for entry in (*contents.inside(), *accounts):
        try:
            yield changes.delete(entry, partial(_is_in_its_domain, zimbra, entry))
        except NoSuch:
            continue
        except _NOT_OF_THE_OBJECT:
            raise
        except Fault as error:
            failed.append((entry, error, failures(entry.id, error.zimbra_code) + 1))
            if sum(times < ENOUGH for _, _, times in failed) >= _MANY:
                raise
    _raise_if(failed)
    for domain in (*contents.alias_domains, *domains):
        yield from _domain_deleted(zimbra, domain, failures)


def _is_in_its_domain(zimbra: Zimbra, entry: Entry) -> bool:
    """Whether an object is in the domain under which it was listed.

    The directory itself is asked: GetAccount may answer from what a mailbox server remembers.
    """
    domain, query = domain_of(entry), filters.equal("zimbraId", entry.id)
    try:
        found = list(zimbra.search_directory(_TYPES, query, ("zimbraId",), domain=domain))
    except NoSuchDomain:
        return False
    return any(one.id == entry.id and domain_of(one) == domain for one in found)


def _raise_if(failed: Sequence[tuple[Entry, Fault, int]]) -> None:
    """Say what Zimbra cannot delete, once it has said so often enough of all that is left."""
    for _, error, times in failed:
        if times < ENOUGH and error.retryable:
            raise error
    if failed:
        error = failed[0][1]
        raise Conflict(
            "Zimbra cannot delete %(names)s (%(reason)s): everything else in the domain is"
            " deleted. Delete it in Zimbra, then terminate once more.",
            names=", ".join(shown_name(entry) for entry, _, _ in failed[:5]),
            reason=f"{error.zimbra_code}: {plain_words(error.text)}".removesuffix(": "),
        ) from error


def _domain_deleted(zimbra: Zimbra, domain: Entry, failures: Failures) -> Steps[None]:
    """Delete an empty domain that bears the stamp under which it was listed.

    Raises:
        Conflict: it does not, or it is not empty.
    """
    try:
        fresh = zimbra.get_domain(domain.id, "id", (KINDS["domain"].words,))
        if (fresh.name, ownership.stamps(fresh)) != (domain.name, ownership.stamps(domain)):
            raise Conflict(
                "%(name)s was renamed, or given to another service, while it was deleted: see"
                " whose it is.",
                name=shown_name(domain),
            )
        yield changes.delete(domain)
    except NoSuch:
        _require_gone(zimbra, domain)
    except DomainNotEmpty as error:
        raise Conflict(
            "The domain %(name)s received new content while it was deleted: terminate it once"
            " more.",
            name=shown_name(domain),
        ) from error
    except _NOT_OF_THE_OBJECT:
        raise
    except Fault as error:
        _raise_if([(domain, error, failures(domain.id, error.zimbra_code) + 1)])


def _require_gone(zimbra: Zimbra, domain: Entry) -> None:
    """See that a domain which could not be deleted for want of something is not there.

    Once the stamped domain is gone, no call would look for the other domains of a private server.
    """
    with suppress(NoSuchDomain):
        zimbra.get_domain(domain.id, "id", ("zimbraId",))
        raise Conflict("%(name)s is still there: terminate it once more.", name=shown_name(domain))
