"""Requests about calendar resources: rooms and equipment.

They are accounts of another kind: they share the addresses with accounts, aliases and lists.

Source: `soap-admin.txt`; the handlers `service/admin/*.java`, each named by its method; recorded
resources of a genuine server.
"""

from __future__ import annotations

from lxml import etree

from puq_zimbra.zimbra import answers, messages
from puq_zimbra.zimbra.accounts import address_taken
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.messages import Attributes, selector
from puq_zimbra.zimbra.sender import Sender

_KIND = "calresource"


class ResourceRequests(Sender):
    """Requests about calendar resources."""

    def create_calendar_resource(self, name: str, attrs: Attributes) -> Entry:
        """Make a resource without a password (CreateCalendarResource.java): nobody can log in.

        Raises:
            AddressExists: the address is held by an account, alias, list or resource.
        """
        with address_taken():
            response = self._send("CreateCalendarResource", name=name, a=messages.attributes(attrs))
        return answers.the_entry(response, _KIND)

    def get_calendar_resource(self, value: str, by: str, attrs: tuple[str, ...]) -> Entry:
        """A resource by ``name`` or ``id``, with its own values only (GetCalendarResource.java).

        Raises:
            NoSuchResource: Zimbra said that there is none.
        """
        response = self._send(
            "GetCalendarResource",
            calresource=selector(by, value),
            applyCos="0",
            attrs=",".join(attrs),
        )
        return answers.the_entry(response, _KIND)

    def modify_calendar_resource(self, identity: str, attrs: Attributes) -> Entry:
        """Change a resource's attributes (ModifyCalendarResource.java)."""
        response = self._send("ModifyCalendarResource", id=identity, a=messages.attributes(attrs))
        return answers.the_entry(response, _KIND)

    def rename_calendar_resource(self, identity: str, name: str) -> Entry:
        """Give a resource another address (RenameCalendarResource.java).

        Raises:
            AddressExists: the address is held.
        """
        with address_taken():
            response = self._send("RenameCalendarResource", id=identity, newName=name)
        return answers.the_entry(response, _KIND)

    def delete_calendar_resource(self, identity: str) -> None:
        """Delete a room or a piece of equipment (DeleteCalendarResource.java)."""
        self._send("DeleteCalendarResource", id=identity)

    def get_mailbox_size(self, identity: str) -> int:
        """The bytes in an account's or a resource's mailbox (GetMailbox.java)."""
        return size_of(self._send("GetMailbox", mbox={"id": identity}))


def size_of(response: etree._Element) -> int:
    """The bytes that a GetMailbox answer tells.

    Raises:
        NoAnswer: it tells none.
    """
    box = answers.child(response, "mbox")
    size = "" if box is None else box.get("s") or ""
    if not size.isascii() or not size.isdigit():
        raise answers.garbled()
    return int(size)
