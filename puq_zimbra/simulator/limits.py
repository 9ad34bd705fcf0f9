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
    from puq_zimbra.simulator.state import State

#: Seconds for which Zimbra believes a count of a domain's accounts.
COUNT_SECONDS = 60


def smaller(one: int, other: int) -> int:
    """Smallest of two limits of which 0 is none."""
    if one == 0:
        return other
    return one if other == 0 else min(one, other)


def domain_cap(state: State, domain: Entry | None) -> int:
    """Cap per mailbox of a domain, own or global."""
    own = domain.first("zimbraMailDomainQuota") if domain else None
    return int(own or state.config.get("zimbraMailDomainQuota", ["0"])[0])


def effective_quota(state: State, account: Entry, *, cached: bool = True) -> int:
    """Bytes an account may hold, 0 for no limit: the smallest of its own and its domain's."""
    own = account.first("zimbraMailQuota")
    if own is None:
        cos = state.cached_cos(account) if cached else state.cos_of(account)
        own = cos.first("zimbraMailQuota") or "0"
    return smaller(int(own), domain_cap(state, state.domain_of(account)))


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

    def held(self, state: State, domain: Entry) -> int:
        """Accounts of a domain as the check sees them."""
        now = state.clock()
        if self._left <= 0 or now >= self._until:
            accounts = state.directory.of_domain(domain.name, "account")
            self._count = sum(counts(each) for each in accounts)
            self._left, self._until = self.reuse, now + COUNT_SECONDS
        self._left -= 1
        return self._count


def check_new_account(
    state: State, domain: Entry, cos_id: str | None, changes: Mapping[str, str]
) -> None:
    """Refuse one more account in a domain: ``zimbraDomainMaxAccounts``, then plan limits."""
    limit = domain.first("zimbraDomainMaxAccounts")
    if limit is not None and int(limit) == 0 and state.is_carbonio:
        limit = None  # none to Zimbra, no limit to Carbonio (`Validators.java`)
    if limit is not None and state.counts.held(state, domain) >= int(limit):
        raise faults.too_many_accounts(f"domain={domain.name} ({limit})")
    check_plan(state, domain, cos_id or default_cos_id(state, domain), changes, None)


def default_cos_id(state: State, domain: Entry) -> str:
    """COS id that a domain's accounts without one of their own count for."""
    return domain.first("zimbraDomainDefaultCOSId") or state.directory.coses["default"].id


def check_plan(
    state: State, domain: Entry, wanted: str, changes: Mapping[str, str], account: Entry | None
) -> None:
    """Refuse one more account of a COS or with a feature that a domain has enough of.

    Accounts count by their own ``zimbraCOSId``, valid or not, else for the domain's default.
    """
    cos_limits = _rules(domain, "zimbraDomainCOSMaxAccounts")
    feature_limits = _rules(domain, "zimbraDomainFeatureMaxAccounts")
    default = default_cos_id(state, domain)
    now = (account.first("zimbraCOSId") or default) if account else None
    accounts = [e for e in state.directory.of_domain(domain.name, "account") if counts(e)]
    if wanted != now and wanted in cos_limits:
        held = sum((each.first("zimbraCOSId") or default) == wanted for each in accounts)
        if held >= cos_limits[wanted]:
            raise faults.too_many_accounts(
                f"domain={domain.name}[cos={wanted},count={held},limit={cos_limits[wanted]}]"
            )
    for feature, limit in feature_limits.items():
        gains = changes.get(feature) == "TRUE" or _cos_has(state, wanted, default, feature)
        had = account is not None and _has(state, account, default, feature)
        held = sum(_has(state, each, default, feature) for each in accounts)
        if gains and not had and held >= limit:
            raise faults.too_many_accounts(
                f"domain={domain.name}[{feature},count={held},limit={limit}]"
            )


def _rules(domain: Entry, name: str) -> dict[str, int]:
    """Read ``id:count`` rules; those without a count are ignored."""
    pairs = (value.partition(":") for value in domain.attrs.get(name, ()))
    return {key: int(count) for key, _, count in pairs if count.isdigit()}


def _cos_has(state: State, cos_id: str, default: str, feature: str) -> bool:
    cos = state.directory.find(cos_id, "cos") or state.directory.find(default, "cos")
    return cos is not None and cos.first(feature) == "TRUE"


def _has(state: State, account: Entry, default: str, feature: str) -> bool:
    if account.first(feature) == "TRUE":
        return True
    return _cos_has(state, account.first("zimbraCOSId") or default, default, feature)
