"""Check of `puq-zimbra doctor`: the rights of the administrator that we log in as.

Only a global administrator can write stamps and find all of them. Grants do not replace that; with
them, another administrator can run the usage sync of the domains that he sees.

Source: `service/admin/{CheckRight,GetGrants}.java`; zmprov's help (ma, grr, rvr).
"""

from __future__ import annotations

import shlex

from puq_zimbra.cli.doctor.findings import Finding, Findings
from puq_zimbra.cli.doctor.subjects import CheckedServer
from puq_zimbra.errors import PermissionDenied, shown
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.rights import Grant

#: what the sync of a domain's usage needs, for an administrator who is not global
_FOR_USAGE = ("getDomain", "listDomain", "getDomainQuotaUsage")
_FLAGS = ("zimbraIsAdminAccount", "zimbraIsDelegatedAdminAccount", "zimbraPasswordMaxAge")


def check(server: CheckedServer) -> Findings:
    """Check which rights are missing, and which are not needed."""
    name, zimbra = server.name, server.zimbra
    username = zimbra.server.username or ""
    account = _account(zimbra, username)
    if account is None or account.one("zimbraIsAdminAccount") != "TRUE":
        yield from _not_global(name, username)
        if account is not None:
            yield from _for_usage(name, zimbra, account)
        return
    quoted, named = shlex.quote(account.name), shown(account.name)
    words = f"{named} is a global administrator, which is needed to stamp services."
    yield Finding("rights", "ok", words, (), name)
    if account.one("zimbraIsDelegatedAdminAccount") == "TRUE":
        words = f"{named} is marked as a delegated administrator too, which it does not need."
        command = f"zmprov ma {quoted} zimbraIsDelegatedAdminAccount FALSE"
        yield Finding("rights", "note", words, (command,), name)
    if grants := zimbra.get_grants_of(account.id):
        words = f"{named} was granted rights that a global administrator does not need."
        commands = tuple(_revoke(one, quoted) for one in grants)
        yield Finding("rights", "note", words, commands, name)
    if account.one("zimbraPasswordMaxAge") not in (None, "", "0"):
        days = shown(account.one("zimbraPasswordMaxAge"))
        words = (
            f"The password of {named} expires {days} days after it was set; then every hook fails."
        )
        command = f"zmprov ma {quoted} zimbraPasswordMaxAge 0"
        yield Finding("rights", "warning", words, (command,), name)


def _account(zimbra: Zimbra, username: str) -> Entry | None:
    """The administrator's account with inherited attributes; None if he may not read it."""
    try:
        return zimbra.get_account(username, "name", _FLAGS, inherited=True)
    except PermissionDenied:
        return None


def _not_global(name: str, username: str) -> Findings:
    yield Finding(
        "rights",
        "error",
        f"{shown(username)} is not a global administrator; only a global administrator can stamp"
        " domains and see all of them.",
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
        domain_name, quoted = shlex.quote(domain.name), shlex.quote(account.name)
        commands = tuple(f"zmprov grr domain {domain_name} usr {quoted} {one}" for one in missing)
        words = (
            f"For the usage sync of {shown(domain.name)}, {shown(account.name)} lacks"
            f" {', '.join(missing)}."
        )
        yield Finding("rights", "warning", words, commands, name)


def _revoke(grant: Grant, account: str) -> str:
    # The global target has no name of its own on zmprov's command line.
    target = [] if grant.target_type == "global" else [shlex.quote(grant.target_name)]
    right = ("-" if grant.deny else "") + grant.right
    return " ".join(["zmprov rvr", grant.target_type, *target, "usr", account, shlex.quote(right)])
