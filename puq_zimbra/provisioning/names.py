"""Names that must not be sold by accident; each is refused with the reason.

A name is policy, not identity: this binds what is made anew, never what is sold already or adopted.
A private server's first domain is its customer's own, whatever it is called. `[names]` of the
settings adds to the lists, and allows what a provider sells all the same.

Source: RFC 2142 (postmaster and the like); CA/Browser Forum, Baseline Requirements 3.2.2.4.4 and
what authorities took before (admin and the like prove that one owns a domain); the Public Suffix
List; `public_mail.txt`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

from puq_zimbra.errors import NoSuchDomain, Refused
from puq_zimbra.naming import NameSettings
from puq_zimbra.provisioning import domains, ownership
from puq_zimbra.request import Request
from puq_zimbra.units import shown_domain
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

#: addresses that speak for a whole domain
LOCAL_PARTS = {
    *("abuse", "ftp", "hostmaster", "info", "marketing", "news", "noc", "postmaster", "sales"),
    *("security", "support", "usenet", "uucp", "webmaster", "www"),
    *("admin", "administrator", "is", "it", "mis", "root", "ssladmin", "ssladministrator"),
    *("sslwebmaster", "sysadmin", "mailer-daemon", "no-reply", "nobody", "noreply"),
}
_TARGET = "zimbraDomainAliasTargetId"


def require_domain(zimbra: Zimbra, request: Request, settings: NameSettings) -> None:
    """Refuse a new domain that cannot be the customer's own.

    Raises:
        Refused: says why the name is not sold.
    """
    require_no_web_site(request, settings)
    if not _is_allowed(request, settings):
        _require_own_domain(zimbra, request, settings)


def _is_allowed(request: Request, settings: NameSettings) -> bool:
    return any(one in settings.allow_domains for one in _and_above(request.domain))


def require_local_part(request: Request, settings: NameSettings) -> None:
    """Refuse a new address that speaks for the whole domain.

    Raises:
        Refused: says why the name is not sold.
    """
    name = request.address.partition("@")[0]
    reserved = LOCAL_PARTS | set(settings.reserved_local_parts)
    if name in reserved - set(settings.allow_local_parts):
        raise Refused(
            "The address %(address)s is not sold, for it speaks for the whole domain: choose"
            " another one.",
            address=request.shown_address,
        )


def require_no_web_site(request: Request, settings: NameSettings) -> None:
    """Refuse a new domain that is a web site's name.

    Raises:
        Refused: names the domain to order.
    """
    name = request.domain
    if _is_allowed(request, settings):
        return
    # Under a public suffix www is a name like any other: www.com.pl can be a customer's domain.
    mail = name.removeprefix("www.")
    if mail != name and "." in mail and not _suffixes().is_public(mail):
        raise Refused(
            "%(name)s is the name of a web site: order the mail domain %(mail)s.",
            name=shown_domain(name),
            mail=shown_domain(mail),
        )


def _require_own_domain(zimbra: Zimbra, request: Request, settings: NameSettings) -> None:
    """Refuse a domain that cannot be a customer's own."""
    name, values = request.domain, {"name": request.shown_domain}
    if _suffixes().is_public(name):
        raise Refused(
            "%(name)s is a public suffix, under which everybody registers domains: order a domain"
            " of your own.",
            **values,
        )
    if any(one in _public_mail() for one in _and_above(name)):
        raise Refused(
            "%(name)s belongs to a public mail provider: order a domain of your own.", **values
        )
    if any(one in settings.reserved_domains for one in _and_above(name)):
        raise Refused("%(name)s is reserved: order another domain.", **values)
    if name in _providers_names(zimbra, request):
        raise Refused(
            "%(name)s is a name of the mail server itself, or its administrators' domain: order a"
            " domain of your own.",
            **values,
        )
    if any(_is_anothers(zimbra, request, one) for one in _above_and_below(zimbra, name)):
        raise Refused(
            "%(name)s lies above or below the domain of another customer: only the provider can"
            " allow it, by allow_domains in the settings.",
            **values,
        )


def _and_above(name: str) -> Iterator[str]:
    """A domain and those that it lies under, up to the last that has a dot.

    >>> list(_and_above("a.firma.example"))
    ['a.firma.example', 'firma.example']
    """
    while "." in name:
        yield name
        name = name.partition(".")[2]


def _providers_names(zimbra: Zimbra, request: Request) -> set[str]:
    """What the Zimbra's servers are called, with the domains above, and where its staff lives."""
    servers = zimbra.get_all_servers()
    called = [*(one.name for one in servers), *_values(servers, "zimbraServiceHostname")]
    # The domain above a server's name is the provider's.
    found = {above for one in called for above in _and_above(one.lower())}
    server = request.zimbra_server
    urls = (server.url, server.webmail, server.admin_panel)
    found |= {server.mail_host.lower(), *((urlsplit(url).hostname or "") for url in urls)}
    return found | {(server.username or "").rpartition("@")[2].lower()}


def _values(entries: Iterable[Entry], name: str) -> Iterator[str]:
    return (value for entry in entries for value in entry.all(name))


def _above_and_below(zimbra: Zimbra, name: str) -> Iterator[Entry]:
    """The Zimbra's domains that lie above or below a domain."""
    above = "".join(f"(zimbraDomainName={one})" for one in _and_above(name))
    query = f"(|{above}(zimbraDomainName=*.{name}))"
    return zimbra.search_directory("domains", query, (*domains.ATTRIBUTES, _TARGET))


def _is_anothers(zimbra: Zimbra, request: Request, domain: Entry) -> bool:
    """Whether a domain, or what its alias domain stands for, is another customer's service.

    This service's own stamp makes it none, as when a service gets a further domain. Only some
    stamps have the customer's mark beside them; without it, it is another customer's.
    """
    if domain.one("zimbraDomainType") == "alias" and not ownership.stamps(domain):
        try:
            domain = zimbra.get_domain(domain.one(_TARGET) or "", "id", domains.ATTRIBUTES)
        except NoSuchDomain:
            return False
    ownership.require_visible(domain)
    if ownership.bears(domain, request):
        return False
    of_installation = request.stamp.removesuffix(request.purchase.id)
    same = all(one.startswith(of_installation) for one in ownership.stamps(domain))
    customer = ownership.customer(domain)
    mine = same and customer is not None and customer == request.purchase.customer_id
    return bool(ownership.stamps(domain)) and not mine


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@cache
def _public_mail() -> frozenset[str]:
    text = files("puq_zimbra.provisioning").joinpath("public_mail.txt").read_text("ascii")
    lines = (line.strip() for line in text.splitlines())
    return frozenset(line for line in lines if line and not line.startswith("#"))
