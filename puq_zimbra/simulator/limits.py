"""How much an account may hold and how many a domain may have.

Source: `AccountUtil.getEffectiveQuota`, `CountAccounts`/`Validators.DomainAccountValidator`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from puq_zimbra.simulator import faults
from puq_zimbra.simulator.directory import Entry

if TYPE_CHECKING:
    from puq_zimbra.simulator.world import World

#: Seconds for which Zimbra believes a count of a domain's accounts.
COUNT_SECONDS = 60


def smaller(one: int, other: int) -> int:
    """Smallest of two limits of which 0 is none."""
    if one == 0:
        return other
    return one if other == 0 else min(one, other)


def domain_cap(world: World, domain: Entry | None) -> int:
    """Cap per mailbox of a domain, own or global."""
    own = domain.first("zimbraMailDomainQuota") if domain else None
    return int(own or world.config.get("zimbraMailDomainQuota", ["0"])[0])


def effective_quota(world: World, account: Entry, *, cached: bool = True) -> int:
    """Bytes an account may hold, 0 for no limit: the smallest of its own and its domain's."""
    own = account.first("zimbraMailQuota")
    if own is None:
        cos = world.cached_cos(account) if cached else world.cos_of(account)
        own = cos.first("zimbraMailQuota") or "0"
    return smaller(int(own), domain_cap(world, world.domain_of(account)))


def counts(account: Entry) -> bool:
    """Say whether an account takes one of its domain's places."""
    return (
        account.kind == "account"
        and account.first("zimbraIsSystemResource") != "TRUE"
        and account.first("zimbraIsExternalVirtualAccount") != "TRUE"
    )


@dataclass
class AccountCounts:
    """How many accounts the check of ``zimbraDomainMaxAccounts`` believes there to be.

    Zimbra keeps one count for the whole process, whatever domain it is of, and creates that run
    side by side all go by the count from before them. ``reuse`` says how many checks one count
    serves for at most: 1 counts each time, as the recordings of single requests have it.
    """

    reuse: int = 1
    _count: int = 0
    _left: int = 0
    _until: float = 0.0

    def held(self, world: World, domain: Entry) -> int:
        """Accounts of a domain as the check sees them."""
        now = world.clock()
        if self._left <= 0 or now >= self._until:
            people = world.directory.of_domain(domain.name, "account")
            self._count = sum(counts(each) for each in people)
            self._left, self._until = self.reuse, now + COUNT_SECONDS
        self._left -= 1
        return self._count


def check_new_account(
    world: World, domain: Entry, cos_id: str | None, changes: Mapping[str, str]
) -> None:
    """Refuse one more account in a domain: ``zimbraDomainMaxAccounts``, then plan limits."""
    limit = domain.first("zimbraDomainMaxAccounts")
    if limit is not None and world.counts.held(world, domain) >= int(limit):
        raise faults.too_many_accounts(f"domain={domain.name} ({limit})")
    check_plan(world, domain, cos_id or default_cos_id(world, domain), changes, None)


def default_cos_id(world: World, domain: Entry) -> str:
    """COS id that a domain's accounts without one of their own count for."""
    return domain.first("zimbraDomainDefaultCOSId") or world.directory.coses["default"].id


def check_plan(
    world: World, domain: Entry, wanted: str, changes: Mapping[str, str], account: Entry | None
) -> None:
    """Refuse one more account of a COS or with a feature that a domain has enough of.

    Accounts count by their own ``zimbraCOSId``, valid or not, else for the domain's default.
    """
    cos_limits = _rules(domain, "zimbraDomainCOSMaxAccounts")
    feature_limits = _rules(domain, "zimbraDomainFeatureMaxAccounts")
    default = default_cos_id(world, domain)
    now = (account.first("zimbraCOSId") or default) if account else None
    people = [e for e in world.directory.of_domain(domain.name, "account") if counts(e)]
    if wanted != now and wanted in cos_limits:
        held = sum((each.first("zimbraCOSId") or default) == wanted for each in people)
        if held >= cos_limits[wanted]:
            raise faults.too_many_accounts(
                f"domain={domain.name}[cos={wanted},count={held},limit={cos_limits[wanted]}]"
            )
    for feature, limit in feature_limits.items():
        gains = changes.get(feature) == "TRUE" or _cos_has(world, wanted, default, feature)
        had = account is not None and _has(world, account, default, feature)
        held = sum(_has(world, each, default, feature) for each in people)
        if gains and not had and held >= limit:
            raise faults.too_many_accounts(
                f"domain={domain.name}[{feature},count={held},limit={limit}]"
            )


def _rules(domain: Entry, name: str) -> dict[str, int]:
    """Read ``id:count`` rules; those without a count are ignored."""
    pairs = (value.partition(":") for value in domain.attrs.get(name, ()))
    return {key: int(count) for key, _, count in pairs if count.isdigit()}


def _cos_has(world: World, cos_id: str, default: str, feature: str) -> bool:
    cos = world.directory.find(cos_id, "cos") or world.directory.find(default, "cos")
    return cos is not None and cos.first(feature) == "TRUE"


def _has(world: World, account: Entry, default: str, feature: str) -> bool:
    if account.first(feature) == "TRUE":
        return True
    return _cos_has(world, account.first("zimbraCOSId") or default, default, feature)
