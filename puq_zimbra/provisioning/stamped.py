"""Find domains by their stamps.

Zimbra's own look-up by foreign name ignores case, is not unique and may be out of date, so the
directory is searched and each stamp compared exactly. Alias domains bear their target's stamp and
are not services.

Source: `service/admin/SearchDirectory.java`; recorded look-ups by foreign name.
"""

from __future__ import annotations

from dataclasses import dataclass

from puq_zimbra.call import STAMP_PREFIX, Call
from puq_zimbra.errors import Conflict, Misconfigured
from puq_zimbra.provisioning import domains, ownership
from puq_zimbra.units import shown_domain
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra


@dataclass(frozen=True)
class Stamped:
    """The services of a Zimbra."""

    #: stamp -> the one domain that bears it, and no other
    services: dict[str, Entry]
    #: stamps whose owner or domain is not clear: an administrator must put them right
    unclear: frozenset[str]


def require_global_administrator(zimbra: Zimbra) -> None:
    """Let only an administrator pass who sees and may mark every domain.

    To any other Zimbra shows a part of the domains without saying so.

    Raises:
        Misconfigured: the account is none.
    """
    name = zimbra.server.username or ""
    account = zimbra.get_account(name, "name", ("zimbraIsAdminAccount",))
    if account.one("zimbraIsAdminAccount") != "TRUE":
        raise Misconfigured(
            "The Zimbra account %(name)s is not a global administrator: only those see every"
            " domain and can mark it as a service's.",
            name=name,
        )


def find_all(zimbra: Zimbra, installation: str | None = None) -> Stamped:
    """Every service of an installation, or of all installations, on a Zimbra.

    Raises:
        Misconfigured: we do not see everything.
    """
    require_global_administrator(zimbra)
    prefix = STAMP_PREFIX + (f"{installation}:" if installation else "")
    bearers: dict[str, list[Entry]] = {}
    for domain in _search(zimbra, prefix + "*"):
        for stamp in ownership.stamps(domain):
            if stamp.startswith(prefix):
                bearers.setdefault(stamp, []).append(domain)
    clear = {
        stamp: found[0]
        for stamp, found in bearers.items()
        if len(found) == 1 and len(ownership.stamps(found[0])) == 1 and stamp.count(":") == 2
    }
    return Stamped(clear, frozenset(bearers) - frozenset(clear))


def refuse_if_elsewhere(zimbra: Zimbra, call: Call) -> None:
    """Stop when the service's stamp stands on a domain of another name than the call's.

    Raises:
        Conflict: the host names another domain than the service has.
    """
    for domain in _search(zimbra, call.stamp):
        if call.stamp in ownership.stamps(domain):
            raise Conflict(
                "This service has the domain %(held)s in Zimbra, not %(asked)s.",
                held=shown_domain(domain.name),
                asked=call.shown_domain,
            )


def _search(zimbra: Zimbra, foreign_name: str) -> list[Entry]:
    # A stamp holds no character that an LDAP filter would have to have escaped.
    query = f"({ownership.FOREIGN_NAME}={foreign_name})"
    found = list(zimbra.search_directory("domains", query, domains.ATTRIBUTES))
    for domain in found:
        ownership.require_visible(domain)
    return [one for one in found if one.one("zimbraDomainType") != "alias"]
