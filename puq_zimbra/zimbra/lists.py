"""Requests about distribution lists.

Source: `soap-admin.txt`; the handlers `service/admin/*.java`, each named by its method.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lxml import etree

from puq_zimbra.zimbra import answers, messages
from puq_zimbra.zimbra.accounts import address_taken
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.batches import Asked
from puq_zimbra.zimbra.messages import Attributes, selector
from puq_zimbra.zimbra.sender import Sender


@dataclass(frozen=True)
class Owner:
    """One that holds the right ``ownDistList`` on a list."""

    id: str
    #: an address; "" where Zimbra does not know it
    name: str
    #: "usr", "grp" and the like
    type: str


@dataclass(frozen=True)
class MailingList:
    """A distribution list with its members."""

    entry: Entry
    #: addresses as Zimbra writes them
    members: tuple[str, ...]
    #: members in all; more than ``members`` where not all were asked for
    total: int
    owners: tuple[Owner, ...] = ()
    #: False where the answer names no members at all: nothing is known of them
    names_members: bool = True


def asking_all(domain: str) -> Asked:
    """The request for the lists of a domain with all members, dynamic ones too.

    Source: GetAllDistributionLists.java (the response's ``total`` is one list's alone; Carbonio
    names neither it nor the members).
    """
    return "GetAllDistributionLists", {"domain": selector("name", domain)}


def all_lists(response: etree._Element) -> list[MailingList]:
    """The lists in its answer."""
    named = response.get("total") is not None
    found = (_list(one) for one in answers.children(response) if _is(one, "dl"))
    return [replace(one, names_members=named) for one in found]


class ListRequests(Sender):
    """Requests about distribution lists."""

    def create_distribution_list(self, name: str, attrs: Attributes) -> Entry:
        """Make a static list (CreateDistributionList.java).

        Raises:
            AddressExists: the address is held by an account, alias, list or resource.
        """
        with address_taken():
            response = self._send("CreateDistributionList", name=name, a=messages.attributes(attrs))
        return answers.the_entry(response, "dl")

    def get_distribution_list(
        self, value: str, by: str, attrs: tuple[str, ...], limit: int = 0
    ) -> MailingList:
        """A list by ``name`` or ``id``, with up to ``limit`` members; 0 = all.

        Source: GetDistributionList.java (``total`` counts all members).

        Raises:
            NoSuchList: Zimbra said that there is none.
        """
        response = self._send(
            "GetDistributionList", dl=selector(by, value), attrs=",".join(attrs), limit=limit
        )
        element = answers.child(response, "dl")
        if element is None:
            raise answers.garbled()
        total = response.get("total") or ""
        known = int(total) if total.isascii() and total.isdigit() else 0
        return _list(element, known)

    def get_lists_above(self, identity: str) -> list[str]:
        """Addresses of the lists that hold a list, also through others, as Zimbra writes them.

        Source: GetDistributionListMembership.java (a list in a circle is above itself).
        """
        response = self._send("GetDistributionListMembership", dl=selector("id", identity))
        return [one.get("name") or "" for one in answers.children(response)]

    def modify_distribution_list(self, identity: str, attrs: Attributes) -> Entry:
        """Change a list's attributes (ModifyDistributionList.java)."""
        response = self._send("ModifyDistributionList", id=identity, a=messages.attributes(attrs))
        return answers.the_entry(response, "dl")

    def rename_distribution_list(self, identity: str, name: str) -> Entry:
        """Give a list another address (RenameDistributionList.java); other lists follow.

        Raises:
            AddressExists: the address is held.
        """
        with address_taken():
            response = self._send("RenameDistributionList", id=identity, newName=name)
        return answers.the_entry(response, "dl")

    def add_members(self, identity: str, members: Sequence[str]) -> None:
        """Add members to a list; those that are there stay (AddDistributionListMember.java)."""
        self._send("AddDistributionListMember", id=identity, dlm=list(members))

    def remove_members(self, identity: str, members: Sequence[str]) -> None:
        """Remove members from a list (RemoveDistributionListMember.java).

        One that is not a member makes Zimbra refuse all.
        """
        self._send("RemoveDistributionListMember", id=identity, dlm=list(members))

    def delete_distribution_list(self, identity: str) -> None:
        """Delete a list or a dynamic group (DeleteDistributionList.java)."""
        self._send("DeleteDistributionList", id=identity)


def _list(element: etree._Element, total: int = 0) -> MailingList:
    members = tuple(one.text or "" for one in answers.children(element) if _is(one, "dlm"))
    owners = answers.child(element, "owners")
    return MailingList(
        answers.entry(element),
        members,
        max(total, len(members)),
        tuple(
            Owner(one.get("id") or "", one.get("name") or "", one.get("type") or "")
            for one in (() if owners is None else answers.children(owners))
        ),
    )


def _is(element: etree._Element, name: str) -> bool:
    return answers.local(element) == name
