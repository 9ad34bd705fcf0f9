"""The client of Zimbra's admin SOAP service: one method per request, named after it.

Source: `soap-admin.txt`; the handlers `service/admin/*.java`, each named by its method.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from puq_zimbra.call import Server
from puq_zimbra.config import Limits
from puq_zimbra.errors import AddressExists, RequestRefused
from puq_zimbra.zimbra import answers, messages
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.connection import Connection
from puq_zimbra.zimbra.messages import Attributes, selector

#: entries asked for in one page of SearchDirectory
PAGE = 5000
_LIMITS = Limits()


@dataclass(frozen=True)
class Grant:
    """A right that a grantee holds on a target."""

    #: "domain", "account", "global" and the like
    target_type: str
    target_id: str
    target_name: str
    #: "usr", or "grp" for a right that comes by a group
    grantee_type: str
    grantee_id: str
    grantee_name: str
    right: str
    #: the grant takes the right away
    deny: bool


@dataclass(frozen=True)
class Token:
    """A user's log-in made by DelegateAuth."""

    value: str
    #: milliseconds, as asked for; Zimbra may cut it shorter without saying so
    lifetime: int

    def __repr__(self) -> str:
        return "Token(…)"


class Zimbra:
    """A Zimbra server, as its administrator sees it.

    Every method raises `Fault` when Zimbra refuses, `Unavailable` when no usable answer comes, and
    `Misconfigured` when log-in or TLS cannot work as configured.
    """

    def __init__(
        self, server: Server, limits: Limits = _LIMITS, directory: Path | None = None
    ) -> None:
        """``directory`` is the state directory, shared by all of the machine's processes."""
        self.connection = Connection(server, limits, directory)
        self.server = server
        self._call = self.connection.call

    def close(self) -> None:
        """Log off and give back the connection."""
        self.connection.close()

    def auth(self) -> None:
        """Log in now (Auth.java), also with credentials that were rejected before."""
        self.connection.log_in_anyway()

    # -- servers -------------------------------------------------------------------------------

    def get_version_info(self) -> dict[str, str]:
        """The server's version (GetVersionInfo.java): version, host, release, …"""
        info = answers.child(self._call("GetVersionInfo"), "info")
        if info is None:
            raise answers.garbled()
        return answers.marks_of(info)

    def get_all_servers(self, service: str, *, inherited: bool = False) -> list[Entry]:
        """The servers that run a service, such as ``mailbox`` (GetAllServers.java).

        With ``inherited`` they also show what they take from the global configuration.
        """
        apply = "1" if inherited else "0"
        return answers.entries(self._call("GetAllServers", service=service, applyConfig=apply))

    # -- domains -------------------------------------------------------------------------------

    def get_domain(self, value: str, by: str, attrs: tuple[str, ...]) -> Entry:
        """A domain by ``name`` or ``id``, with its own values only (GetDomain.java).

        Raises:
            NoSuchDomain: a positive word that there is none.
        """
        response = self._call(
            "GetDomain", domain=selector(by, value), applyConfig="0", attrs=",".join(attrs)
        )
        return answers.the_entry(response, "domain")

    def create_domain(self, name: str, attrs: Attributes) -> Entry:
        """Make a domain (CreateDomain.java); ``name`` is an A-label.

        Raises:
            DomainExists: the name is taken.
        """
        response = self._call("CreateDomain", name=name, a=messages.attributes(attrs))
        return answers.the_entry(response, "domain")

    def modify_domain(self, identity: str, attrs: Attributes) -> Entry:
        """Change a domain's attributes (ModifyDomain.java)."""
        response = self._call("ModifyDomain", id=identity, a=messages.attributes(attrs))
        return answers.the_entry(response, "domain")

    def delete_domain(self, identity: str) -> None:
        """Delete an empty domain, and with it its empty alias domains (DeleteDomain.java).

        Raises:
            DomainNotEmpty: it still holds entries.
        """
        self._call("DeleteDomain", id=identity)

    # -- accounts ------------------------------------------------------------------------------

    def get_account(self, value: str, by: str, attrs: tuple[str, ...]) -> Entry:
        """An account by ``name`` or ``id``, with its own values only (GetAccount.java).

        An alias finds its account: compare the returned name with the one asked for.

        Raises:
            NoSuchAccount: a positive word that there is none.
        """
        response = self._call(
            "GetAccount", account=selector(by, value), applyCos="0", attrs=",".join(attrs)
        )
        return answers.the_entry(response, "account")

    def create_account(self, name: str, password: str, attrs: Attributes) -> Entry:
        """Make an account (CreateAccount.java); the password policy holds.

        Raises:
            AddressExists: the address is held by an account, alias, list or resource.
            LimitReached: the domain's zimbraDomainMaxAccounts.
        """
        try:
            response = self._call(
                "CreateAccount", name=name, password=password, a=messages.attributes(attrs)
            )
        except RequestRefused as error:
            # An alias that holds the address shows only in the directory's uniqueness check.
            if error.zimbra_code == "ldap.INVALID_ATTR_VALUE" and "non-unique" in error.text:
                raise AddressExists(error.zimbra_code, error.text) from error
            raise
        return answers.the_entry(response, "account")

    def modify_account(self, identity: str, attrs: Attributes) -> Entry:
        """Change an account's attributes (ModifyAccount.java)."""
        response = self._call("ModifyAccount", id=identity, a=messages.attributes(attrs))
        return answers.the_entry(response, "account")

    def delete_account(self, identity: str) -> None:
        """Delete an account with its mailbox and aliases; may take minutes (DeleteAccount.java)."""
        self._call("DeleteAccount", id=identity)

    def set_password(self, identity: str, password: str) -> str | None:
        """Set a password (SetPassword.java); sessions of the account end.

        A password against the policy is set all the same: call `check_password_strength` first.
        Returns Zimbra's remark on a violation, or None.
        """
        response = self._call("SetPassword", id=identity, newPassword=password)
        return answers.text(response, "message")

    def check_password_strength(self, identity: str, password: str) -> None:
        """Hold a password against an account's policy (CheckPasswordStrength.java).

        Raises:
            PasswordRefused: its ``arguments`` name the rule.
        """
        self._call("CheckPasswordStrength", id=identity, password=password)

    def delegate_auth(self, identity: str, seconds: int) -> Token:
        """A short log-in as an account (DelegateAuth.java).

        It outlives a suspension by ``locked`` or ``closed``: keep ``seconds`` small.
        """
        response = self._call("DelegateAuth", account=selector("id", identity), duration=seconds)
        token = answers.text(response, "authToken")
        lifetime = answers.text(response, "lifetime")
        if not token or lifetime is None or not lifetime.lstrip("-").isdigit():
            raise answers.garbled()
        return Token(token, int(lifetime))

    # -- lists, resources, classes of service --------------------------------------------------

    def delete_distribution_list(self, identity: str) -> None:
        """Delete a list or a dynamic group (DeleteDistributionList.java)."""
        self._call("DeleteDistributionList", id=identity)

    def delete_calendar_resource(self, identity: str) -> None:
        """Delete a room or a piece of equipment (DeleteCalendarResource.java)."""
        self._call("DeleteCalendarResource", id=identity)

    def get_cos(self, value: str, attrs: tuple[str, ...], by: str = "name") -> Entry:
        """A class of service by ``name`` or ``id`` (GetCos.java).

        Raises:
            NoSuchCos: there is none.
        """
        response = self._call("GetCos", cos=selector(by, value), attrs=",".join(attrs))
        return answers.the_entry(response, "cos")

    def get_all_cos(self) -> list[Entry]:
        """All classes of service (GetAllCos.java)."""
        return answers.entries(self._call("GetAllCos"))

    # -- search and usage ----------------------------------------------------------------------

    def search_directory(
        self, types: str, query: str, attrs: tuple[str, ...], domain: str | None = None
    ) -> Iterator[Entry]:
        """Every directory object that fits, page by page (SearchDirectory.java).

        ``query`` is an LDAP filter or ""; ``types`` Zimbra's comma list. Without a session Zimbra's
        ``more`` and ``searchTotal`` are wrong, so pages are read until one is short.
        """
        offset = 0
        while True:
            response = self._call(
                "SearchDirectory",
                types=types,
                query=query,
                attrs=",".join(attrs),
                domain=domain,
                limit=PAGE,
                offset=offset,
                maxResults=0,
                applyCos="0",
                applyConfig="0",
            )
            page = answers.entries(response)
            yield from page
            if len(page) < PAGE:
                return
            offset += PAGE

    def compute_aggregate_quota_usage(self) -> dict[str, int]:
        """Make Zimbra sum up its domains' usage, which domain quotas act on: id -> bytes.

        Source: ComputeAggregateQuotaUsage.java; global administrators only.
        """
        response = self._call("ComputeAggregateQuotaUsage")
        try:
            return {
                str(one.attrib["id"]): int(one.attrib["used"]) for one in answers.children(response)
            }
        except (KeyError, ValueError) as error:
            raise answers.garbled() from error

    # -- rights --------------------------------------------------------------------------------

    def grant_right(self, domain_id: str, account_id: str, right: str) -> None:
        """Give an account a right on a domain (GrantRight.java); repeating it changes nothing."""
        self._call(
            "GrantRight",
            target=selector("id", domain_id, type="domain"),
            grantee=selector("id", account_id, type="usr"),
            right=right,
        )

    def get_grants(self, domain_id: str) -> list[Grant]:
        """The rights granted on a domain (GetGrants.java)."""
        response = self._call("GetGrants", target=selector("id", domain_id, type="domain"))
        return [_grant(element) for element in answers.children(response)]

    def get_grants_of(self, account_id: str) -> list[Grant]:
        """The rights granted to an account or to groups it is in (GetGrants.java)."""
        response = self._call("GetGrants", grantee=selector("id", account_id, type="usr"))
        return [_grant(element) for element in answers.children(response)]

    def check_right(self, domain_id: str, account_id: str, right: str) -> bool:
        """Whether an account may do something on a domain (CheckRight.java).

        One that asks for itself needs no right to ask, if it names itself by its id.
        """
        response = self._call(
            "CheckRight",
            target=selector("id", domain_id, type="domain"),
            grantee=selector("id", account_id, type="usr"),
            right=right,
        )
        return response.get("allow") == "1"


def _grant(element: etree._Element) -> Grant:
    target, grantee, right = (
        answers.child(element, name) for name in ("target", "grantee", "right")
    )
    if target is None or grantee is None or right is None or not right.text:
        raise answers.garbled()
    return Grant(
        target_type=target.get("type") or "",
        target_id=target.get("id") or "",
        target_name=target.get("name") or "",
        grantee_type=grantee.get("type") or "",
        grantee_id=grantee.get("id") or "",
        grantee_name=grantee.get("name") or "",
        right=right.text,
        deny=right.get("deny") == "1",
    )
