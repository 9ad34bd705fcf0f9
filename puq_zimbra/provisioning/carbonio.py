"""What Carbonio lets a customer's administrator do to others, and Zimbra does not.

His rights are wider there. He sets the virtual host names of his domain; one that he adds
("+zimbraVirtualHostname") may be another domain's, and the last domain written wins. He sets where
a mailbox's mail is delivered: elsewhere it is neither held nor billed here. With `modifyAccount`
he makes himself a global administrator.

Source: carbonio-mailbox `rights-domainadmin.xml-template`, `AttributeForbiddenRules.java` (both
tried on Carbonio 4.23), `ModifyDomain.java`, `Account.isAccountExternal`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias
from urllib.parse import urlsplit

from puq_zimbra.provisioning.entries import domain_named, domain_of, shown_name
from puq_zimbra.units import shown_domain
from puq_zimbra.zimbra import versions
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.filters import equal
from puq_zimbra.zimbra.rights import Grant

#: rights with which a delegated administrator can set zimbraIsAdminAccount
DANGEROUS = frozenset({"modifyAccount", "set.account.zimbraIsAdminAccount"})
_VIRTUAL_HOST = "zimbraVirtualHostname"
_TRANSPORT = "zimbraMailTransport"
#: addresses that an item names at most
_NAMED = 10

#: drift's item, the object as people read it, and what it holds
Excess: TypeAlias = tuple[str, str, Mapping[str, object]]


def excess(
    zimbra: Zimbra, domains: Sequence[Entry], administrators: Sequence[Entry]
) -> Iterator[Excess]:
    """What reaches beyond the service, if the server is a Carbonio.

    ``domains`` are all of the service, the stamped one first.
    """
    if not versions.is_carbonio(zimbra.get_version_info()):
        return
    granted = [one for one in zimbra.get_grants(domains[0].id) if _is_inside(one, domains[0])]
    for account in administrators:
        granted += zimbra.get_grants_of(account.id)
    dangerous = {
        (one.grantee_name, one.right, one.target_name)
        for one in granted
        if one.right in DANGEROUS and not one.deny
    }
    for holder, right, target in sorted(dangerous):
        yield "rights-beyond", holder, {"rights": [right], "on": target}
    yield from _virtual_hosts(zimbra, domains)
    yield from _delivered_elsewhere(zimbra, domains)


def _is_inside(grant: Grant, domain: Entry) -> bool:
    """Whether an account or a list of the domain holds the grant."""
    return domain_named(grant.grantee_name) == domain_of(domain)


def _virtual_hosts(zimbra: Zimbra, domains: Sequence[Entry]) -> Iterator[Excess]:
    """Virtual host names that another domain has, or the server outside of these domains."""
    own = {one.id for one in domains}
    for domain in domains:
        current = zimbra.get_domain(domain.id, "id", (_VIRTUAL_HOST,))
        for host in current.all(_VIRTUAL_HOST):
            found = zimbra.search_directory("domains", equal(_VIRTUAL_HOST, host), ("zimbraId",))
            others = sorted(shown_domain(one.name) for one in found if one.id not in own)
            if host.lower() in _hosts(zimbra) and not any(_is_below(host, one) for one in domains):
                others.append(zimbra.server.named)
            if others:
                held = {_VIRTUAL_HOST: host, "also_of": others}
                yield "virtual-host", shown_name(domain), held


def _delivered_elsewhere(zimbra: Zimbra, domains: Sequence[Entry]) -> Iterator[Excess]:
    """Mailboxes whose mail goes to another place than the servers of this Carbonio."""
    servers = zimbra.get_all_servers("mailbox", inherited=True)
    here = "".join(equal(_TRANSPORT, _delivery(one)) for one in servers)
    query = f"(&({_TRANSPORT}=*)(!(|{here})))"
    for domain in domains:
        found = zimbra.search_directory("accounts", query, (_TRANSPORT,), domain.name)
        names = sorted(shown_name(one) for one in found)
        if names:
            held = {"mailboxes": names[:_NAMED], "count": len(names)}
            yield "mail-transport", shown_name(domain), held


def _delivery(server: Entry) -> str:
    """A server's own zimbraMailTransport."""
    host = server.one("zimbraServiceHostname") or server.name
    return f"lmtp:{host}:{server.one('zimbraLmtpBindPort') or 7025}"


def _hosts(zimbra: Zimbra) -> set[str]:
    """The server's own host names."""
    server = zimbra.server
    named = (urlsplit(url).hostname for url in (server.url, server.webmail, server.admin_panel))
    return {host.lower() for host in (server.mail_host, *named) if host}


def _is_below(host: str, domain: Entry) -> bool:
    """Whether a host name lies in a mail domain."""
    return f".{host.lower()}".endswith(f".{domain_of(domain)}")
