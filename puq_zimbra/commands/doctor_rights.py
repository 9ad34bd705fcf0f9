"""`puq-zimbra doctor`: what the administrator may do, and what is set up for us in Zimbra.

Stamps are written, and found whole, by global administrators alone: one who is none does not do,
whatever he is granted, but for the usage sync of the domains that he sees.

Source: `service/admin/{CheckRight,GetGrants,GetAllServers,GetCos}.java`; zmprov's help (ma, grr,
rvr, mcf); Jetty's DoSFilter as Zimbra sets it up (zimbraHttpThrottleSafeIPs).
"""

from __future__ import annotations

import difflib
import ipaddress
import shlex
from collections.abc import Iterable

from puq_zimbra.commands.doctor_findings import Finding, Findings
from puq_zimbra.config import Config
from puq_zimbra.errors import NoSuchCos, PermissionDenied, shown
from puq_zimbra.zimbra import answers
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Grant, Zimbra
from puq_zimbra.zimbra.messages import selector

#: what the sync of a domain's usage needs, for an administrator who is not global
_FOR_USAGE = ("getDomain", "listDomain", "getDomainQuotaUsage")
_FLAGS = ("zimbraIsAdminAccount", "zimbraIsDelegatedAdminAccount", "zimbraPasswordMaxAge")
#: requests in a second on one connection that Zimbra's filter lets pass
_FILTER = 30
_SAFE = "zimbraHttpThrottleSafeIPs"


def rights(name: str, zimbra: Zimbra) -> Findings:
    """Which rights are missing, and which are too many."""
    username = zimbra.server.username or ""
    account = _account(zimbra, username)
    if account is None or account.one("zimbraIsAdminAccount") != "TRUE":
        yield from _not_global(name, username)
        if account is not None:
            yield from _for_usage(name, zimbra, account)
        return
    who = shlex.quote(account.name)
    told = shown(account.name)
    words = f"{told} is a global administrator, as stamping services takes; no other would do."
    yield Finding("rights", "ok", words, (), name)
    if account.one("zimbraIsDelegatedAdminAccount") == "TRUE":
        words = f"{told} is marked as a delegated administrator too, which is one mark too many."
        command = f"zmprov ma {who} zimbraIsDelegatedAdminAccount FALSE"
        yield Finding("rights", "note", words, (command,), name)
    grants = [one for one in zimbra.get_grants_of(account.id) if one.grantee_id == account.id]
    if grants:
        words = f"{told} was granted rights beside, which a global administrator does not need."
        commands = tuple(_revoke(one, who) for one in grants)
        yield Finding("rights", "note", words, commands, name)
    if account.one("zimbraPasswordMaxAge") not in (None, "", "0"):
        days = shown(account.one("zimbraPasswordMaxAge"))
        words = f"The password of {told} runs out {days} days after it was set, and all stops."
        command = f"zmprov ma {who} zimbraPasswordMaxAge 0"
        yield Finding("rights", "warning", words, (command,), name)


def _account(zimbra: Zimbra, username: str) -> Entry | None:
    """The administrator with what his class of service gives him; None if he may not look."""
    try:
        response = zimbra.connection.call(
            "GetAccount", account=selector("name", username), applyCos="1", attrs=",".join(_FLAGS)
        )
    except PermissionDenied:
        return None
    return answers.the_entry(response, "account")


def _not_global(name: str, username: str) -> Findings:
    yield Finding(
        "rights",
        "error",
        f"{shown(username)} is not a global administrator, and only those can mark a domain as a"
        " service's and see every one.",
        (
            f"zmprov ma {shlex.quote(username)} zimbraIsAdminAccount TRUE"
            " zimbraIsDelegatedAdminAccount FALSE",
        ),
        name,
    )
    yield Finding(
        "rights",
        "warning",
        "Without one no service is created, suspended, changed, terminated, adopted or listed;"
        " domain quotas are not enforced (ComputeAggregateQuotaUsage); usage sync reads only"
        " domains that are shown to it, one by one; links and pages of existing services remain.",
        ("puq-zimbra usage sync --server " + shlex.quote(name),),
        name,
    )


