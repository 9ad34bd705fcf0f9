"""The mailboxes and lists behind the addresses that a customer types.

Source: `service/admin/SearchDirectory.java` (``mail`` holds every address of a mailbox or list, but
for those that an alias domain gives it).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from puq_zimbra.clientarea.fields import wrong
from puq_zimbra.errors import N_
from puq_zimbra.provisioning.entries import domain_of
from puq_zimbra.selfservice import scope
from puq_zimbra.units import shown_address
from puq_zimbra.zimbra import filters
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

ACCOUNTS = "accounts"
LISTS = "distributionlists,dynamicgroups"
#: addresses of one field that are looked up
MOST = 100
#: what is a customer's mailbox and receives mail: one in the bin does not
RECEIVES = (
    f"{scope.NOT_SYSTEM}(!(zimbraAccountCalendarUserType=RESOURCE))"
    "(!(zimbraAccountStatus=pending))(!(zimbraAccountStatus=closed))"
)


def find(
    zimbra: Zimbra, types: str, addresses: Sequence[str], domains: Collection[str]
) -> dict[str, Entry]:
    """What has those addresses in the service's domains (A-labels): `key` of the address -> it."""
    if not addresses:
        return {}
    either = "".join(filters.equal("mail", one) for one in addresses)
    query = f"(&{RECEIVES}(|{either}))"
    found = zimbra.search_page(types, query, ("mail",), limit=2 * MOST)
    inside = (one for one in found if domain_of(one) in domains)
    return {key(mail): one for one in inside for mail in (one.name, *one.all("mail"))}


def require_few(name: str, addresses: Sequence[str]) -> None:
    """Let the addresses of a field pass if they can be looked up at once.

    Raises:
        FieldErrors: there are too many.
    """
    if len(addresses) > MOST:
        raise wrong(name, N_("At most %(most)s addresses."), most=MOST)


def key(address: str) -> str:
    """What tells addresses apart: Zimbra folds case, and shows domains as U-labels.

    >>> key("Anna@xn--firma-przykad-6hc.example")
    'anna@firma-przykład.example'
    """
    return shown_address(" ".join(address.split()).lower())
