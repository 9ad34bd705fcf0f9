"""Requests about rights.

Source: `soap-admin.txt`; the handlers `service/admin/*.java`, each named by its method.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from puq_zimbra.zimbra import answers
from puq_zimbra.zimbra.messages import selector
from puq_zimbra.zimbra.sender import Sender


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
class Grantee:
    """One to whom a right is granted."""

    #: "usr", "grp", "dom" by Zimbra's id; "gst" by the address from outside
    type: str
    id: str


class RightRequests(Sender):
    """Requests about rights."""

    def grant_right(self, domain_id: str, account_id: str, right: str) -> None:
        """Give an account a right on a domain (GrantRight.java); repeating it changes nothing."""
        self._send(
            "GrantRight",
            target=selector("id", domain_id, type="domain"),
            grantee=selector("id", account_id, type="usr"),
            right=right,
        )

    def get_grants(self, domain_id: str) -> list[Grant]:
        """The rights granted on a domain (GetGrants.java)."""
        response = self._send("GetGrants", target=selector("id", domain_id, type="domain"))
        return [_grant(element) for element in answers.children(response)]

    def get_list_grants(self, list_id: str) -> list[Grant]:
        """The rights granted on a distribution list (GetGrants.java)."""
        response = self._send("GetGrants", target=selector("id", list_id, type="dl"))
        return [_grant(element) for element in answers.children(response)]

    def grant_list_right(self, list_id: str, grantee: Grantee, right: str) -> None:
        """Grant a right on a distribution list; it takes the place of a denial."""
        self._send(
            "GrantRight",
            target=selector("id", list_id, type="dl"),
            grantee=_selected(grantee),
            right=right,
        )

    def revoke_list_right(self, list_id: str, grant: Grant) -> None:
        """Take a grant or a denial on a distribution list away (RevokeRight.java).

        Raises:
            NoSuch: it is not there.
        """
        right = {"_value_1": grant.right, **({"deny": "1"} if grant.deny else {})}
        self._send(
            "RevokeRight",
            target=selector("id", list_id, type="dl"),
            grantee=_selected(Grantee(grant.grantee_type, grant.grantee_id)),
            right=right,
        )

    def get_grants_of(self, account_id: str) -> list[Grant]:
        """The rights granted to an account, but not to groups it is in (GetGrants.java)."""
        grantee = selector("id", account_id, type="usr", all="0")
        response = self._send("GetGrants", grantee=grantee)
        return [_grant(element) for element in answers.children(response)]

    def check_right(self, domain_id: str, account_id: str, right: str) -> bool:
        """Whether an account may do something on a domain (CheckRight.java).

        One that asks for itself needs no right to ask, if it names itself by its id.
        """
        response = self._send(
            "CheckRight",
            target=selector("id", domain_id, type="domain"),
            grantee=selector("id", account_id, type="usr"),
            right=right,
        )
        return response.get("allow") == "1"


def _selected(grantee: Grantee) -> dict[str, str]:
    by = "id" if grantee.type in ("usr", "grp", "dom", "all", "pub") else "name"
    return selector(by, grantee.id, type=grantee.type)


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
