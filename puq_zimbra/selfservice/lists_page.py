"""All that the page of lists shows, asked of Zimbra in one HTTP request, however many domains.

Source: `service/admin/{SearchDirectory,GetAllDistributionLists}.java`, in a `BatchRequest`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from puq_zimbra.provisioning import stamp_search
from puq_zimbra.provisioning.entries import domain_of
from puq_zimbra.request import Request
from puq_zimbra.selfservice import alias_domains, catch_all, lists
from puq_zimbra.zimbra import answers, batches, directory
from puq_zimbra.zimbra import lists as list_requests
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.lists import MailingList


@dataclass(frozen=True)
class Read:
    """What Zimbra has of it; without the capability for a part, that part is empty."""

    #: alias domains of all the service's domains
    aliases: Sequence[Entry]
    #: static lists of the domain
    lists: Sequence[MailingList]
    #: static lists of the service's other domains
    elsewhere: int
    #: mailboxes that may catch the domain's mail
    boxes: Sequence[Entry]
    #: the one that does
    caught: Entry | None


def read(
    zimbra: Zimbra,
    request: Request,
    domains: Sequence[Entry],
    chosen: Entry,
    rights: Collection[str],
) -> Read:
    """Ask about one of a service's domains."""
    others = [domain_of(one) for one in domains if one is not chosen]
    asked: dict[str, batches.Asked] = {"aliases": stamp_search.asking_alias_domains(domains)}
    if "lists" in rights:
        asked["lists"] = list_requests.asking_all(domain_of(chosen))
        for name in others:
            asked[f"of {name}"] = directory.counting("distributionlists", "", name)
    if "catch_all" in rights:
        asked |= catch_all.asking(chosen, alone=not others)
    parts = dict(zip(asked, batches.read(zimbra, list(asked.values())), strict=True))
    found = {key: batches.require(part) for key, part in parts.items()}
    boxes, caught = catch_all.offered(found, chosen) if "catch_all" in rights else ([], None)
    return Read(
        _aliases(zimbra, request, domains, found),
        lists.static(list_requests.all_lists(found["lists"])) if "lists" in found else [],
        sum(directory.counted(one) for key, one in found.items() if key.startswith("of ")),
        boxes,
        caught,
    )


def _aliases(
    zimbra: Zimbra, request: Request, domains: Sequence[Entry], found: Mapping[str, etree._Element]
) -> list[Entry]:
    entries = answers.entries(found["aliases"])
    if len(entries) < directory.PAGE:
        return alias_domains.of_request(request, entries)
    return alias_domains.of_service(zimbra, request, domains)
