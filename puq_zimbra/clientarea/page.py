"""A page of the customer's area: what it is, what it may use, and where its links go.

A page is declared in its own file in `pages`: ``PAGE`` says its title and place, ``draw`` gives the
variables of the template of the same name. The files are found by name; no list names them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from puq_zimbra import readings
from puq_zimbra.clientarea import pages as folder
from puq_zimbra.clientarea.addresses import host_address
from puq_zimbra.clientarea.format import Figures
from puq_zimbra.clientarea.views import PageView
from puq_zimbra.request import Request

#: the page that an empty or unknown name, or the number of a table's page, stands for
FIRST = "overview"
#: the two pages that stand below each other where the host says no address of pages
TOGETHER = ("overview", "usage")
#: what the page's own keys begin with in an address
PREFIX = "puqz_"


@dataclass(frozen=True)
class Page:
    """What a page says of itself."""

    #: a message, as `errors.N_` marks it
    title: str
    #: what the product must grant; None = every product has the page
    capability: str | None = None
    #: its place in the navigation; None = it is reached from other pages alone
    order: int | None = None
    #: name of the page to which its back link leads
    parent: str | None = None
    #: capabilities each of which is enough for the customer's own object, which no link names
    or_any: frozenset[str] = frozenset()
    #: models whose customers have it
    models: frozenset[str] = frozenset({"domain", "mailbox", "server"})
    #: it stands in the navigation only where this other page is not granted
    instead_of: str | None = None
    #: the page of the navigation to which it belongs; the two link to each other
    beside: str | None = None

    def is_in(self, capabilities: frozenset[str]) -> bool:
        """Whether capabilities are enough for it."""
        if self.capability is None:
            return True
        return bool(capabilities & {self.capability, *self.or_any})


@dataclass(frozen=True)
class Links:
    """Addresses of pages."""

    #: the host's address to which a page's name is appended; None = the host gave none
    page_url: str | None

    def to(self, name: str, anchor: str = "", **query: str | int) -> str:
        """The address of a page with its own keys; "" where the host gave no address.

        >>> Links("details.php?id=4&p=").to("mailbox", id="a1")
        'details.php?id=4&p=mailbox&puqz_id=a1'
        >>> Links("/services/4/").to("mailbox", id="a1"), Links(None).to("mailbox")
        ('/services/4/mailbox?puqz_id=a1', '')
        """
        if not self.page_url or not host_address(self.page_url):
            return ""
        parts = urlsplit(f"{self.page_url}{name}")
        own = urlencode({PREFIX + key: value for key, value in query.items()}, errors="replace")
        joined = "&".join(part for part in (parts.query, own) if part)
        return parts._replace(query=joined, fragment=anchor or parts.fragment).geturl()

    def search(self, name: str) -> tuple[str, list[tuple[str, str]]]:
        """Where a search of a page goes, and the fields that lead there: a browser drops a query.

        >>> Links("details.php?id=4&p=").search("mailboxes")
        ('details.php', [('id', '4'), ('p', 'mailboxes')])
        """
        parts = urlsplit(self.to(name))
        carried = parse_qsl(parts.query, keep_blank_values=True)
        return parts._replace(query="").geturl(), carried


@dataclass(frozen=True)
class PageContext:
    """All that a page may use."""

    request: Request
    #: the service as every page shows it
    view: PageView
    figures: Figures
    links: Links
    now: datetime
    #: None while Zimbra does not answer
    state: readings.ServiceState | None = None
    #: the last reading; None = there is none
    usage: readings.ServiceUsage | None = None
    #: the client that asks Zimbra, and the object that bears the stamp; None while unreachable
    zimbra: Any = None
    stamped: Any = None
    #: capabilities that the product grants and that are usable now
    rights: frozenset[str] = frozenset()
    #: makes the page's forms; None where none may be shown
    forms: Any = None
    notice: str | None = None
    #: reads the operations of the service; None = they are not known
    activity: Any = None
    #: the records of the service's domains, and the addresses of device profiles
    dns: Any = None
    devices: Any = None
    #: what is shown this one time, such as a generated password
    secret: str | None = None
    #: a table that is shown this one time
    file: Any = None
    #: opens the store, for what it alone knows
    store: Callable[[], Any] | None = None
    #: changes that wait for a second click
    plan: Any = None
    problem: str | None = None
    #: days that a mailbox waits in the bin
    bin_days: int = 30

    @property
    def query(self) -> Mapping[str, str]:
        """The page's own keys."""
        return self.request.query or {}

    def offers(self, name: str) -> bool:
        """Whether there is such a page, the product grants it, and it is usable now."""
        found = declared().get(name)
        return found is not None and self.grants(name) and found.is_in(self.rights)

    def grants(self, name: str) -> bool:
        """Whether there is such a page and the product grants it, be it usable now or not."""
        found, purchase = declared().get(name), self.request.purchase
        if found is None or purchase.model not in found.models:
            return False
        return found.is_in(purchase.plan.capabilities if self.request.takes_forms else frozenset())

    def navigates(self, name: str) -> bool:
        """Whether a page stands in the navigation."""
        page = declared()[name]
        if page.order is None or (page.instead_of and self.grants(page.instead_of)):
            return False
        return self.grants(name)

    def address(self, *names: str, **query: str | int) -> str:
        """The address of the first of these pages that is offered, else ""."""
        offered = (name for name in names if self.offers(name) and self._opens(name, query))
        return next((self.links.to(name, "", **query) for name in offered), "")

    def _opens(self, name: str, query: Mapping[str, str | int]) -> bool:
        capability = declared()[name].capability
        return "id" not in query or capability is None or capability in self.rights


@cache
def declared() -> Mapping[str, Page]:
    """All pages by name, in the navigation's order; those outside it come last."""
    found = {one.name: _module(one.name).PAGE for one in iter_modules(folder.__path__)}
    order = sorted(found, key=lambda name: (found[name].order is None, found[name].order or 0))
    return {name: found[name] for name in order}


def draw_of(name: str) -> Callable[[PageContext], Mapping[str, Any]]:
    """The function that gives a page's variables."""
    found: Callable[[PageContext], Mapping[str, Any]] = _module(name).draw
    return found


def asked(request: Request) -> str:
    """The name of the page that a request asks for.

    A number is a page of the user table. It and a word that names no page of the product stand for
    the first one.
    """
    found = declared().get(request.page or "")
    if found is None or not _granted(found, request):
        return FIRST
    return request.page or FIRST


def _granted(page: Page, request: Request) -> bool:
    if page.capability is None:
        return True
    return request.takes_forms and page.is_in(request.purchase.plan.capabilities)


def shown(request: Request) -> Sequence[str]:
    """The names of the pages that the answer holds, in their order."""
    if Links(request.form.get("page_url")).to(FIRST):
        return (asked(request),)
    return TOGETHER


def _module(name: str) -> Any:
    return import_module(f"{folder.__name__}.{name}")
