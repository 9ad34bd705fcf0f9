"""How much an account may hold and how many a domain may have.

Source: `AccountUtil.getEffectiveQuota`, `CountAccounts`/`Validators.DomainAccountValidator`.
"""

from __future__ import annotations

from puq_zimbra.simulator import faults
from puq_zimbra.simulator.directory import Entry
from puq_zimbra.simulator.world import World


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


def check_new_account(world: World, domain: Entry, cos_id: str | None) -> None:
    """Refuse one more account in a domain: ``zimbraDomainMaxAccounts``, then the COS limits."""
    limit = domain.first("zimbraDomainMaxAccounts")
    if limit is not None:
        held = sum(counts(each) for each in world.directory.of_domain(domain.name, "account"))
        if held >= int(limit):
            raise faults.too_many_accounts(f"domain={domain.name} ({limit})")
    check_cos(world, domain, cos_id)


def check_cos(world: World, domain: Entry, cos_id: str | None) -> None:
    """Refuse one more account of a COS in a domain (``zimbraDomainCOSMaxAccounts``)."""
    wanted = cos_id or domain.first("zimbraDomainDefaultCOSId") or ""
    if not wanted:
        wanted = world.directory.coses["default"].id
    for rule in domain.attrs.get("zimbraDomainCOSMaxAccounts", ()):
        rule_cos, _, limit = rule.partition(":")
        if rule_cos != wanted or not limit.isdigit():
            continue
        held = sum(
            counts(each) and world.cos_of(each).id == wanted
            for each in world.directory.of_domain(domain.name, "account")
        )
        if held >= int(limit):
            raise faults.too_many_accounts(
                f"domain={domain.name}[cos={wanted},count={held},limit={limit}]"
            )