def _for_usage(name: str, zimbra: Zimbra, account: Entry) -> Findings:
    own = account.name.rpartition("@")[2]
    domain = zimbra.get_domain(own, "name", ("zimbraId",))
    missing = [one for one in _FOR_USAGE if not zimbra.check_right(domain.id, account.id, one)]
    if missing:
        domain_name, who = shlex.quote(domain.name), shlex.quote(account.name)
        commands = tuple(f"zmprov grr domain {domain_name} usr {who} {one}" for one in missing)
        words = (
            f"For the usage sync of {shown(domain.name)} as he is, {shown(account.name)} lacks"
            f" {', '.join(missing)}."
        )
        yield Finding("rights", "warning", words, commands, name)


def _revoke(grant: Grant, who: str) -> str:
    # The global target has no name of its own on zmprov's command line.
    place = [] if grant.target_type == "global" else [shlex.quote(grant.target_name)]
    right = ("-" if grant.deny else "") + grant.right
    return " ".join(["zmprov rvr", grant.target_type, *place, "usr", who, shlex.quote(right)])


def filters(name: str, zimbra: Zimbra, config: Config, address: str) -> Findings:
    """Whether Zimbra's filter against floods knows this machine."""
    servers = zimbra.get_all_servers("mailbox", inherited=True)
    deaf = [one.name for one in servers if not is_safe(address, one.all(_SAFE))]
    yield filter_finding(name, deaf, config.limits.requests_per_second, address)


def filter_finding(name: str, deaf: Iterable[str], rate: int, address: str) -> Finding:
    """What follows from the servers that do not know an address, asked at ``rate`` a second."""
    hosts = ", ".join(shown(one) for one in deaf)
    if not hosts:
        words = f"Zimbra's filter against floods lets this machine ({address}) pass."
        return Finding("dos-filter", "ok", words, (), name)
    fast = not 0 < rate < _FILTER
    risk = (
        f"and [limits] requests_per_second allows more than its {_FILTER} in a second"
        if fast
        else f"which matters above {_FILTER} requests in a second; we keep to {rate}"
    )
    return Finding(
        "dos-filter",
        "warning" if fast else "note",
        f"This machine ({address} on the way there, unless that is translated) is not in {_SAFE} of"
        f" {hosts}, {risk}.",
        (f"zmprov mcf +{_SAFE} {address}", "zmmailboxdctl restart"),
        name,
    )


def is_safe(address: str, listed: Iterable[str]) -> bool:
    """Whether an address is the machine's own or among some addresses and networks.

    >>> is_safe("192.0.2.7", ["192.0.2.0/24"]), is_safe("192.0.2.7", ["x", "192.0.2.8"])
    (True, False)
    >>> is_safe("127.0.0.1", []), is_safe("::1", [])
    (True, True)
    """
    ours = ipaddress.ip_address(address.partition("%")[0])
    if ours.is_loopback:
        return True
    for one in listed:
        try:
            if ours in ipaddress.ip_network(one.strip(), strict=False):
                return True
        except ValueError:  # Zimbra checks nothing there, and passes such a line over
            continue
    return False


def classes(name: str, zimbra: Zimbra, config: Config) -> Findings:
    """Whether the classes of service that are counted apart exist."""
    for slot, cos in enumerate(config.usage.cos_slots, 1):
        try:
            zimbra.get_cos(cos, ("zimbraId",))
        except NoSuchCos:
            known = [one.name for one in zimbra.get_all_cos()]
            near = difflib.get_close_matches(cos, known, n=1)
            hint = f"; did you mean {shown(near[0])}" if near else ""
            words = (
                f"[usage] cos_slots names {shown(cos)}, which this Zimbra does not have, so"
                f" cos_{slot} stays 0{hint}."
            )
            yield Finding("cos", "warning", words, ("zmprov gac",), name)
        else:
            words = f"The class of service {shown(cos)}, counted as cos_{slot}, exists."
            yield Finding("cos", "ok", words, (), name)
