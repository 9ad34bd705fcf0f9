"""Requests about accounts: their attributes, passwords, tokens and shares.

Source: `soap-admin.txt`; the handlers `service/admin/*.java`, each named by its method.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from puq_zimbra.errors import AddressExists, RequestRefused
from puq_zimbra.zimbra import answers, messages
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.messages import Attributes, selector
from puq_zimbra.zimbra.sender import Sender

#: id under which a folder is shared with all users (ACL.java)
ALL_USERS = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Share:
    """A folder that an account shares."""

    #: id of the folder in its mailbox
    folder: str
    #: with whom: usr, grp, dom, guest, pub, all
    kind: str


@dataclass(frozen=True)
class Token:
    """A user's log-in made by DelegateAuth."""

    value: str = field(repr=False)
    #: milliseconds, as asked for; Zimbra may cut it shorter without saying so
    lifetime: int


@contextmanager
def address_taken() -> Iterator[None]:
    """Tell an address that is held, which the directory's uniqueness check alone may notice."""
    try:
        yield
    except RequestRefused as error:
        if error.zimbra_code == "ldap.INVALID_ATTR_VALUE" and "non-unique" in error.text:
            raise AddressExists(error.zimbra_code, error.text) from error
        raise


class AccountRequests(Sender):
    """Requests about accounts."""

    def get_account(
        self, value: str, by: str, attrs: tuple[str, ...], *, inherited: bool = False
    ) -> Entry:
        """An account by ``name`` or ``id``, with its own values only (GetAccount.java).

        With ``inherited`` it also shows what its class of service gives it. An alias finds its
        account: compare the returned name with the one asked for.

        Raises:
            NoSuchAccount: Zimbra said that there is none.
        """
        response = self._send(
            "GetAccount",
            account=selector(by, value),
            applyCos="1" if inherited else "0",
            attrs=",".join(attrs),
        )
        return answers.the_entry(response, "account")

    def create_account(self, name: str, password: str, attrs: Attributes) -> Entry:
        """Make an account (CreateAccount.java); the password policy holds.

        Raises:
            AddressExists: the address is held by an account, alias, list or resource.
            LimitReached: the domain's zimbraDomainMaxAccounts.
        """
        with address_taken():
            response = self._send(
                "CreateAccount", name=name, password=password, a=messages.attributes(attrs)
            )
        return answers.the_entry(response, "account")

    def modify_account(self, identity: str, attrs: Attributes) -> Entry:
        """Change an account's attributes (ModifyAccount.java)."""
        response = self._send("ModifyAccount", id=identity, a=messages.attributes(attrs))
        return answers.the_entry(response, "account")

    def delete_account(self, identity: str) -> None:
        """Delete an account with its mailbox and aliases; may take minutes (DeleteAccount.java)."""
        self._send("DeleteAccount", id=identity)

    def rename_account(self, identity: str, name: str) -> Entry:
        """Give an account another address (RenameAccount.java); lists follow, no alias is left.

        Raises:
            AddressExists: the address is held by an account, alias, list or resource.
        """
        with address_taken():
            response = self._send("RenameAccount", id=identity, newName=name)
        return answers.the_entry(response, "account")

    def add_account_alias(self, identity: str, alias: str) -> None:
        """Give an account a further address (AddAccountAlias.java).

        Raises:
            AddressExists: the address is held, also by this account.
        """
        with address_taken():
            self._send("AddAccountAlias", id=identity, alias=alias)

    def remove_account_alias(self, identity: str, alias: str) -> None:
        """Take an address away from an account, and from lists (RemoveAccountAlias.java)."""
        self._send("RemoveAccountAlias", id=identity, alias=alias)

    def set_password(self, identity: str, password: str) -> str | None:
        """Set a password (SetPassword.java); sessions of the account end.

        A password that violates the policy is set all the same: call `check_password_strength`
        first. Returns Zimbra's remark on a violation, or None.
        """
        response = self._send("SetPassword", id=identity, newPassword=password)
        return answers.text(response, "message")

    def check_password_strength(self, identity: str, password: str) -> None:
        """Check a password by an account's policy (CheckPasswordStrength.java).

        Raises:
            PasswordRefused: its ``arguments`` name the rule.
        """
        self._send("CheckPasswordStrength", id=identity, password=password)

    def delegate_auth(self, identity: str, seconds: int) -> Token:
        """A short log-in as an account (DelegateAuth.java).

        It stays valid through a suspension by ``locked`` or ``closed``: keep ``seconds`` small.
        """
        response = self._send("DelegateAuth", account=selector("id", identity), duration=seconds)
        token = answers.text(response, "authToken")
        lifetime = answers.text(response, "lifetime")
        if not token or lifetime is None or not lifetime.lstrip("-").isdigit():
            raise answers.garbled()
        return Token(token, int(lifetime))

    def get_share_info(self, identity: str) -> list[Share]:
        """What an account shares (GetShareInfo.java)."""
        response = self._send("GetShareInfo", owner=selector("id", identity))
        return [
            Share(one.get("folderId") or "", one.get("granteeType") or "")
            for one in answers.children(response)
        ]

    def unshare_with_all(self, token: str, folder: str) -> None:
        """End the share of a folder with all users, as its owner (FolderAction.java).

        The admin address takes such requests too (AdminServlet's ``MailService``).
        """
        action = {"op": "!grant", "id": folder, "zid": ALL_USERS}
        self.pipeline.send("FolderAction", {"action": action}, token=token)
