"""Requests about mail domains.

Source: `soap-admin.txt`; the handlers `service/admin/*.java`, each named by its method.
"""

from __future__ import annotations

from puq_zimbra.zimbra import answers, filters, messages
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.messages import Attributes, selector
from puq_zimbra.zimbra.sender import Sender


class DomainRequests(Sender):
    """Requests about mail domains."""

    def get_domain(
        self, value: str, by: str, attrs: tuple[str, ...], *, inherited: bool = False
    ) -> Entry:
        """A domain by ``name`` or ``id``, with its own values only (GetDomain.java).

        With ``inherited`` it also shows what it takes from the global configuration.

        Raises:
            NoSuchDomain: Zimbra said that there is none.
        """
        response = self._send(
            "GetDomain",
            domain=selector(by, value),
            applyConfig="1" if inherited else "0",
            attrs=",".join(attrs),
        )
        return answers.the_entry(response, "domain")

    def create_domain(self, name: str, attrs: Attributes) -> Entry:
        """Make a domain (CreateDomain.java); ``name`` is an A-label.

        Raises:
            DomainExists: the name is taken.
        """
        response = self._send("CreateDomain", name=name, a=messages.attributes(attrs))
        return answers.the_entry(response, "domain")

    def modify_domain(self, identity: str, attrs: Attributes) -> Entry:
        """Change a domain's attributes (ModifyDomain.java)."""
        response = self._send("ModifyDomain", id=identity, a=messages.attributes(attrs))
        return answers.the_entry(response, "domain")

    def signing_key(self, name: str) -> tuple[str | None, str | None]:
        """Selector and record of the key that signs a domain's mail, an A-label.

        GetDomain refuses these names, and gives the private key along where it is asked for no
        name: so SearchDirectory is asked, for these two alone (SearchDirectory.java).
        """
        response = self._send(
            "SearchDirectory",
            types="domains",
            query=filters.equal("zimbraDomainName", name),
            attrs="DKIMSelector,DKIMPublicKey",
            limit=2,
            offset=0,
            applyConfig="0",
        )
        for one in answers.entries(response):
            if one.name.lower() == name:
                return one.one("DKIMSelector"), one.one("DKIMPublicKey")
        return None, None

    def delete_domain(self, identity: str) -> None:
        """Delete an empty domain, and with it its empty alias domains (DeleteDomain.java).

        Raises:
            DomainNotEmpty: it still holds entries.
        """
        self._send("DeleteDomain", id=identity)
