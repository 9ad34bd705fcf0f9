"""Auth tokens: issued, registered, expired, deregistered.

Source: `ZimbraAuthToken`, `AuthProvider.validateAuthToken`, `ZimbraSoapContext`,
`Account.checkAuthTokenValidityValue`.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from puq_zimbra.simulator.directory import Entry


@dataclass
class Token:
    """One issued token."""

    text: str
    account_id: str
    #: Milliseconds since 1970.
    expires: int
    #: The account's ``zimbraAuthTokenValidityValue`` at issue; with another one the token is dead.
    validity: int
    admin: bool = False
    delegated_admin: bool = False
    #: The administrator who took the token in the account's name.
    admin_id: str | None = None
    csrf: str | None = None
    registered: bool = True


def validity_of(account: Entry) -> int:
    """An account's ``zimbraAuthTokenValidityValue``; -1 when it has none."""
    return int(account.first("zimbraAuthTokenValidityValue") or -1)


def is_current(token: Token, account: Entry) -> bool:
    """Say whether the account's value is still the token's, delegated tokens included."""
    return token.validity == validity_of(account)


class Tokens:
    """All tokens a server knows."""

    def __init__(self) -> None:
        self._known: dict[str, Token] = {}

    def issue(
        self,
        account: Entry,
        expires: int,
        *,
        admin: bool = False,
        delegated_admin: bool = False,
        admin_id: str | None = None,
        csrf: bool = False,
    ) -> Token:
        """Make and register a token."""
        token = Token(
            f"0_{secrets.token_hex(20)}_{secrets.token_hex(40)}",
            account.id,
            expires,
            validity_of(account),
            admin,
            delegated_admin,
            admin_id,
            f"0_{secrets.token_hex(20)}" if csrf else None,
        )
        self._known[token.text] = token
        return token

    def read(self, text: str) -> Token | None:
        """Token of that text, alive or dead; None when it cannot be one."""
        return self._known.get(text)

    def expire_all(self) -> None:
        """Let time be up for every token."""
        for token in self._known.values():
            token.expires = 0

    def purge(self, account_id: str, now: int) -> None:
        """Forget expired tokens of an account, as each log-in does."""
        dead = [
            text
            for text, token in self._known.items()
            if token.account_id == account_id and token.expires < now - 86_400_000
        ]
        for text in dead:
            del self._known[text]
